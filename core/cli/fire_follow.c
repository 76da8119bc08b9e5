/* Following what was fired until its outcome, or its verification, is known. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "base/text.h"
#include "cli/fire.h"
#include "cli/json_safe.h"

#define UNKNOWN_PATIENCE_US (10 * US_SECOND)
#define LOST_US (20 * US_SECOND)

struct watch_it {
	struct fire *f;
	const char *key;
	int64_t unknown_since, lost_since;
	char said[2][600];      /* of the action, of its verification */
};

static int64_t mono(void)
{
	struct now now;
	os_now(&now);
	return now.mono;
}

/* A line on standard error whenever there is something new to say. */
static void say(struct watch_it *w, int of, const char *line)
{
	char clean[2400];
	if (w->f->c->json || !strcmp(w->said[of], line))
		return;
	text_copy(w->said[of], sizeof w->said[of], line);
	fprintf(stderr, "%s\n", text_safe(clean, sizeof clean, line));
}

static void say_action(struct watch_it *w, const struct model_action *a)
{
	char line[600];
	if (a->outcome == OUTCOME_RUNNING && a->progress && a->progress[0])
		snprintf(line, sizeof line, "%s running: %.400s", a->key, a->progress);
	else
		snprintf(line, sizeof line, "%s %s", a->key, outcome_name(a->outcome));
	say(w, 0, line);
}

static const struct model_verify *verify_of(const struct model *m, const struct model_action *a)
{
	const struct model_incident *i = a->incident ? model_incident(m, a->incident) : NULL;
	return i ? model_verify(i, a->service) : NULL;
}

/* true: it is over, *out says how. */
static bool verified(struct watch_it *w, const struct model *m, const struct model_action *a, enum status *out)
{
	const struct model_verify *v = verify_of(m, a);
	char line[600];
	*out = STATUS_OK;
	if (!w->f->wait)
		return true;
	if (!v || v->state == VERIFY_WAITING || v->at.at < a->ended.at) {
		say(w, 1, "waiting for the verification");
		return false;
	}
	snprintf(line, sizeof line, "verification: %s%s%.300s", verify_state_name(v->state), v->why && v->why[0] ? ": " : "", v->why ? v->why : "");
	say(w, 1, line);
	*out = v->state == VERIFY_PASSED ? STATUS_OK : STATUS_NO;
	return true;
}

static bool over(struct watch_it *w, const struct model *m, const struct model_action *a, enum status *out)
{
	int64_t now = mono();
	if (a->outcome != OUTCOME_UNKNOWN)
		w->unknown_since = 0;
	switch (a->outcome) {
	case OUTCOME_WAITING:
	case OUTCOME_COUNTDOWN:
	case OUTCOME_RUNNING:
		return false;
	case OUTCOME_UNKNOWN:
		if (!w->unknown_since)
			w->unknown_since = now;
		*out = STATUS_UNKNOWN;
		return now - w->unknown_since > UNKNOWN_PATIENCE_US;
	case OUTCOME_DONE:
		return verified(w, m, a, out);
	case OUTCOME_FAILED:
	case OUTCOME_REFUSED:
	case OUTCOME_VETOED:
	case OUTCOME_EXPIRED:
	case OUTCOME_CANCELLED:
		*out = STATUS_NO;
		return true;
	}
	return true;
}

static void print_end(const struct watch_it *w, const struct model *m, const struct model_action *a)
{
	struct buf b;
	struct jw j;
	const struct model_verify *v = verify_of(m, a);
	buf_init(&b, 1 << 20);
	if (w->f->c->json) {
		jw_init(&j, &b);
		jw_obj(&j);
		jw_kstr(&j, "key", a->key);
		jw_kstr(&j, "incident", a->incident);
		jw_kstr(&j, "op", a->op);
		jw_kstr(&j, "action", a->action);
		jw_kstr(&j, "service", a->service);
		jw_kstr(&j, "from", a->from);
		jw_kstr(&j, "to", a->to);
		jw_kstr(&j, "outcome", outcome_name(a->outcome));
		jw_kstr(&j, "changed", a->changed);
		jw_kstr(&j, "detail", a->detail);
		jw_kstr(&j, "verification", v ? verify_state_name(v->state) : "none");
		jw_obj_end(&j);
		buf_addc(&b, '\n');
		json_out(&b);
	} else {
		char detail[2048];
		buf_addf(&b, "%s %s %s", a->key, a->action, outcome_name(a->outcome));
		if (a->detail && a->detail[0])
			buf_addf(&b, ": %s", text_safe(detail, sizeof detail, a->detail));
		if (a->outcome == OUTCOME_DONE && w->f->wait && v)
			buf_addf(&b, "; verification %s", verify_state_name(v->state));
		buf_addc(&b, '\n');
		cli_out(&b);
	}
	buf_release(&b);
}

static enum status lost(struct watch_it *w)
{
	struct fault f;
	fault_set(&f, STATUS_UNKNOWN, "no-engine", "the engine was lost while %s ran, and none answers", w->key);
	fault_mend(&f, "the action goes on by itself; `backout list` tells once an engine runs again");
	return cli_fail(w->f->c, STATUS_UNKNOWN, &f);
}

enum status fire_follow(struct fire *f, const char *key)
{
	struct watch_it w = {.f = f, .key = key};
	enum status s = STATUS_OK;
	for (;;) {
		const struct model *m = client_model(f->s.client);
		const struct model_action *a = m ? model_action(m, key) : NULL;
		if (a) {
			say_action(&w, a);
			if (over(&w, m, a, &s)) {
				print_end(&w, m, a);
				return s;
			}
		}
		if (client_is_up(f->s.client))
			w.lost_since = 0;
		else if (!w.lost_since)
			w.lost_since = mono();
		else if (mono() - w.lost_since > LOST_US)
			return lost(&w);
		f->s.changed = false;
		client_wait(f->s.client, &f->s.changed, US_SECOND / 2);
	}
}
