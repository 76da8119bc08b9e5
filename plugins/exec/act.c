/* Preflight, perform and reconcile of a command. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/exec.h"

/* ---- preflight ---- */

static void check_program(struct sdk_preflight *f, struct plugin *pl, const struct sdk_action *a, const struct words *w)
{
	char path[4096], full[8300];
	struct stat st;
	struct fault fault;
	char **env = env_make(pl, a, "", "");
	bool found = sdk_program(w->v[0], (const char *const *)env, path, sizeof path, &fault);
	env_free(env);
	(void)snprintf(full, sizeof full, "%s%s%s", found && path[0] != '/' && pl->cwd ? pl->cwd : "",
		found && path[0] != '/' && pl->cwd ? "/" : "", found ? path : "");
	bool runs = found && !stat(full, &st) && S_ISREG(st.st_mode) && !access(full, X_OK);
	bool safe = runs && !(st.st_mode & S_IWOTH);
	sdk_check(f, "the program is there", safe, "%s", !found ? fault.what : !runs ? "it is no program that may be run" :
		!safe ? "everybody may write it: refused" : full);
}

static void check_state(struct sdk_preflight *f, const struct plugin *pl)
{
	if (pl->state)
		sdk_check(f, "the state directory can be written", access(pl->state, W_OK | X_OK) == 0, "%s", pl->state);
}

/* The kit's own preflight command, if there is one. */
static bool check_own(struct sdk_preflight *f, struct plugin *pl, const struct sdk_action *a)
{
	struct words w;
	struct fault fault;
	struct sdk_ran r;
	char how[64];
	int got = command_of(pl, "preflight", a, &w, &fault);
	if (got == 0)
		return false;
	if (got < 0 || !command_run(pl, &w, a, &(struct running){.op = "", .key = "", .timeout = 10000000}, &r, &fault)) {
		sdk_check(f, "the kit's own preflight", false, "%s", fault.what);
		if (got > 0)
			words_release(&w);
		return true;
	}
	const struct buf *say = r.out.len ? &r.out : &r.err;
	sdk_check(f, "the kit's own preflight", !r.timed_out && r.exit == 0, "%s%s%.400s", sdk_ran_words(&r, how, sizeof how),
		say->len ? ": " : "", buf_str(say));
	sdk_ran_release(&r);
	words_release(&w);
	return true;
}

static void say_versions(struct sdk_preflight *f, const struct sdk_action *a, int asked, const char *from, const char *why)
{
	f->from = asked > 0 ? from : *a->to ? "unknown" : NULL;
	f->to = *a->to ? a->to : NULL;
	if (asked > 0) {
		f->expect = from;
		sdk_ran_here(f, from);
	} else {
		sdk_not_undone(f, "which version runs now is not known here: %s", why);
	}
	if (asked < 0)
		sdk_check(f, "the running version is known", false, "%s", why);
}

struct sdk_answer act_preflight(struct plugin *pl, const struct sdk_action *a)
{
	struct words w;
	struct fault fault;
	struct sdk_preflight f;
	char from[300] = "", why[400];
	if (!strcmp(a->cls, "reverse") && !text_is_version(a->to))
		return sdk_error(SDK_BAD_PARAMS, "name the version to go to (--to, or `to` in the kit): exec remembers none");
	int got = command_of(pl, "command", a, &w, &fault);
	if (got <= 0)
		return sdk_error(got ? SDK_DENIED : SDK_BAD_PARAMS, "%s", got ? fault.what : "the target has no `command`");
	sdk_preflight_init(&f);
	int asked = version_ask(pl, a, from, sizeof from, why, sizeof why);
	buf_adds(&f.effect, asked > 0 && *a->to && !strcmp(from, a->to) ? "that version runs already; nothing would be run: " : "runs ");
	words_print(&w, &f.command);
	buf_adds(&f.effect, buf_str(&f.command));
	sdk_check(&f, "the kit allows the command", true, "every word fits a pattern of `allow`");
	say_versions(&f, a, asked, from, why);
	check_program(&f, pl, a, &w);
	check_state(&f, pl);
	if (!check_own(&f, pl, a))
		sdk_not_undone(&f, "what the command does is known by its exit status only");
	words_release(&w);
	return sdk_preflight_end(&f);
}

/* ---- perform ---- */

struct performing {
	struct plugin *pl;
	const struct sdk_op *op;
	const struct words *w;
	struct sdk_timer *timer;
	struct sdk_mark mark;
	int64_t began;
};

static void still_running(void *ctx)
{
	struct performing *x = ctx;
	sdk_progress(x->pl->s, -1, "%s runs since %lld s", x->w->v[0], (long long)((sdk_now() - x->began) / 1000000));
	sdk_timer_set(x->timer, sdk_now() + 2000000);
}

static void put_stream(struct jw *w, const char *key, const struct buf *b, uint64_t total)
{
	char name[40];
	jw_key(w, key);
	jw_strn(w, b->len ? b->data : "", b->len);
	(void)snprintf(name, sizeof name, "%s_bytes", key);
	jw_kint(w, name, (int64_t)total);
}

static void put_evidence(struct buf *b, const struct words *words, const struct sdk_ran *r)
{
	struct jw w;
	buf_init(b, JSON_LINE_MAX);
	jw_init(&w, b);
	jw_obj(&w);
	jw_key(&w, "argv");
	jw_arr(&w);
	for (size_t i = 0; i < words->n; i++)
		jw_str(&w, words->v[i]);
	jw_arr_end(&w);
	if (r->exit >= 0)
		jw_kint(&w, "exit", r->exit);
	else
		jw_kint(&w, "signal", r->signal);
	put_stream(&w, "output", &r->out, r->out_total);
	put_stream(&w, "errors", &r->err, r->err_total);
	jw_obj_end(&w);
}

/* The last line that it wrote to standard error, which is where programs complain. */
static void last_words(const struct sdk_ran *r, char *out, size_t cap)
{
	const char *s = buf_str(&r->err);
	size_t end = r->err.len, begin;
	while (end && (s[end - 1] == '\n' || s[end - 1] == '\r'))
		end--;
	for (begin = end; begin && s[begin - 1] != '\n'; begin--)
		;
	size_t len = end - begin < cap - 1 ? end - begin : cap - 1;
	memcpy(out, s + begin, len);
	out[len] = '\0';
}

static void remember(struct performing *x, bool done, enum sdk_changed changed, const char *detail)
{
	if (!x->pl->state)
		return;
	x->mark.done = done;
	x->mark.changed = changed;
	(void)snprintf(x->mark.detail, sizeof x->mark.detail, "%s", detail);
	(void)sdk_mark_write(x->pl->state, &x->mark, SDK_STEP_ENDED);
}

static struct sdk_answer outcome(struct performing *x, const struct sdk_ran *r)
{
	char how[64], last[300], detail[700];
	struct meaning m;
	struct fault f;
	struct buf ev;
	last_words(r, last, sizeof last);
	(void)snprintf(detail, sizeof detail, "%s %s%s%s", x->w->v[0], sdk_ran_words(r, how, sizeof how), *last ? ": " : "", last);
	if (r->timed_out && sdk_now() >= x->op->deadline - 1000000)
		return sdk_error(SDK_DEADLINE, "%s; how far it came is not known", detail);
	if (r->exit < 0 && sdk_cancelled(x->pl->s)) {
		(void)snprintf(detail, sizeof detail, "%s was cancelled and ended; how far it came is not known", x->w->v[0]);
		remember(x, false, SDK_CHANGED_UNKNOWN, detail);
		return sdk_failed(SDK_CHANGED_UNKNOWN, NULL, "%s", detail);
	}
	if (r->exit < 0 || !meaning_of(x->pl, r->exit, &m, &f) || !m.known)
		return sdk_error(SDK_UNSURE, "%s; how far it came is not known", detail);
	remember(x, m.done, m.changed, detail);
	put_evidence(&ev, x->w, r);
	struct sdk_answer a = m.done ? sdk_done(m.changed, buf_str(&ev), "%s", detail) : sdk_failed(m.changed, buf_str(&ev), "%s", detail);
	buf_release(&ev);
	return a;
}

/* A program that outlives us is still "running" for whoever reconciles. */
static void note_child(void *ctx, int64_t pid, uint64_t start)
{
	struct performing *x = ctx;
	x->mark.child = pid;
	x->mark.child_start = start;
	if (x->pl->state)
		(void)sdk_mark_write(x->pl->state, &x->mark, SDK_STEP_TOLD);
}

static struct sdk_answer run(struct performing *x)
{
	struct plugin *pl = x->pl;
	const struct sdk_op *op = x->op;
	struct sdk_ran r;
	struct fault f;
	int64_t own = (int64_t)(json_get_num(pl->config, "timeout", 0) * 1e6), left = op->deadline - sdk_now() - 300000;
	if (left <= 0)
		return sdk_error(SDK_UNAVAILABLE, "the deadline leaves no time to run anything");
	if (pl->state) {
		sdk_mark_prune(pl->state);
		sdk_mark_begin(&x->mark, op->op, 0);
		int error = sdk_mark_write(pl->state, &x->mark, SDK_STEP_BEGUN);
		if (error)
			return sdk_error(SDK_UNAVAILABLE, "the action could not be noted in %.200s: %s; nothing was run", pl->state, strerror(error));
	}
	x->began = sdk_now();
	x->timer = sdk_timer_new(pl->s, still_running, x);
	sdk_timer_set(x->timer, x->began + 2000000);
	sdk_progress(pl->s, -1, "running %s", x->w->v[0]);
	struct running how = {.op = op->op, .key = op->key, .timeout = own > 0 && own < left ? own : left, .started = note_child, .ctx = x};
	bool ok = command_run(pl, x->w, &op->action, &how, &r, &f);
	sdk_timer_free(x->timer);
	if (!ok) {
		remember(x, false, SDK_NONE, f.what);
		return sdk_error(SDK_UNAVAILABLE, "%s; nothing was run", f.what);
	}
	struct sdk_answer a = outcome(x, &r);
	sdk_ran_release(&r);
	return a;
}

/* Is it done already, or has the world moved?  True: go on. */
static bool still_so(struct plugin *pl, const struct sdk_action *a, struct sdk_answer *out)
{
	char now[300], why[400];
	int asked = version_ask(pl, a, now, sizeof now, why, sizeof why);
	if (asked == 0)
		return true;
	if (asked < 0)
		*out = sdk_error(SDK_UNAVAILABLE, "the running version cannot be asked: %s; nothing was run", why);
	else if (*a->to && !strcmp(now, a->to))
		*out = sdk_done(SDK_NONE, NULL, "%s runs %s already", a->service, now);
	else if (*a->from && strcmp(now, a->from))
		*out = sdk_error(SDK_CONFLICT, "%s runs %s, not %s: look again; nothing was run", a->service, now, a->from);
	else
		return true;
	return false;
}

static struct sdk_answer again(const struct sdk_mark *m)
{
	if (m->step != SDK_STEP_ENDED)
		return sdk_error(SDK_UNSURE, "this op was begun before and not ended: ask reconcile");
	return m->done ? sdk_done(m->changed, NULL, "%s", m->detail) : sdk_failed(m->changed, NULL, "%s", m->detail);
}

struct sdk_answer act_perform(struct plugin *pl, const struct sdk_op *op)
{
	struct words w;
	struct fault f;
	struct sdk_answer a;
	struct sdk_mark before;
	if (pl->state && sdk_mark_read(pl->state, op->op, &before))
		return again(&before);
	int got = command_of(pl, "command", &op->action, &w, &f);
	if (got <= 0)
		return sdk_error(got ? SDK_DENIED : SDK_BAD_PARAMS, "%s; nothing was run", got ? f.what : "the target has no `command`");
	if (still_so(pl, &op->action, &a)) {
		struct performing x = {.pl = pl, .op = op, .w = &w};
		a = sdk_cancelled(pl->s) ? sdk_failed(SDK_NONE, NULL, "cancelled before anything was run") : run(&x);
	}
	words_release(&w);
	return a;
}

/* ---- reconcile ---- */

static bool fate_of(const char *word, enum sdk_fate *out)
{
	static const char *const names[] = {[SDK_FATE_DONE] = "done", [SDK_FATE_FAILED] = "failed", [SDK_FATE_RUNNING] = "running",
		[SDK_FATE_NOT_STARTED] = "not-started", [SDK_FATE_UNKNOWN] = "unknown"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], word)) {
			*out = (enum sdk_fate)i;
			return true;
		}
	return false;
}

/* "OUTCOME [CHANGED]" LF sentence */
static struct sdk_answer read_fate(const struct sdk_ran *r, const char *program)
{
	char how[64], word[16] = "", second[16] = "";
	enum sdk_fate fate;
	enum sdk_changed changed = SDK_CHANGED_UNKNOWN;
	const char *text = buf_str(&r->out), *rest = strchr(text, '\n');
	(void)sscanf(text, "%15s", word);
	size_t first = strcspn(text, " \n");
	if (text[first] == ' ')
		(void)sscanf(text + first, "%15s", second);
	if (r->timed_out || r->exit != 0 || !fate_of(word, &fate) || (*second && !changed_of(second, &changed)))
		return sdk_fate(SDK_FATE_UNKNOWN, SDK_CHANGED_UNKNOWN, "%s %s and said nothing that can be used", program,
			sdk_ran_words(r, how, sizeof how));
	if (!*second)
		changed = fate == SDK_FATE_DONE ? SDK_FULL : fate == SDK_FATE_NOT_STARTED ? SDK_NONE : SDK_CHANGED_UNKNOWN;
	return sdk_fate(fate, changed, "%.600s", rest && rest[1] ? rest + 1 : word);
}

static struct sdk_answer ask_command(struct plugin *pl, const struct sdk_op *op)
{
	struct words w;
	struct fault f;
	struct sdk_ran r;
	int got = command_of(pl, "reconcile", &op->action, &w, &f);
	if (got == 0)
		return sdk_fate(SDK_FATE_UNKNOWN, SDK_CHANGED_UNKNOWN, "the kit gives no `reconcile` command: look yourself, then resolve");
	if (got < 0 || !command_run(pl, &w, &op->action, &(struct running){.op = op->op, .key = op->key, .timeout = 12000000}, &r, &f)) {
		if (got > 0)
			words_release(&w);
		return sdk_fate(SDK_FATE_UNKNOWN, SDK_CHANGED_UNKNOWN, "the reconcile command did not run: %s", f.what);
	}
	struct sdk_answer a = read_fate(&r, w.v[0]);
	sdk_ran_release(&r);
	words_release(&w);
	return a;
}

struct sdk_answer act_reconcile(struct plugin *pl, const struct sdk_op *op)
{
	struct sdk_mark m;
	if (!pl->state)
		return ask_command(pl, op);
	if (!sdk_mark_read(pl->state, op->op, &m))
		return sdk_fate(SDK_FATE_NOT_STARTED, SDK_NONE, "nothing was begun");
	if (m.step == SDK_STEP_ENDED)
		return sdk_fate(m.done ? SDK_FATE_DONE : SDK_FATE_FAILED, m.changed, "%s", m.detail);
	if (sdk_mark_alive(&m))
		return sdk_fate(SDK_FATE_RUNNING, SDK_CHANGED_UNKNOWN, "process %lld is at it", (long long)m.pid);
	return ask_command(pl, op);
}
