/* Small spellings that the documents share. */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "report/parts.h"

struct stamp report_now(const struct now *now)
{
	return stamp_of_now(now);
}

void part_say(struct buf *out, const char *fmt, ...)
{
	va_list ap, again;
	size_t len = strlen(fmt), n, cap;
	bool ends = len && fmt[len - 1] == '\n';
	char *raw, *clean;
	int need;

	va_start(ap, fmt);
	va_copy(again, ap);
	need = vsnprintf(NULL, 0, fmt, ap);
	n = need > 0 ? (size_t)need : 0;
	raw = mem_new(n + 1);
	vsnprintf(raw, n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	n -= ends && n;
	cap = 8 * n + 1; /* the most that a byte can become */
	clean = mem_new(cap);
	text_clean(clean, cap, raw, n, 0);
	buf_adds(out, clean);
	if (ends)
		buf_addc(out, '\n');
	free(raw);
	free(clean);
}

void part_seconds(struct jw *w, const char *key, int64_t us)
{
	jw_key(w, key);
	if (us < 0)
		jw_null(w);
	else
		jw_num(w, (double)us / 1e6);
}

void part_kept(struct jw *w, const char *key, int kept)
{
	jw_key(w, key);
	if (kept < 0)
		jw_null(w);
	else
		jw_bool(w, kept != 0);
}

const char *part_clock(int64_t at, char out[CLOCK_LEN])
{
	if (!at)
		text_copy(out, CLOCK_LEN, "-");
	else
		instant_local(at, "%H:%M:%S", out, CLOCK_LEN);
	return out;
}

const char *part_services(const struct model_incident *i, char *out, size_t cap)
{
	size_t at = 0;
	out[0] = '\0';
	for (size_t k = 0; k < i->services.n && at + 1 < cap; k++) {
		int n = snprintf(out + at, cap - at, "%s%s", k ? ", " : "", i->services.v[k].name);
		at += n > 0 ? (size_t)n : 0;
	}
	return out;
}

const char *part_head(const struct model *m, char out[HEAD_LEN])
{
	return head_print(m->store_id ? m->store_id : "", m->seq, m->chain, m->now.at, out);
}

/* The worst of the services speaks for all: from best to worst. */
static int badness(enum verify_state v)
{
	switch (v) {
	case VERIFY_PASSED:
		return 0;
	case VERIFY_NONE:
		return 1;
	case VERIFY_WAITING:
		return 2;
	case VERIFY_UNMEASURED:
		return 3;
	case VERIFY_FAILED:
		return 4;
	}
	return 4;
}

enum verify_state part_verified(const struct model_incident *i, const char **out_why)
{
	enum verify_state worst = VERIFY_PASSED;
	*out_why = "";
	vec_each(struct model_verify, v, &i->verifies)
		if (v == i->verifies.v || badness(v->state) > badness(worst)) {
			worst = v->state;
			*out_why = v->why ? v->why : "";
		}
	if (i->verifies.n && (worst != VERIFY_PASSED || i->verified.at))
		return worst;
	/* nothing was looked at yet, or what was proven was undone since */
	return i->open ? VERIFY_WAITING : VERIFY_NONE;
}

const char *part_step(const struct model_change *c, char *out, size_t cap)
{
	snprintf(out, cap, "%s%s%s", c->from ? c->from : "", c->from && c->to ? " -> " : "", c->to ? c->to : "");
	return out;
}

const char *part_measure(const struct model *m, const char *row, const char *service, char *out, size_t cap)
{
	const struct model_row *r = model_row(m, row, service);
	const struct kit_row *kr = m->kit ? kit_row(m->kit, row) : NULL;
	const struct kit_service *ks = m->kit ? kit_service(m->kit, service) : NULL;
	const struct kit_signal *sig = kr && ks ? kit_signal(ks, kr->signal) : NULL;
	const struct model_signal *now = kr ? model_signal(m, service, kr->signal) : NULL;
	char value[64] = "", limit[96] = "";
	double v = now && now->state == SAMPLE_OK ? now->value : r ? r->value : NAN;
	if (sig && !isnan(v))
		unit_print(v, sig->unit, value, sizeof value);
	if (kr && sig)
		cond_print(&kr->when, sig->unit, limit, sizeof limit);
	snprintf(out, cap, "%s%s%s", value, value[0] && limit[0] ? ", " : "", limit);
	return out;
}

const char *part_place(const struct model *m, const struct model_incident *i, char *out, size_t cap)
{
	const char *env = i && i->environment ? i->environment : m->environment ? m->environment : "";
	size_t n = 0;
	for (; env[n] && n + 1 < cap; n++)
		out[n] = (char)toupper((unsigned char)env[n]);
	out[n] = '\0';
	if (i && i->kind != INCIDENT_REAL && strcmp(env, incident_kind_name(i->kind)) != 0)
		snprintf(out + n, cap - n, " (%s)", incident_kind_name(i->kind));
	return out;
}

const char *part_by(const struct model_action *a, char *out, size_t cap)
{
	if (action_external(a))
		(void)snprintf(out, cap, "%s (%s), elsewhere", a->by ? a->by : "somebody", a->through ? a->through : "not told how");
	else
		(void)snprintf(out, cap, "%s", action_who(a));
	return out;
}

const char *part_what(const struct model_action *a, char *out, size_t cap)
{
	bool step = a->from && a->to;
	snprintf(out, cap, "%s of %s%s%s%s%s", a->action, a->service, step ? ", " : "", step ? a->from : "", step ? " -> " : "", step ? a->to : "");
	return out;
}

const char *part_answer(const struct model_prompt *p, char *out, size_t cap)
{
	*out = '\0';
	if (p->key && !strcmp(p->what, "stop") && !strstr(p->text, "unknown"))
		(void)snprintf(out, cap, "  (backout cancel %s)", p->key);
	return out;
}

const char *part_limit(const struct model_prompt *p, char *out, size_t cap)
{
	char clock[CLOCK_LEN];
	*out = '\0';
	if (p->until && p->then)
		(void)snprintf(out, cap, "  Until %s, then: %s", part_clock(p->until, clock), p->then);
	return out;
}

const char *part_timer(const struct model *m, const struct model_row *r, const struct stamp *now, char *out, size_t cap)
{
	char then[TIMER_THEN], d[DURATION_LEN];
	int64_t until;
	*out = '\0';
	if (!timer_runs(m, r, &until))
		return out;
	int64_t left = until - r->breached.at - stamp_diff(&r->breached, now, NULL);
	(void)snprintf(out, cap, "%s has %s, then: %s", kit_row(m->kit, r->row)->owner, duration_clock(left > 0 ? left : 0, d), timer_then(m, r, then));
	return out;
}
