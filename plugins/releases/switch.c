/* The switch itself: flip the link, tell the process, wait until the process
 * says so.  Before the flip every way out asserts that nothing was changed;
 * after it none does. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "releases/acts.h"

#define ASK_TIME 2000000
#define GRACE 10000000 /* a signal's effect lands within this, or the process does not follow */

struct switching {
	struct sdk *s;
	struct place *p;
	const struct sdk_op *op;
	const char *to;
	struct world w;
	struct sdk_mark mark;
	int64_t flipped, effect; /* when the link was switched, and when the process said so; 0 not */
	int64_t limit; /* a little before the deadline, so that our answer comes before it */
	int lock;
};

/* ---- before anything is touched ---- */

static bool is_at(const struct world *w, const char *version)
{
	return w->link.there && w->run.known && !strcmp(w->link.version, version) && !strcmp(w->run.version, version);
}

/* Is the world still the one that the preflight saw? */
static bool same_world(const struct switching *x, char *why, size_t cap)
{
	const struct sdk_action *a = &x->op->action;
	const struct world *w = &x->w;
	char seen[512];
	if (w->run.known && strcmp(w->run.version, a->from) && strcmp(w->run.version, x->to)) {
		(void)snprintf(why, cap, "the process runs %s, not %s", w->run.version, a->from);
		return false;
	}
	if (!w->link.there) {
		(void)snprintf(why, cap, "%s", w->link.why);
		return false;
	}
	if (!*a->expect) {
		(void)snprintf(why, cap, "`current` points to %s, not %s", w->link.version, a->from);
		return !strcmp(w->link.version, a->from) || !strcmp(w->link.version, x->to);
	}
	/* A process that fell silent since is no new world; a link that was made anew is. */
	(void)snprintf(seen, sizeof seen, "link %s %s runs ", w->link.version, w->link.stamp);
	(void)snprintf(why, cap, "`current` was changed since the preflight; it points to %s", w->link.version);
	return !strncmp(a->expect, seen, strlen(seen));
}

static struct sdk_answer again(struct switching *x, const struct sdk_mark *m)
{
	if (m->step == SDK_STEP_ENDED && m->done)
		return sdk_done(m->changed, NULL, "%s", m->detail);
	if (m->step == SDK_STEP_ENDED)
		return sdk_failed(m->changed, NULL, "%s", m->detail);
	return sdk_error(SDK_UNSURE, "op %.32s was begun before and not ended: ask reconcile", x->op->op);
}

/* True: go on.  Else *out is the answer. */
static bool ready(struct switching *x, struct sdk_answer *out)
{
	struct release r;
	char why[300];
	if (!place_asks(x->p))
		*out = sdk_error(SDK_BAD_PARAMS, "the target says no way to ask the process: give version_url or version_command");
	else if (is_at(&x->w, x->to))
		*out = sdk_done(SDK_NONE, NULL, "%s runs %s already", x->p->service, x->to);
	else if (!same_world(x, why, sizeof why))
		*out = sdk_error(SDK_CONFLICT, "%s: look again; nothing was changed", why);
	else if (release_read(x->p, x->to, &r), !r.complete)
		*out = sdk_error(SDK_NOT_FOUND, "%s; nothing was changed", r.why);
	else if (!can_tell(x->p, why, sizeof why))
		*out = sdk_error(SDK_UNAVAILABLE, "the process cannot be told: %s; nothing was changed", why);
	else if (sdk_cancelled(x->s))
		*out = sdk_failed(SDK_NONE, NULL, "cancelled before anything was changed");
	else
		return true;
	return false;
}

/* ---- after the flip ---- */

static struct sdk_answer end(struct switching *x, bool done, enum sdk_changed changed, const char *detail)
{
	struct buf ev;
	struct jw w;
	x->mark.done = done;
	x->mark.changed = changed;
	(void)snprintf(x->mark.detail, sizeof x->mark.detail, "%s", detail);
	(void)sdk_mark_write(x->p->dir, &x->mark, SDK_STEP_ENDED);
	if (done)
		history_add(x->p, false, x->to);
	buf_init(&ev, 8192);
	jw_init(&w, &ev);
	jw_obj(&w);
	jw_kstr(&w, "directory", x->p->dir);
	jw_kstr(&w, "link", x->w.link.there ? x->w.link.version : NULL);
	jw_kstr(&w, "process", x->w.run.known ? x->w.run.version : NULL);
	if (x->flipped && x->effect) /* done is not in effect: the time between is told apart */
		jw_knum(&w, "in_effect_s", (double)(x->effect - x->flipped) / 1e6);
	if (!x->w.run.known)
		jw_kstr(&w, "process_says", x->w.run.why);
	jw_obj_end(&w);
	struct sdk_answer a = done ? sdk_done(changed, buf_str(&ev), "%s", detail) : sdk_failed(changed, buf_str(&ev), "%s", detail);
	buf_release(&ev);
	return a;
}

static struct sdk_answer stuck(struct switching *x, const char *what)
{
	char text[1024];
	(void)snprintf(text, sizeof text, "`current` points to %s, but %s; the process %s%s", x->to, what,
		x->w.run.known ? "runs " : "does not say what it runs: ", x->w.run.known ? x->w.run.version : x->w.run.why);
	return end(x, false, SDK_PARTIAL, text);
}

/* False: why it could not be told. */
static bool tell(struct switching *x, char *why, size_t cap)
{
	if (x->p->signal) {
		pid_t pid = disk_pid(x->p, why, cap); /* asked again: it may have been restarted meanwhile */
		if (!pid)
			return false;
		if (kill(pid, x->p->signal) == 0)
			return true;
		(void)snprintf(why, cap, "SIG%s to process %ld: %s", x->p->signal_name, (long)pid, strerror(errno));
		return false;
	}
	if (!x->p->reload)
		return true;
	struct sdk_ran r;
	struct fault f;
	struct sdk_command c = {.argv = x->p->reload, .timeout = x->limit - sdk_now(), .keep = 4096};
	if (c.timeout <= 0 || !sdk_run_wait(x->s, &c, &r, &f)) {
		(void)snprintf(why, cap, "the reload could not be started: %.200s", c.timeout <= 0 ? "no time is left" : f.what);
		return false;
	}
	char how[64];
	bool ok = !r.timed_out && r.exit == 0;
	int line = r.err.len ? (int)strcspn(r.err.data, "\n") : 0;
	if (!ok)
		(void)snprintf(why, cap, "%.100s %s%s%.*s", x->p->reload[0], sdk_ran_words(&r, how, sizeof how), line ? ": " : "",
			line < 150 ? line : 150, buf_str(&r.err));
	sdk_ran_release(&r);
	return ok;
}

/* Ask until the process says `to`: true.  False: cancelled or out of time. */
static bool wait_for_process(struct switching *x)
{
	int64_t said = 0;
	for (int64_t pause = 20000; ; pause = pause < 250000 ? pause * 2 : pause) {
		int64_t left = x->limit - sdk_now();
		if (left <= 0)
			return false;
		world_look(x->s, x->p, left < ASK_TIME ? left : ASK_TIME, &x->w);
		if (x->w.run.known && !strcmp(x->w.run.version, x->to))
			return true;
		if (sdk_cancelled(x->s))
			return false;
		if (sdk_now() - said >= 1000000) {
			said = sdk_now();
			sdk_progress(x->s, 0.5, "waiting: the process %s%s", x->w.run.known ? "still runs " : "does not answer: ",
				x->w.run.known ? x->w.run.version : x->w.run.why);
		}
		(void)sdk_wait(x->s, NULL, sdk_now() + pause);
	}
}

static struct sdk_answer follow(struct switching *x)
{
	char why[400], text[1024];
	sdk_progress(x->s, 0.3, "`current` points to %s; telling the process", x->to);
	bool told = tell(x, why, sizeof why);
	(void)sdk_mark_write(x->p->dir, &x->mark, SDK_STEP_TOLD);
	if (!told) {
		world_look(x->s, x->p, ASK_TIME, &x->w);
		if (!is_at(&x->w, x->to))
			return stuck(x, why);
	} else if (!wait_for_process(x)) {
		if (sdk_cancelled(x->s))
			return stuck(x, "it was cancelled while waiting for the process, which was told and may still follow");
		return sdk_error(SDK_DEADLINE, "`current` points to %s and the process was told, but within the deadline it %s%s", x->to,
			x->w.run.known ? "still said " : "did not answer: ", x->w.run.known ? x->w.run.version : x->w.run.why);
	}
	if (!x->w.link.there || strcmp(x->w.link.version, x->to))
		return stuck(x, "somebody else changed it again meanwhile");
	x->effect = sdk_now();
	char later[60] = "";
	if (x->flipped)
		(void)snprintf(later, sizeof later, ", %.2f s after the link", (double)(x->effect - x->flipped) / 1e6);
	(void)snprintf(text, sizeof text, "%s answers %s%s%s%s", x->p->service, x->to, later, told ? "" : ", although ",
		told ? "" : why);
	return end(x, true, SDK_FULL, text);
}

static struct sdk_answer flip(struct switching *x)
{
	bool flipped;
	sdk_mark_prune(x->p->dir);
	int64_t left = x->limit - sdk_now();
	sdk_mark_begin(&x->mark, x->op->op, x->p->signal && left > GRACE ? GRACE : left);
	int error = sdk_mark_write(x->p->dir, &x->mark, SDK_STEP_BEGUN);
	if (error)
		return sdk_error(SDK_UNAVAILABLE, "the action could not be noted in %.200s: %s; nothing was changed", x->p->dir, strerror(error));
	sdk_progress(x->s, 0.1, "pointing `current` to %s", x->to);
	if (strcmp(x->w.link.version, x->to)) {
		error = disk_flip(x->p, x->to, &flipped);
		if (!flipped) {
			char text[300];
			(void)snprintf(text, sizeof text, "`current` could not be changed: %s", strerror(error));
			return end(x, false, SDK_NONE, text);
		}
		x->flipped = sdk_now();
	}
	if (!strcmp(x->op->action.verb, "rollback"))
		history_add(x->p, true, x->op->action.from);
	(void)sdk_mark_write(x->p->dir, &x->mark, SDK_STEP_SWITCHED);
	return follow(x);
}

struct sdk_answer switch_perform(struct plugin *pl, struct place *p, const struct sdk_op *op)
{
	struct switching x = {.s = pl->s, .p = p, .op = op, .to = op->action.to};
	struct sdk_mark before;
	struct sdk_answer a;
	int64_t margin = (int64_t)(op->seconds * 1e5);
	x.limit = op->deadline - (margin < 300000 ? margin : 300000);
	if (!place_version(x.to) || !*op->action.from)
		return sdk_error(SDK_BAD_PARAMS, "a switch needs `from` and `to`, and `to` the name of a release");
	if (sdk_mark_read(p->dir, op->op, &before))
		return again(&x, &before);
	char why[256];
	x.lock = disk_make_lock(p);
	if (x.lock < 0) {
		bool busy = errno == EWOULDBLOCK;
		return sdk_error(busy ? SDK_CONFLICT : SDK_UNAVAILABLE, "%s; nothing was changed",
			busy ? "another switch of this directory is under way" : strerror(errno));
	}
	if (p->lock && access(p->lock, F_OK) == 0) {
		(void)snprintf(why, sizeof why, "%.150s is there: a deploy is under way", p->lock);
		a = sdk_error(SDK_CONFLICT, "%s; nothing was changed", why);
	} else {
		world_look(x.s, p, ASK_TIME, &x.w);
		if (ready(&x, &a))
			a = flip(&x);
	}
	close(x.lock);
	return a;
}

/* ---- what became of it ---- */

static struct sdk_answer tell_ended(const struct sdk_mark *m)
{
	return sdk_fate(m->done ? SDK_FATE_DONE : SDK_FATE_FAILED, m->changed, "%s", m->detail);
}

struct sdk_answer switch_reconcile(struct plugin *pl, struct place *p, const struct sdk_op *op)
{
	const struct sdk_action *a = &op->action;
	struct sdk_mark m;
	struct world w;
	if (!sdk_mark_read(p->dir, op->op, &m))
		return sdk_fate(SDK_FATE_NOT_STARTED, SDK_NONE, "nothing was begun in %s", p->dir);
	if (m.step == SDK_STEP_ENDED)
		return tell_ended(&m);
	if (sdk_mark_alive(&m))
		return sdk_fate(SDK_FATE_RUNNING, SDK_CHANGED_UNKNOWN, "process %lld is at it", (long long)m.pid);
	world_look(pl->s, p, ASK_TIME, &w);
	bool link_to = w.link.there && !strcmp(w.link.version, a->to), link_from = w.link.there && !strcmp(w.link.version, a->from);
	bool run_to = w.run.known && !strcmp(w.run.version, a->to), run_from = w.run.known && !strcmp(w.run.version, a->from);
	const char *says = w.run.known ? w.run.version : w.run.why;
	if (link_to && run_to) {
		history_add(p, false, a->to);
		return sdk_fate(SDK_FATE_DONE, SDK_FULL, "link and process both say %s", a->to);
	}
	if (link_to && sdk_wall() >= m.at && sdk_wall() - m.at < m.patience)
		return sdk_fate(SDK_FATE_RUNNING, SDK_PARTIAL, "`current` points to %s; the process may still follow (it says: %s)", a->to, says);
	if (link_to && w.run.known)
		return sdk_fate(SDK_FATE_FAILED, SDK_PARTIAL, "`current` points to %s, but the process runs %s and was perhaps never told", a->to, says);
	if (link_from && run_from)
		return sdk_fate(SDK_FATE_FAILED, m.step == SDK_STEP_BEGUN ? SDK_NONE : SDK_PARTIAL, "link and process both say %s%s", a->from,
			m.step == SDK_STEP_BEGUN ? ": it ended before anything was changed" : ": it was switched and then back");
	return sdk_fate(SDK_FATE_UNKNOWN, SDK_CHANGED_UNKNOWN, "`current` %s%s; the process says: %s", w.link.there ? "points to " : "is ill: ",
		w.link.there ? w.link.version : w.link.why, says);
}
