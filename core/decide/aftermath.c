/* What health did after a change.  The breaches that count against it stand in
 * the change itself (model); the rest is what rows and soak say now. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "decide/aftermath.h"
#include "decide/world.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Has the deploy an end already: another one, or that it was taken back? */
static bool is_over(const struct model *m, const struct model_change *c, const struct model_version *v, struct aftermath *out)
{
	const struct model_change *next = model_change_next(m, c);
	const struct model_pin *pin = c->to ? model_pin(m, c->service, c->to) : NULL;
	if (v && v->verdict == VERDICT_BAD) {
		out->what = !next && pin && pin->returned ? AFTER_RETURNED : AFTER_ROLLED_BACK;
		return true;
	}
	if (c->breach) {
		out->what = AFTER_BREACHED;
		return true;
	}
	if (v && v->kept.at && v->kept.at >= c->learned.at && (!next || v->kept.at <= next->learned.at)) {
		out->what = AFTER_KEPT;
		out->at = v->kept.at;
		return true;
	}
	out->at = next ? next->at : 0;
	out->what = AFTER_REPLACED;
	return next != NULL;
}

static bool went_back(const struct model *m, const struct model_change *c, struct aftermath *out)
{
	const struct model_action *a = model_change_action(m, c);
	if (a && !action_external(a)) {
		out->what = AFTER_BACK;
		out->key = a->key;
		return true;
	}
	out->what = AFTER_BACK_ELSEWHERE;
	return a ? a->cls == CLASS_REVERSE : change_goes_back(m, c);
}

static void measured_since(const struct model *m, const struct model_change *c, const struct kit_service *s, const struct model_version *v,
	const struct now *now, struct aftermath *out)
{
	struct measured r;
	measured_of(m, s, now, &r);
	int64_t until = r.standing && r.standing->onset.at ? r.standing->onset.at : now->at; /* what breached since counts against a newer change */
	int64_t from = c->learned.at > c->at ? c->learned.at : c->at; /* before, nobody looked */
	out->clean = until > from ? until - from : 0;
	if (!r.any)
		out->what = AFTER_NOT_MEASURED;
	else if (r.standing && until <= c->at)
		out->what = AFTER_BAD_BEFORE;
	else if (r.pending)
		out->what = AFTER_NEAR;
	else if (!r.standing && (r.blind || r.clear_for < 0))
		out->what = AFTER_CANNOT_TELL;
	else
		out->what = AFTER_CLEAN;
	if (out->what != AFTER_CLEAN || !v || v->last || v->verdict != VERDICT_NONE || v->spoiled.at || !v->learned.at)
		return;
	out->left = soak_left(s, v, &r, now);
	if (out->left)
		out->what = AFTER_SOAKING;
}

void aftermath_of(const struct model *m, const struct model_change *c, const struct now *now, struct aftermath *out)
{
	const struct kit_service *s = m->kit && c->service ? kit_service(m->kit, c->service) : NULL;
	bool deploy = c->service && same(c->what, "deploy");
	const struct model_version *v = deploy && c->to ? model_version(m, c->service, c->to) : NULL;
	*out = (struct aftermath){.signal = c->breach, .later = c->breached > c->at ? c->breached - c->at : 0};
	if (deploy && is_over(m, c, v, out))
		return;
	if (c->breach)
		out->what = AFTER_BREACHED;
	else if (deploy && went_back(m, c, out))
		return;
	else if (s)
		measured_since(m, c, s, v, now, out);
	else
		out->what = AFTER_NOT_MEASURED;
}

/* ---- in words ---- */

static const char *minutes(int64_t us, char out[DURATION_LEN])
{
	if (us < US_MINUTE)
		return "under 1m";
	if (us >= 2 * US_DAY)
		return duration_short(us, out);
	(void)snprintf(out, DURATION_LEN, us < 100 * US_MINUTE ? "%dm" : "%dh", (int)(us / (us < 100 * US_MINUTE ? US_MINUTE : US_HOUR)));
	return out;
}

static const char *clock_or_day(int64_t now, int64_t at, char out[DURATION_LEN])
{
	char day[DURATION_LEN], today[DURATION_LEN];
	instant_local(at, "%F", day, sizeof day);
	instant_local(now, "%F", today, sizeof today);
	return instant_local(at, same(day, today) ? "%H:%M" : now - at < 6 * US_DAY ? "%a %H:%M" : "%e %b", out, DURATION_LEN);
}

const char *aftermath_words(const struct aftermath *a, const struct now *now, bool little_room, char out[AFTERMATH_LEN])
{
	char t[DURATION_LEN], u[DURATION_LEN];
	const char *words = "";
	out[0] = '\0';
	switch (a->what) {
	case AFTER_NOT_MEASURED: words = "not measured"; break;
	case AFTER_CANNOT_TELL: words = "cannot tell now"; break;
	case AFTER_NEAR: words = "near a limit"; break;
	case AFTER_BAD_BEFORE: words = "was bad before"; break;
	case AFTER_ROLLED_BACK: words = "rolled back"; break;
	case AFTER_RETURNED: words = "back though pinned"; break;
	case AFTER_BACK_ELSEWHERE: words = "back, not by us"; break;
	case AFTER_CLEAN:
		(void)snprintf(out, AFTERMATH_LEN, "clean %s", minutes(a->clean, t));
		break;
	case AFTER_SOAKING: /* begun minutes count: 0 left is said when it is kept */
		(void)snprintf(out, AFTERMATH_LEN, "clean %s, %s left", a->clean < US_MINUTE ? "0m" : minutes(a->clean, t),
			duration_short(a->left + US_MINUTE - 1, u));
		break;
	case AFTER_KEPT:
		(void)snprintf(out, AFTERMATH_LEN, "kept %s", clock_or_day(now->at, a->at, t));
		break;
	case AFTER_REPLACED:
		(void)snprintf(out, AFTERMATH_LEN, "replaced %s", clock_or_day(now->at, a->at, t));
		break;
	case AFTER_BACK:
		(void)snprintf(out, AFTERMATH_LEN, "back, %.60s", a->key);
		break;
	case AFTER_BREACHED:
		(void)snprintf(out, AFTERMATH_LEN, "breached %.60s%s%s after", little_room || !a->signal ? "" : a->signal,
			little_room || !a->signal ? "" : " ", minutes(a->later, t));
		break;
	}
	if (*words)
		(void)snprintf(out, AFTERMATH_LEN, "%s", words);
	return out;
}

const char *aftermath_name(const struct aftermath *a)
{
	switch (a->what) {
	case AFTER_BREACHED: case AFTER_ROLLED_BACK: case AFTER_BAD_BEFORE: case AFTER_RETURNED:
		return "breached";
	case AFTER_NOT_MEASURED:
		return "not-measured";
	case AFTER_CANNOT_TELL:
		return "cannot-tell";
	case AFTER_NEAR: case AFTER_CLEAN: case AFTER_SOAKING: case AFTER_KEPT: case AFTER_REPLACED: case AFTER_BACK: case AFTER_BACK_ELSEWHERE:
		break;
	}
	return "clean";
}
