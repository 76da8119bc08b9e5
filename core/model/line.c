/* The timeline: one sentence per event that a person wants to see. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/private.h"

typedef void (*line_fn)(struct reduction *r, struct buf *b);

static const char *s_of(struct reduction *r, const char *key)
{
	return json_get_str(r->body, key, "");
}

static const char *service_of(struct reduction *r)
{
	return json_get_str(r->body, "service", "");
}

static void line_action(struct reduction *r, struct buf *b, const char *word, const char *more)
{
	const struct model_action *a = action_mut(r);
	buf_addf(b, "%s %s", word, s_of(r, "key"));
	if (a)
		buf_addf(b, " %s", a->action);
	if (a && a->from && a->to)
		buf_addf(b, " %s -> %s", a->from, a->to);
	if (more && *more)
		buf_addf(b, ": %s", more);
}

static void line_engine(struct reduction *r, struct buf *b)
{
	buf_addf(b, "engine %s on %s", s_of(r, "what"), s_of(r, "host"));
}

static void line_clock(struct reduction *r, struct buf *b)
{
	char d[DURATION_LEN];
	int64_t by = json_get_int(r->body, "by_us", 0);
	const char *what = s_of(r, "what");
	if (strcmp(what, "step") == 0)
		buf_addf(b, "the clock was set by %s", duration_clock(by, d));
	else
		buf_addf(b, "%s: nobody watched for %s", strcmp(what, "boot") == 0 ? "the machine restarted" : "there was no engine",
			by < US_SECOND ? "under 1 s" : duration_clock(by, d));
}

static void line_kit(struct reduction *r, struct buf *b)
{
	buf_addf(b, "kit %.12s %s", s_of(r, "digest"), json_get_bool(r->body, "in_use", true) ? "in use" : "changed, not in use");
}

static void line_plugin(struct reduction *r, struct buf *b)
{
	buf_addf(b, "source %s %s", s_of(r, "backend"), s_of(r, "state"));
	if (*s_of(r, "why"))
		buf_addf(b, ": %s", s_of(r, "why"));
}

static const char *thousands(int64_t v, char *out, size_t cap)
{
	if (v < 1000)
		(void)snprintf(out, cap, "%lld", (long long)v);
	else if (v < 1000000)
		(void)snprintf(out, cap, "%lld,%03lld", (long long)v / 1000, (long long)v % 1000);
	else
		(void)snprintf(out, cap, "%lld,%03lld,%03lld", (long long)v / 1000000, (long long)v / 1000 % 1000, (long long)v % 1000);
	return out;
}

static void line_count(struct buf *b, int64_t n, const char *what)
{
	if (n)
		buf_addf(b, ", %lld %s%s", (long long)n, what, n == 1 ? "" : "s");
}

static void line_backfill(struct reduction *r, struct buf *b)
{
	char span[DURATION_LEN], n[32];
	int64_t from = json_get_time(r->body, "from"), to = json_get_time(r->body, "to");
	buf_addf(b, "%s filled in from %s: %s values", duration_short(to > from ? to - from : 0, span), s_of(r, "backend"),
		thousands(json_get_int(r->body, "samples", 0), n, sizeof n));
	line_count(b, json_get_int(r->body, "deploys", 0), "deploy");
	line_count(b, json_get_int(r->body, "changes", 0), "change");
	if (!json_get_bool(r->body, "complete", true))
		buf_addf(b, "; not all of it: %s", s_of(r, "why"));
}

static void line_change(struct reduction *r, struct buf *b)
{
	buf_addf(b, "%s %s %s -> %s by %s", s_of(r, "what"), s_of(r, "name"), s_of(r, "from"), s_of(r, "to"), s_of(r, "by"));
}

static void line_report(struct reduction *r, struct buf *b)
{
	buf_addf(b, "%s%s%s%s", s_of(r, "signal"), json_get_bool(r->body, "gone", false) ? " is gone" : " reported",
		*service_of(r) ? " on " : "", service_of(r));
	if (*s_of(r, "note"))
		buf_addf(b, ": %s", s_of(r, "note"));
}

static void line_rubric(struct reduction *r, struct buf *b)
{
	double v = json_get_num(r->body, "value", NAN);
	char value[64];
	const struct kit_service *s = r->m->kit ? kit_service(r->m->kit, service_of(r)) : NULL;
	const struct kit_signal *sig = s ? kit_signal(s, s_of(r, "signal")) : NULL;
	buf_addf(b, "%s %s %s", service_of(r), s_of(r, "row"), s_of(r, "state"));
	if (isfinite(v))
		buf_addf(b, " at %s", unit_print(v, sig ? sig->unit : UNIT_NUMBER, value, sizeof value));
	if (strcmp(s_of(r, "state"), "overdue") == 0)
		buf_adds(b, ": the time to decide is over");
	if (json_get_bool(r->body, "dropped", false))
		buf_adds(b, ": the time to decide is over, nothing is proposed any more");
	if (json_get_bool(r->body, "filled", false)) {
		char before[DURATION_LEN];
		buf_addf(b, ": it began %s before, as was filled in", duration_clock(r->at.at - json_get_time(r->body, "since"), before));
	}
	if (*s_of(r, "would"))
		buf_addf(b, " (shadow: would %s)", s_of(r, "would"));
}

static void line_declared(struct reduction *r, struct buf *b)
{
	buf_addf(b, "declared %s: %s", r->e->incident ? r->e->incident : "", s_of(r, "title"));
}

static void line_closed(struct reduction *r, struct buf *b)
{
	buf_addf(b, "closed as %s", s_of(r, "as"));
}

static void line_commander(struct reduction *r, struct buf *b)
{
	const char *how = s_of(r, "how"), *person = json_get_str(r->body, "person", NULL);
	if (strcmp(how, "offered") == 0)
		buf_addf(b, "command offered to %s", s_of(r, "to"));
	else if (strcmp(how, "lapsed") == 0)
		buf_addf(b, "%s did not take command in time: it stays", s_of(r, "to"));
	else if (strcmp(how, "asked") == 0)
		buf_addf(b, "%s asks for command", s_of(r, "to"));
	else if (strcmp(how, "refused") == 0)
		buf_adds(b, "the take of command was refused");
	else if (!person)
		buf_adds(b, "nobody commands");
	else
		buf_addf(b, "%s commands (%s)", person, how);
}

static void line_armed(struct reduction *r, struct buf *b)
{
	buf_addf(b, "opened panel %s of %s", s_of(r, "action"), service_of(r));
}

static void line_disarmed(struct reduction *r, struct buf *b)
{
	buf_addf(b, "closed panel %s: %s", s_of(r, "action"), s_of(r, "why"));
}

static void line_requested(struct reduction *r, struct buf *b)
{
	char d[DURATION_LEN], word[64], why[120];
	if (json_get(r->body, "countdown_s")) {
		(void)snprintf(word, sizeof word, "by itself in %s unless somebody says no:", duration_clock(json_get_span(r->body, "countdown_s"), d));
		(void)snprintf(why, sizeof why, "%.72s breached", s_of(r, "row"));
		line_action(r, b, word, why);
		return;
	}
	if (strcmp(s_of(r, "via"), "external") != 0) /* of what was made elsewhere one line is enough: its end */
		line_action(r, b, "confirmed", s_of(r, "reason"));
}

static void line_refused(struct reduction *r, struct buf *b)
{
	line_action(r, b, "refused", s_of(r, "reason"));
}

static void line_vetoed(struct reduction *r, struct buf *b)
{
	line_action(r, b, "not this time:", s_of(r, "reason"));
}

static void line_expired(struct reduction *r, struct buf *b)
{
	const struct model_action *a = action_mut(r);
	bool back = a && a->cls == CLASS_REVERSE;
	line_action(r, b, json_get(r->body, "by") ? "gave way:" : back ? "did not go back by itself:" : "did not act by itself:", s_of(r, "reason"));
}

static void line_fired(struct reduction *r, struct buf *b)
{
	const struct model_action *a = action_mut(r);
	if (!a || !action_external(a))
		line_action(r, b, "fired", NULL);
}

static void line_ended(struct reduction *r, struct buf *b)
{
	const struct model_action *a = action_mut(r);
	line_action(r, b, a && action_external(a) ? "adopted" : s_of(r, "outcome"), s_of(r, "detail"));
}

static void line_verify(struct reduction *r, struct buf *b)
{
	buf_addf(b, "%s verification %s", service_of(r), s_of(r, "state"));
	if (*s_of(r, "why"))
		buf_addf(b, ": %s", s_of(r, "why"));
}

static void line_pin(struct reduction *r, struct buf *b)
{
	const char *what = s_of(r, "what");
	buf_addf(b, "%s %s %s", service_of(r), s_of(r, "version"),
		strcmp(what, "set") == 0 ? "pinned out" : strcmp(what, "released") == 0 ? "pin released" : "RETURNED although pinned");
	if (*s_of(r, "returned_by"))
		buf_addf(b, ", brought by %s", s_of(r, "returned_by"));
}

static void line_freeze(struct reduction *r, struct buf *b)
{
	buf_addf(b, "%s %s", strcmp(s_of(r, "what"), "set") == 0 ? "froze" : "unfroze", service_of(r));
	if (*s_of(r, "reason"))
		buf_addf(b, ": %s", s_of(r, "reason"));
}

static void line_automatic(struct reduction *r, struct buf *b)
{
	const struct json *missing = json_first(json_get(r->body, "missing"));
	buf_addf(b, "%s %s: %s", service_of(r), s_of(r, "row"), missing ? "not by itself" : "nothing is in the way of acting by itself any more");
	for (const struct json *v = missing; v; v = json_next(v))
		buf_addf(b, "%s%s", v == missing ? ": " : "; ", json_str(v, ""));
}

static void line_alarm(struct reduction *r, struct buf *b)
{
	bool frozen = strcmp(s_of(r, "what"), "frozen") == 0;
	buf_addf(b, "ALARM %s: %s %s although %s%s", service_of(r), s_of(r, "version"), frozen ? "was deployed" : "went live", frozen ? "it is frozen" :
		"an action runs: ", s_of(r, "key"));
	buf_addf(b, ", brought by %s", s_of(r, "brought_by"));
}

static void line_soak(struct reduction *r, struct buf *b)
{
	if (strcmp(s_of(r, "what"), "spoiled") == 0) /* that a version was kept is no news: what changed has it */
		buf_addf(b, "%s %s breached %s in its soak", service_of(r), s_of(r, "version"), s_of(r, "row"));
}

static void line_prompt(struct reduction *r, struct buf *b)
{
	bool asked = strcmp(s_of(r, "state"), "asked") == 0;
	buf_addf(b, "%s%s%s: %s", asked ? "asks" : s_of(r, "state"), asked && *s_of(r, "to") ? " " : "", asked ? s_of(r, "to") : "", s_of(r, "text"));
}

static void line_note(struct reduction *r, struct buf *b)
{
	buf_adds(b, s_of(r, "text"));
}

static void line_kind(struct reduction *r, struct buf *b)
{
	buf_adds(b, r->e->kind);
}

static const line_fn line_fns[EVENT_KIND_UNKNOWN] = {
	[EVENT_ENGINE] = line_engine, [EVENT_CLOCK] = line_clock, [EVENT_KIT_LOADED] = line_kit, [EVENT_PLUGIN] = line_plugin,
	[EVENT_CHANGE] = line_change, [EVENT_BACKFILL] = line_backfill, [EVENT_REPORT] = line_report, [EVENT_RUBRIC] = line_rubric,
	[EVENT_INCIDENT_DECLARED] = line_declared, [EVENT_INCIDENT_CLOSED] = line_closed, [EVENT_COMMANDER] = line_commander,
	[EVENT_ACTION_ARMED] = line_armed, [EVENT_ACTION_DISARMED] = line_disarmed, [EVENT_ACTION_REQUESTED] = line_requested,
	[EVENT_ACTION_REFUSED] = line_refused, [EVENT_ACTION_VETOED] = line_vetoed, [EVENT_ACTION_EXPIRED] = line_expired,
	[EVENT_ACTION_FIRED] = line_fired, [EVENT_ACTION_ENDED] = line_ended, [EVENT_VERIFY] = line_verify, [EVENT_PIN] = line_pin,
	[EVENT_FREEZE] = line_freeze, [EVENT_ALARM] = line_alarm, [EVENT_SOAK] = line_soak, [EVENT_AUTOMATIC] = line_automatic, [EVENT_NOTE] = line_note,
	[EVENT_PROMPT] = line_prompt,
};

/* Progress is no news, nor that a question is over with what it was about: that has a line of its own. */
static bool is_news(struct reduction *r, enum event_kind k)
{
	if (k == EVENT_VERIFY)
		return strcmp(s_of(r, "state"), "waiting") != 0;
	if (k == EVENT_CHANGE && json_get_bool(r->body, "filled", false))
		return false; /* long ago: it stands among the changes, and the fill's own line counts it */
	if (k != EVENT_PROMPT || strcmp(s_of(r, "state"), "asked") == 0)
		return true;
	const struct model_action *a = action_mut(r);
	return a && !action_over(a) && strcmp(s_of(r, "what"), "stop") == 0;
}

void model_add_line(struct reduction *r)
{
	struct buf b;
	struct model *m = r->m;
	enum event_kind k = event_kind_of(r->e->kind);
	if (!is_news(r, k))
		return;
	buf_init(&b, 2048);
	line_fn fn = line_fns[k] ? line_fns[k] : line_kind;
	fn(r, &b);
	if (!b.len) {
		buf_release(&b);
		return;
	}
	struct model_line *l = vec_push(&m->lines);
	l->seq = r->e->seq;
	l->at = r->at;
	l->kind = model_intern(m, r->e->kind);
	l->incident = model_intern(m, r->e->incident);
	l->actor = model_intern(m, r->e->actor);
	l->text = buf_take(&b);
	vec_bound(&line_table, &m->lines, 256);
}
