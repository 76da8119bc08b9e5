/* `status`: one line for a prompt or tmux, out of the object for scripts, so
 * that an engine need not send more than that. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/standing.h"
#include "report/parts.h"

static void add_upper(const char *s, struct buf *out)
{
	for (; *s; s++)
		buf_addc(out, (char)toupper((unsigned char)*s));
}

/* "INC-1 auth 2:42 declared" for each open one. */
static void add_incidents(const struct json *status, struct buf *out)
{
	for (const struct json *i = json_first(json_get(status, "incidents")); i; i = json_next(i)) {
		char clock[DURATION_LEN], services[96] = "";
		const struct json *first = json_first(json_get(i, "services"));
		size_t at = 0;
		for (const struct json *s = first; s && at + 1 < sizeof services; s = json_next(s))
			at += (size_t)snprintf(services + at, sizeof services - at, "%s%s", s == first ? "" : ", ", json_str(s, ""));
		buf_addf(out, "  %s %s %s %s", json_get_str(i, "incident", ""), services,
			duration_clock((int64_t)(json_get_num(i, "clock_s", 0) * 1e6), clock), json_get_str(i, "state", ""));
	}
}

static int64_t ready(const struct json *sources)
{
	int64_t n = 0;
	for (const struct json *b = json_first(sources); b; b = json_next(b))
		n += !strcmp(json_get_str(b, "state", ""), "ready");
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
	if (json_first(json_get(status, "incidents")) || json_get_int(status, "breached", 0) || json_first(json_get(status, "unknown")))
		return URGENT;
	return json_get_int(status, "pending", 0) || json_get_int(status, "cannot_tell", 0) ? UNSURE : QUIET;
}

static bool has_engine(const struct json *status)
{
	return !strcmp(json_get_str(status, "engine", ""), "running");
}

static void status_line(const struct json *status, struct buf *out)
{
	const struct json *sources = json_get(status, "sources");
	size_t unknown = json_count(json_get(status, "unknown"));
	add_upper(json_get_str(status, "environment", ""), out);
	buf_addf(out, " %s", json_get_str(status, "kit", ""));
	add_incidents(status, out);
	add_count((int64_t)unknown, unknown > 1 ? "outcomes UNKNOWN" : "outcome UNKNOWN", out);
	add_count((int64_t)json_count(json_get(status, "waiting")), "waiting", out);
	add_count(json_get_int(status, "breached", 0), "breached", out);
	add_count(json_get_int(status, "pending", 0), "pending", out);
	add_count(json_get_int(status, "cannot_tell", 0), "cannot tell", out);
	if (urgency_of(status) == QUIET)
		buf_adds(out, "  quiet");
	if (!has_engine(status))
		buf_adds(out, "  no engine");
	else if (ready(sources) < (int64_t)json_count(sources))
		buf_addf(out, "  sources %lld/%zu", (long long)ready(sources), json_count(sources));
}

/* For tmux: the colour repeats what the words say; a # of a stranger is none of tmux's. */
static void status_tmux(const struct json *status, struct buf *out)
{
	struct buf line;
	enum urgency u = urgency_of(status);
	buf_init(&line, 4096);
	status_line(status, &line);
	buf_adds(out, u == URGENT ? "#[fg=red]" : u == UNSURE || !has_engine(status) ? "#[fg=yellow]" : "");
	for (const char *s = buf_str(&line); *s; s++) {
		buf_addc(out, *s);
		if (*s == '#')
			buf_addc(out, '#');
	}
	buf_adds(out, "#[default]");
	buf_release(&line);
}

void report_status(const struct json *status, const char *format, struct buf *out)
{
	struct jw w;
	jw_init(&w, out);
	if (!strcmp(format, "json"))
		jw_tree(&w, status);
	else if (!strcmp(format, "tmux"))
		status_tmux(status, out);
	else
		status_line(status, out);
	buf_addc(out, '\n');
}
