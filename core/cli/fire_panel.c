/* The panel as a command prints it: what we know above, what the backend says below. */
#include "config.h"

#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "cli/fire.h"
#include "cli/json_safe.h"

#define SAYS_MAX 6
#define CLEAN_MAX 2048

/* A member's text, cleaned here already: a stranger's line feed must not make a line that looks like ours. */
static const char *said_within(const struct json *obj, const char *key, const char *def, char out[CLEAN_MAX], int cols)
{
	const char *s = obj ? key ? json_get_str(obj, key, def) : json_str(obj, def) : def;
	if (s)
		text_clean(out, CLEAN_MAX, s, strlen(s), cols);
	return s ? out : NULL;
}

static const char *said(const struct json *obj, const char *key, const char *def, char out[CLEAN_MAX])
{
	return said_within(obj, key, def, out, 240);
}

static void put_list(struct buf *b, const struct json *list, const char *head)
{
	char t[CLEAN_MAX];
	int n = 0;
	for (const struct json *v = json_first(list); v && n < SAYS_MAX; v = json_next(v), n++)
		buf_addf(b, "  %s %s\n", head, said(v, NULL, "", t));
}

static void put_checks(struct buf *b, const struct json *checks)
{
	char name[CLEAN_MAX], detail[CLEAN_MAX];
	int n = 0;
	/* what is not well first: the room is small */
	for (int well = 0; well <= 1; well++)
		for (const struct json *v = json_first(checks); v && n < SAYS_MAX; v = json_next(v)) {
			if (json_get_bool(v, "ok", false) != (well == 1))
				continue;
			buf_addf(b, "  %s %s: %s\n", well ? "ok    " : "NOT OK", said(v, "name", "", name), said(v, "detail", "", detail));
			n++;
		}
}

static void put_ours(struct buf *b, const struct json *p)
{
	char took[DURATION_LEN];
	int64_t takes = json_get_int(p, "takes_s", -1);
	const char *from = json_get_str(p, "from", NULL), *to = json_get_str(p, "to", NULL);
	buf_addf(b, "%s on %s, %s\n", json_get_str(p, "action", ""), json_get_str(p, "service", ""), json_get_str(p, "environment", ""));
	if (to)
		buf_addf(b, "  %s %s -> %s\n", json_get_str(p, "verb", ""), from ? from : "?", to);
	else
		buf_addf(b, "  %s\n", json_get_str(p, "verb", ""));
	if (takes >= 0)
		buf_addf(b, "  takes about %s, %s\n", duration_clock(takes * US_SECOND, took), json_get_str(p, "takes_why", ""));
	else
		buf_addf(b, "  how long it takes is %s\n", json_get_str(p, "takes_why", "not known"));
	buf_addf(b, "  %s: %s\n", json_get_bool(p, "may", false) ? "you may" : "YOU MAY NOT", json_get_str(p, "may_why", ""));
	if (json_get_bool(p, "to_bad", false))
		buf_addf(b, "  CAREFUL: %s was rolled back from\n", to ? to : "that version");
	put_list(b, json_get(p, "not_known"), "not known:");
	const struct json *down = json_get(p, "instead_of");
	if (down)
		buf_addf(b, "  %s of it counts down, by itself in %s: a fire takes its place; without one it goes on (backout veto stops it)\n", json_get_str(down, "key", ""),
			duration_clock(json_get_span(down, "left_s"), took));
}

static void put_back(struct buf *b, const struct json *back)
{
	char why[CLEAN_MAX];
	bool safe = json_get_bool(back, "safe", false), said_so = json_type(json_get(back, "safe")) == JSON_BOOL;
	if (back && !safe)
		buf_addf(b, "  CAREFUL: going back%s: %s\n", said_so ? " is NOT safe" : "", said(back, "why", "it does not say why", why));
}

static void put_theirs(struct buf *b, const struct json *p)
{
	char e[CLEAN_MAX], h[CLEAN_MAX], m[CLEAN_MAX];
	const char *effect = said(p, "effect", NULL, e), *command = said_within(p, "command", NULL, h, CLEAN_MAX - 8), *by = said(p, "managed_by", NULL, m);
	buf_addf(b, "the backend says%s:\n", json_get_bool(p, "ready", false) ? "" : " NOT READY");
	if (effect)
		buf_addf(b, "  %s\n", effect);
	put_back(b, json_get(p, "back"));
	if (by)
		buf_addf(b, "  CAREFUL: managed by %s, which may bring it back\n", by);
	put_checks(b, json_get(p, "checks"));
	put_list(b, json_get(p, "not_undone"), "not undone:");
	if (command)
		buf_addf(b, "by hand:\n  %s\n", command);
}

void fire_panel_print(const struct fire *f, const struct json *panel)
{
	struct buf b;
	struct jw w;
	buf_init(&b, 1 << 20);
	if (f->c->json) {
		jw_init(&w, &b);
		jw_tree(&w, panel);
		buf_addc(&b, '\n');
		json_out(&b);
	} else {
		put_ours(&b, panel);
		put_theirs(&b, panel);
		cli_out(&b);
	}
	buf_release(&b);
}
