/* `status`: one line for a prompt or tmux, one object for scripts. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/parts.h"

struct counts { int breached, cannot_tell, pending, unknown, waiting, sources, ready; };

static struct counts count(const struct model *m)
{
	struct counts n = {0};
	vec_each(struct model_row, r, &m->rows) {
		n.breached += model_row_standing(r);
		n.pending += r->state == ROW_PENDING;
		n.cannot_tell += r->state == ROW_CANNOT_TELL;
	}
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions) {
			n.unknown += a->outcome == OUTCOME_UNKNOWN;
			n.waiting += a->outcome == OUTCOME_WAITING || a->outcome == OUTCOME_COUNTDOWN;
		}
	vec_each(struct model_backend, b, &m->backends) {
		n.sources++;
		n.ready += b->state && !strcmp(b->state, "ready");
	}
	return n;
}

static void keys(struct jw *w, const struct model *m, const char *name, bool unknown)
{
	jw_key(w, name);
	jw_arr(w);
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (unknown ? a->outcome == OUTCOME_UNKNOWN : a->outcome == OUTCOME_WAITING || a->outcome == OUTCOME_COUNTDOWN)
				jw_str(w, a->key);
	jw_arr_end(w);
}

static void print_incidents(struct jw *w, const struct model *m, const struct stamp *now)
{
	jw_key(w, "incidents");
	jw_arr(w);
	vec_each(struct model_incident, i, &m->incidents) {
		struct phases p;
		bool running;
		if (!i->open)
			continue;
		phases_of(m, i, &p);
		jw_obj(w);
		jw_kstr(w, "incident", i->name);
		jw_kstr(w, "state", incident_state_name(phases_state(i, &p)));
		part_seconds(w, "clock_s", phases_clock(&p, now, &running));
		jw_kstr(w, "commander", i->commander);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void print_sources(struct jw *w, const struct model *m, const struct stamp *now)
{
	jw_key(w, "sources");
	jw_arr(w);
	vec_each(struct model_backend, b, &m->backends) {
		const struct stamp *heard = b->last_heard.at ? &b->last_heard : &b->at;
		jw_obj(w);
		jw_kstr(w, "backend", b->backend);
		jw_kstr(w, "state", b->state);
		part_seconds(w, "age_s", heard->at ? stamp_diff(heard, now, NULL) : -1);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void status_json(const struct model *m, bool engine, const struct stamp *now, struct buf *out)
{
	struct counts n = count(m);
	struct jw w;
	char head[HEAD_LEN];
	jw_init(&w, out);
	jw_obj(&w);
	jw_kstr(&w, "engine", engine ? "running" : "none");
	jw_kstr(&w, "kit", m->kit_name);
	jw_kstr(&w, "environment", m->environment);
	print_incidents(&w, m, now);
	jw_kint(&w, "breached", n.breached);
	jw_kint(&w, "cannot_tell", n.cannot_tell);
	keys(&w, m, "waiting", false);
	keys(&w, m, "unknown", true);
	print_sources(&w, m, now);
	jw_kstr(&w, "head", part_head(m, head));
	jw_obj_end(&w);
}

/* "INC-1 auth 2:42 declared" for each open one. */
static void add_incidents(const struct model *m, const struct stamp *now, struct buf *out)
{
	vec_each(struct model_incident, i, &m->incidents) {
		struct phases p;
		char clock[DURATION_LEN], services[96];
		bool running;
		if (!i->open)
			continue;
		phases_of(m, i, &p);
		int64_t us = phases_clock(&p, now, &running);
		buf_addf(out, "  %s %s %s %s", i->name, part_services(i, services, sizeof services), duration_clock(us, clock),
			incident_state_name(phases_state(i, &p)));
	}
}

static void status_line(const struct model *m, bool engine, const struct stamp *now, struct buf *out)
{
	struct counts n = count(m);
	bool open = model_open_incidents(m, NULL) > 0;
	char place[96];
	buf_addf(out, "%s %s", part_place(m, NULL, place, sizeof place), m->kit_name ? m->kit_name : "");
	add_incidents(m, now, out);
	if (n.unknown)
		buf_addf(out, "  %d outcome%s UNKNOWN", n.unknown, n.unknown > 1 ? "s" : "");
	if (n.waiting)
		buf_addf(out, "  %d waiting", n.waiting);
	if (n.breached)
		buf_addf(out, "  %d breached", n.breached);
	if (n.pending)
		buf_addf(out, "  %d pending", n.pending);
	if (n.cannot_tell)
		buf_addf(out, "  %d cannot tell", n.cannot_tell);
	if (!open && !n.breached && !n.pending && !n.unknown && !n.cannot_tell)
		buf_adds(out, "  quiet");
	if (!engine)
		buf_adds(out, "  no engine");
	else if (n.ready < n.sources)
		buf_addf(out, "  sources %d/%d", n.ready, n.sources);
}

/* For tmux: the colour repeats what the words say; a # of a stranger is none of tmux's. */
static void status_tmux(const struct model *m, bool engine, const struct stamp *now, struct buf *out)
{
	struct counts n = count(m);
	struct buf line;
	bool bad = model_open_incidents(m, NULL) > 0 || n.breached || n.unknown;
	buf_init(&line, 4096);
	status_line(m, engine, now, &line);
	buf_adds(out, bad ? "#[fg=red]" : n.pending || n.cannot_tell || !engine ? "#[fg=yellow]" : "");
	for (const char *s = buf_str(&line); *s; s++) {
		buf_addc(out, *s);
		if (*s == '#')
			buf_addc(out, '#');
	}
	buf_adds(out, "#[default]");
	buf_release(&line);
}

void report_status(const struct model *m, bool engine_running, const char *format, const struct now *now, struct buf *out)
{
	struct stamp at = report_now(now);
	if (format && !strcmp(format, "json"))
		status_json(m, engine_running, &at, out);
	else if (format && !strcmp(format, "tmux"))
		status_tmux(m, engine_running, &at, out);
	else
		status_line(m, engine_running, &at, out);
	buf_addc(out, '\n');
}
