/* backout log [INCIDENT] [--follow] [--kind K] [--since T] [--raw] */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_safe.h"
#include "cli/reading.h"
#include "journal/journal.h"

#define FLUSH_AT 65536
#define LINE_MAX_BYTES ((size_t)256 << 20) /* a kit of 16 MiB, with every byte escaped, twice */
#define TEXT_COLS 120
#define KINDS_MAX 16

struct log {
	const struct cli *c;
	const char *incident;
	const char *kinds[KINDS_MAX];
	int n_kinds;
	int64_t since;
	bool follow, raw, json;
	struct buf out;
	bool any;                /* an event of the incident was seen */
};

/* ---- lines for people ---------------------------------------------------- */

/* What of a body a person wants in one line: members in this order, a dotted one lies deeper. */
static const struct {
	enum event_kind kind;
	const char *members;
} gist[] = {
	{EVENT_STORE, "kit environment tool"},
	{EVENT_ENGINE, "what host reason version"},
	{EVENT_CLOCK, "what by_us"},
	{EVENT_CLIENT, "what person role"},
	{EVENT_KIT_LOADED, "name digest"},
	{EVENT_PLUGIN, "backend state why"},
	{EVENT_DEPLOY, "service previous version state by"},
	{EVENT_CHANGE, "service what name from to by"},
	{EVENT_REPORT, "signal service note"},
	{EVENT_RUBRIC, "row service state value"},
	{EVENT_INCIDENT_DECLARED, "title services"},
	{EVENT_INCIDENT_CLOSED, "as reason"},
	{EVENT_COMMANDER, "how person to from"},
	{EVENT_ACTION_ARMED, "action service"},
	{EVENT_ACTION_DISARMED, "action service why"},
	{EVENT_ACTION_REQUESTED, "key action service from to reason"},
	{EVENT_ACTION_ACKNOWLEDGED, "key by reason"},
	{EVENT_ACTION_REFUSED, "key by reason"},
	{EVENT_ACTION_VETOED, "key by reason"},
	{EVENT_ACTION_EXPIRED, "key reason"},
	{EVENT_ACTION_FIRED, "key deadline_s"},
	{EVENT_ACTION_PROGRESS, "key share text"},
	{EVENT_ACTION_ENDED, "key outcome changed detail"},
	{EVENT_VERIFY, "service state why"},
	{EVENT_PIN, "what service version reason"},
	{EVENT_FREEZE, "what service reason"},
	{EVENT_NOTE, "text"},
	{EVENT_WITHHELD, "by reason"},
	{EVENT_ANCHOR, "head to"},
	{EVENT_DRILL, "what"},
};

static void add_scalar(const struct json *v, struct buf *out)
{
	struct jw w;
	if (json_type(v) == JSON_NONE || json_type(v) == JSON_NULL)
		return;
	buf_adds(out, out->len ? " " : "");
	if (json_type(v) == JSON_STRING) {
		buf_adds(out, json_str(v, ""));
		return;
	}
	if (json_type(v) == JSON_ARRAY && json_type(json_first(v)) == JSON_STRING) {
		for (const struct json *x = json_first(v); x; x = json_next(x))
			buf_addf(out, "%s%s", x == json_first(v) ? "" : ",", json_str(x, ""));
		return;
	}
	jw_init(&w, out);
	jw_tree(&w, v);
}

static void add_members(const struct json *body, const char *members, struct buf *out)
{
	char name[40];
	for (const char *p = members; *p;) {
		size_t n = strcspn(p, " ");
		(void)text_copy(name, n + 1 < sizeof name ? n + 1 : sizeof name, p);
		add_scalar(json_get(body, name), out);
		p += n + (p[n] == ' ');
	}
}

static void add_gist(const struct event *e, const struct json *body, struct buf *out)
{
	enum event_kind kind = event_kind_of(e->kind);
	if (kind == EVENT_SAMPLES) {
		buf_addf(out, "%s: %zu values", json_get_str(body, "backend", "?"), json_count(json_get(body, "values")));
		return;
	}
	for (size_t i = 0; i < sizeof gist / sizeof *gist; i++)
		if (gist[i].kind == kind) {
			add_members(body, gist[i].members, out);
			return;
		}
	for (const struct json *v = json_first(body); v; v = json_next(v))
		if (json_type(v) == JSON_STRING && strcmp(json_key(v), "salt") != 0)
			add_scalar(v, out);
}

static void add_clean(struct buf *out, const char *text, int cols, int max_cols)
{
	char clean[1024];
	int used = text_clean(clean, sizeof clean, text, strlen(text), max_cols);
	buf_addf(out, "%s%*s", clean, used < cols ? cols - used : 0, "");
}

static void print_line(struct log *l, const struct event *e)
{
	char when[40];
	struct json *body = NULL;
	struct buf text;
	buf_init(&text, JSON_KIT_MAX);
	if (!e->body)
		buf_adds(&text, "(withheld)");
	else if (json_parse(e->body, e->body_len, JSON_KIT_MAX, &body, NULL) != STATUS_OK)
		buf_adds(&text, "(damaged: backout verify)");
	else
		add_gist(e, body, &text);
	json_free(body);
	buf_addf(&l->out, "%s  ", instant_local(e->at, "%Y-%m-%d %H:%M:%S", when, sizeof when));
	add_clean(&l->out, e->kind, 18, 24);
	buf_adds(&l->out, " ");
	add_clean(&l->out, e->incident ? e->incident : "-", 8, 16);
	buf_adds(&l->out, " ");
	add_clean(&l->out, e->actor, 12, 24);
	buf_adds(&l->out, " ");
	add_clean(&l->out, buf_str(&text), 0, TEXT_COLS);
	buf_addc(&l->out, '\n');
	buf_release(&text);
}

/* ---- lines for programs -------------------------------------------------- */

static void print_json(struct log *l, const struct event *e)
{
	struct json *body = NULL;
	struct event shown = *e;
	struct buf line;
	if (e->body && json_parse(e->body, e->body_len, JSON_KIT_MAX, &body, NULL) != STATUS_OK)
		shown.body = NULL; /* damaged: no line of ours is broken by it */
	json_free(body);
	buf_init(&line, LINE_MAX_BYTES);
	event_print(&shown, l->raw, &line);
	json_safe(&l->out, buf_str(&line), line.len);
	buf_addc(&l->out, '\n');
	buf_release(&line);
}

/* ---- the command ----------------------------------------------------------- */

static void flush(struct log *l)
{
	cli_out(&l->out);
	buf_reset(&l->out);
}

static bool wanted(struct log *l, const struct event *e)
{
	if (l->incident && (!e->incident || strcmp(e->incident, l->incident) != 0))
		return false;
	l->any = true;
	if (e->at < l->since)
		return false;
	for (int i = 0; i < l->n_kinds; i++)
		if (strcmp(l->kinds[i], e->kind) == 0)
			return true;
	return l->n_kinds == 0;
}

/* Print from *next on to the end; *next moves behind it. */
static enum status print_from(struct log *l, struct journal *j, int64_t *next, struct fault *f)
{
	struct journal_cursor *cursor = NULL;
	struct event e;
	enum status s = journal_from(j, *next, &cursor, f);
	while (s == STATUS_OK && (s = journal_step(cursor, &e, f)) == STATUS_OK) {
		*next = e.seq + 1;
		if (!wanted(l, &e))
			continue;
		if (l->json)
			print_json(l, &e);
		else
			print_line(l, &e);
		if (l->out.len >= FLUSH_AT)
			flush(l);
	}
	journal_cursor_free(cursor);
	flush(l);
	return s == STATUS_NO ? STATUS_OK : s;
}

static enum status follow(struct log *l, struct journal *j, int64_t next, struct fault *f)
{
	const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};
	enum status s = STATUS_OK;
	while (s == STATUS_OK) {
		(void)nanosleep(&pause, NULL);
		if (!journal_is_its_own(j)) {
			s = fault_set(f, STATUS_OUTSIDE, "store-gone", "the journal was removed or replaced");
			fault_mend(f, "see what became of it, then call log again");
			break;
		}
		s = print_from(l, j, &next, f);
	}
	return s;
}

static enum status run(struct log *l, const char *path, struct fault *f)
{
	struct journal *j = NULL;
	int64_t next = INT64_MIN; /* what does not belong there is shown, too */
	enum status s = journal_open_read(path, &j, f);
	if (s != STATUS_OK)
		return s;
	s = print_from(l, j, &next, f);
	if (s == STATUS_OK && l->follow)
		s = follow(l, j, next, f);
	else if (s == STATUS_OK && l->incident && !l->any) {
		s = fault_set(f, STATUS_USAGE, "no-incident", "the journal holds no incident %s", l->incident);
		fault_mend(f, "`backout list` names them");
	}
	journal_close(j);
	return s;
}

static enum status take_kinds(struct log *l, struct cli *c, struct fault *f)
{
	const char *names[EVENT_KIND_UNKNOWN], *kind = NULL;
	for (int k = 0; k < EVENT_KIND_UNKNOWN; k++)
		names[k] = event_kind_name((enum event_kind)k);
	while (cli_option(c, "--kind", &kind)) {
		if (event_kind_of(kind) == EVENT_KIND_UNKNOWN) {
			const char *near = text_nearest(kind, names, EVENT_KIND_UNKNOWN);
			fault_set(f, STATUS_USAGE, "bad-kind", "there is no kind of event %s", kind);
			fault_mend(f, near ? "did you mean %s?" : "docs/events.md names them", near);
			return STATUS_USAGE;
		}
		if (l->n_kinds < KINDS_MAX)
			l->kinds[l->n_kinds++] = kind;
	}
	return STATUS_OK;
}

static enum status take_since(struct log *l, struct cli *c, struct fault *f)
{
	const char *since = NULL;
	struct now now;
	int64_t ago;
	if (!cli_option(c, "--since", &since) || instant_parse(since, &l->since))
		return STATUS_OK;
	os_now(&now);
	l->since = duration_parse(since, &ago) ? now.at - ago : 0;
	if (l->since)
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "bad-time", "--since %s is neither a time nor a duration", since);
	fault_mend(f, "write 2h, or 2026-11-21T02:14:00Z");
	return STATUS_USAGE;
}

static enum status take_options(struct log *l, struct cli *c, struct fault *f)
{
	l->follow = cli_option(c, "--follow", NULL);
	l->raw = cli_option(c, "--raw", NULL);
	l->json = c->json || l->raw;
	enum status s = take_kinds(l, c, f);
	return s == STATUS_OK ? take_since(l, c, f) : s;
}

enum status cmd_log(struct cli *c)
{
	struct log l = {.c = c};
	struct fault f;
	enum status s = take_options(&l, c, &f);
	if (s != STATUS_OK)
		return cli_fail(c, s, &f);
	s = cli_done(c, 0, 1);
	if (s != STATUS_OK)
		return s;
	l.incident = c->argc > 1 ? c->argv[1] : c->incident;
	struct buf path;
	buf_init(&path, 8192);
	buf_init(&l.out, LINE_MAX_BYTES);
	s = reading_store(c, &path, &f);
	if (s == STATUS_OK)
		s = run(&l, buf_str(&path), &f);
	buf_release(&path);
	buf_release(&l.out);
	return s == STATUS_OK ? s : cli_fail(c, s, &f);
}
