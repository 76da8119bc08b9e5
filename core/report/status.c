/* `status`: one line for a prompt or tmux, out of the object for scripts, so
 * that an engine need not send more than that. */
#include "config.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "model/standing.h"
#include "report/parts.h"

static void add_upper(const char *s, struct buf *out)
{
	for (; *s; s++)
		buf_addc(out, (char)toupper((unsigned char)*s));
}

/* "INC-1 auth 2:42 declared" for each open one, or for so many. */
static void add_incidents(const struct json *status, int most, struct buf *out)
{
	int n = 0;
	for (const struct json *i = json_first(json_get(status, "incidents")); i; i = json_next(i)) {
		if (n++ >= most)
			continue;
		char clock[DURATION_LEN], services[96] = "";
		const struct json *first = json_first(json_get(i, "services"));
		size_t at = 0;
		for (const struct json *s = first; s && at + 1 < sizeof services; s = json_next(s))
			at += (size_t)snprintf(services + at, sizeof services - at, "%s%s", s == first ? "" : ", ", json_str(s, ""));
		buf_addf(out, "  %s %s %s %s", json_get_str(i, "incident", ""), services,
			duration_clock(json_get_span(i, "clock_s"), clock), json_get_str(i, "state", ""));
	}
	if (n > most)
		buf_addf(out, "  +%d more", n - most);
}

/* "BY ITSELF 0:27 checkout 42->41", the one that ends first; what it does where no versions change. */
static void add_countdown(const struct json *status, struct buf *out)
{
	const struct json *all = json_get(status, "countdowns"), *c = json_first(all);
	const char *from = json_get_str(c, "from", NULL), *to = json_get_str(c, "to", NULL);
	char left[DURATION_LEN];
	if (!c)
		return;
	buf_addf(out, "BY ITSELF %s %s ", duration_clock(json_get_span(c, "left_s"), left), json_get_str(c, "service", ""));
	if (from && to)
		buf_addf(out, "%s->%s", from, to);
	else
		buf_adds(out, json_get_str(c, "action", ""));
	if (json_count(all) > 1)
		buf_addf(out, " +%zu more", json_count(all) - 1);
	buf_adds(out, "  ");
}

/* The owner whose time ends first, and what happens then: no timer without it. */
static void add_timer(const struct json *timers, struct buf *out)
{
	const struct json *first = NULL;
	char d[DURATION_LEN];
	for (const struct json *t = json_first(timers); t; t = json_next(t))
		if (!first || json_get_span(t, "left_s") < json_get_span(first, "left_s"))
			first = t;
	if (first)
		buf_addf(out, "  %s has %s, then: %s", json_get_str(first, "owner", ""), duration_clock(json_get_span(first, "left_s"), d),
			json_get_str(first, "then", ""));
}

static int64_t ready(const struct json *sources)
{
	int64_t n = 0;
	for (const struct json *b = json_first(sources); b; b = json_next(b))
		n += !strcmp(json_get_str(b, "state", ""), "ready");
	return n;
}

/* They are there, and what they measure fails. */
static int64_t failing(const struct json *sources)
{
	int64_t n = 0;
	for (const struct json *b = json_first(sources); b; b = json_next(b))
		n += !strcmp(json_get_str(b, "state", ""), "ready") && json_first(json_get(b, "failing"));
	return n;
}

static void add_count(int64_t n, const char *what, struct buf *out)
{
	if (n)
		buf_addf(out, "  %lld %s", (long long)n, what);
}

/* Does it call for somebody: yes, perhaps, or no? */
enum urgency { QUIET, UNSURE, URGENT };

static enum urgency urgency_of(const struct json *status)
{
	if (json_first(json_get(status, "countdowns")) || json_first(json_get(status, "incidents")) || json_get_int(status, "breached", 0) || json_first(json_get(status, "unknown")))
		return URGENT;
	return json_get_int(status, "pending", 0) || json_get_int(status, "cannot_tell", 0) ? UNSURE : QUIET;
}

static bool has_engine(const struct json *status)
{
	return !strcmp(json_get_str(status, "engine", ""), "running");
}

/* brief: for a status line with room for some forty characters. */
static void status_line(const struct json *status, bool brief, struct buf *out)
{
	const struct json *sources = json_get(status, "sources");
	size_t unknown = json_count(json_get(status, "unknown"));
	size_t waiting = json_count(json_get(status, "waiting")), counting = json_count(json_get(status, "countdowns"));
	add_countdown(status, out);
	add_upper(json_get_str(status, "environment", ""), out);
	if (!brief || !json_first(json_get(status, "incidents")))
		buf_addf(out, " %s", json_get_str(status, "kit", ""));
	add_incidents(status, brief ? 2 : INT_MAX, out);
	add_count((int64_t)unknown, unknown > 1 ? "outcomes UNKNOWN" : "outcome UNKNOWN", out);
	add_count(waiting > counting ? (int64_t)(waiting - counting) : 0, "waiting", out);
	add_count((int64_t)json_count(json_get(status, "asked")), "asked", out);
	add_count(json_get_int(status, "breached", 0), "breached", out);
	if (!brief)
		add_timer(json_get(status, "timers"), out);
	add_count(json_get_int(status, "pending", 0), "pending", out);
	add_count(json_get_int(status, "cannot_tell", 0), "cannot tell", out);
	int64_t lost = json_get_int(json_get(status, "ways_back"), "tried", 0) - json_get_int(json_get(status, "ways_back"), "ready", 0);
	add_count(lost, lost > 1 ? "ways back not ready" : "way back not ready", out);
	int64_t lame = has_engine(status) ? failing(sources) : 0;
	add_count(lame, lame > 1 ? "sources cannot measure" : "source cannot measure", out);
	if (urgency_of(status) == QUIET)
		buf_adds(out, "  quiet");
	if (!has_engine(status))
		buf_adds(out, "  no engine");
	else if (ready(sources) < (int64_t)json_count(sources))
		buf_addf(out, "  sources %lld/%zu", (long long)ready(sources), json_count(sources));
}

void report_tmux(const char *text, struct buf *out)
{
	for (const char *s = text; *s; s++) {
		buf_addc(out, *s);
		if (*s == '#')
			buf_addc(out, '#');
	}
}

/* For tmux: the colour repeats what the words say; a # of a stranger is none of tmux's. */
static void status_tmux(const struct json *status, bool coloured, struct buf *out)
{
	struct buf line;
	enum urgency u = urgency_of(status);
	const char *colour = !coloured ? "" : u == URGENT ? "#[fg=red]" : u == UNSURE || !has_engine(status) ? "#[fg=yellow]" : "";
	buf_init(&line, 4096);
	status_line(status, true, &line);
	buf_adds(out, colour);
	report_tmux(buf_str(&line), out);
	buf_adds(out, *colour ? "#[default]" : "");
	buf_release(&line);
}

void report_status(const struct json *status, const char *format, struct buf *out)
{
	struct jw w;
	jw_init(&w, out);
	if (!strcmp(format, "json"))
		jw_tree(&w, status);
	else if (!strncmp(format, "tmux", 4))
		status_tmux(status, !strcmp(format, "tmux"), out);
	else
		status_line(status, false, out);
	buf_addc(out, '\n');
}
