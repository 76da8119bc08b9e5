/* backout log [INCIDENT] [--follow] [--kind K] [--since T] [--raw] */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/log_line.h"
#include "cli/log_source.h"
#include "cli/reading.h"

#define FLUSH_AT 65536
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
	int64_t samples;         /* left out: they come every second, and people look for the rest */
};

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
	if (!l->n_kinds && !l->json && event_kind_of(e->kind) == EVENT_SAMPLES) {
		l->samples++;
		return false;
	}
	return l->n_kinds == 0;
}

static void print_event(void *ctx, const struct event *e)
{
	struct log *l = ctx;
	if (!wanted(l, e))
		return;
	if (l->json)
		log_line_json(e, l->raw, &l->out);
	else
		log_line_text(e, &l->out);
	if (l->out.len >= FLUSH_AT)
		flush(l);
}

static enum status follow(struct log *l, struct log_source *from, int64_t next, struct fault *f)
{
	const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};
	enum status s = STATUS_OK;
	while (s == STATUS_OK) {
		(void)nanosleep(&pause, NULL);
		s = log_source_read(from, &next, print_event, l, f);
		flush(l);
	}
	return s;
}

static enum status run(struct log *l, const char *path, const struct client_paths *paths, struct fault *f)
{
	struct log_source *from = NULL;
	int64_t next = INT64_MIN; /* what does not belong there is shown, too */
	enum status s = log_source_open(path, paths, &from, f);
	if (s != STATUS_OK)
		return s;
	s = log_source_read(from, &next, print_event, l, f);
	flush(l);
	if (s == STATUS_OK && l->follow)
		s = follow(l, from, next, f);
	else if (s == STATUS_OK && l->incident && !l->any) {
		s = fault_set(f, STATUS_USAGE, "no-incident", "the journal holds no incident %s", l->incident);
		fault_mend(f, "`backout list` names them");
	}
	log_source_close(from);
	if (s == STATUS_OK && l->samples)
		fprintf(stderr, "backout: %lld event%s of samples left out; --kind samples shows them, --json everything\n", (long long)l->samples,
			l->samples == 1 ? "" : "s");
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
	struct client_paths *paths = mem_new(sizeof *paths);
	buf_init(&path, 8192);
	buf_init(&l.out, LOG_LINE_MAX);
	s = reading_store(c, &path, paths, &f);
	if (s == STATUS_OK)
		s = run(&l, buf_str(&path), paths, &f);
	buf_release(&path);
	free(paths);
	buf_release(&l.out);
	return s == STATUS_OK ? s : cli_fail(c, s, &f);
}
