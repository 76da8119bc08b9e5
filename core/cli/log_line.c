/* The two spellings of an event: for people and for programs. */
#include "config.h"

#include "cli/log_line.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/json_safe.h"

#define TEXT_COLS 120

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
	{EVENT_ALARM, "what service version brought_by"},
	{EVENT_SOAK, "what service version row"},
	{EVENT_WAYS, "backend tried ready"},
	{EVENT_BACKFILL, "backend from to samples deploys changes why"},
	{EVENT_AUTOMATIC, "row service action missing"},
	{EVENT_NOTE, "text"},
	{EVENT_PROMPT, "state to text"},
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
		size_t n = json_count(json_get(body, "v")), bad = json_count(json_get(body, "bad"));
		buf_addf(out, "%s: %zu value%s", json_get_str(body, "backend", "?"), n, n == 1 ? "" : "s");
		if (bad)
			buf_addf(out, ", %zu not measured", bad);
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

void log_line_text(const struct event *e, struct buf *out)
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
	buf_addf(out, "%s  ", instant_local(e->at, "%Y-%m-%d %H:%M:%S", when, sizeof when));
	add_clean(out, e->kind, 18, 24);
	buf_adds(out, " ");
	add_clean(out, e->incident ? e->incident : "-", 8, 16);
	buf_adds(out, " ");
	add_clean(out, e->actor, 12, 24);
	buf_adds(out, " ");
	add_clean(out, buf_str(&text), 0, TEXT_COLS);
	buf_addc(out, '\n');
	buf_release(&text);
}

/* ---- lines for programs -------------------------------------------------- */

void log_line_json(const struct event *e, int raw, struct buf *out)
{
	struct json *body = NULL;
	struct event shown = *e;
	struct buf line;
	if (e->body && json_parse(e->body, e->body_len, JSON_KIT_MAX, &body, NULL) != STATUS_OK)
		shown.body = NULL; /* damaged: no line of ours is broken by it */
	json_free(body);
	buf_init(&line, LOG_LINE_MAX);
	event_print(&shown, raw, &line);
	json_safe(out, buf_str(&line), line.len);
	buf_addc(out, '\n');
	buf_release(&line);
}
