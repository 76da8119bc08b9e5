/* The store found and folded for the commands that only read. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"
#include "base/os_lock.h"
#include "base/text.h"
#include "cli/offline.h"
#include "cli/reading.h"
#include "feed/feed.h"
#include "kit/kit_read.h"
#include "model/standing.h"

#define STATUS_MAX ((size_t)16 << 20)

/* ---- which store -------------------------------------------------------------- */

/* The kit's name says where its store lies; a kit with errors has no name that can be trusted. */
static enum status path_of_kit(const char *dir, struct buf *out, struct client_paths *p, struct fault *f)
{
	struct kit_files files = {0};
	struct problems problems = {0};
	struct kit *k = NULL;
	char running[4096];
	const char *store = getenv("BACKOUT_STORE");
	if (client_paths_beside(dir, p, NULL) == STATUS_OK ||
	    (!(store && *store) && client_paths_running(dir, p, running, sizeof running, NULL) == STATUS_OK)) {
		buf_adds(out, p->store);
		return STATUS_OK; /* its lock says where: a kit of a thousand files need not be read for its name */
	}
	enum status s = kit_read(dir, &files, &problems, f);
	if (s == STATUS_OK && kit_parse(files.v, files.n, &k, &problems) != STATUS_OK) {
		s = fault_set(f, STATUS_USAGE, "bad-kit", "the kit in %s has errors", dir);
		fault_mend(f, "`backout check %s` names them; or name the store with --store", dir);
	}
	if (s == STATUS_OK)
		s = client_paths_of(NULL, k->name, k->engine_socket, p, f);
	if (s == STATUS_OK)
		buf_adds(out, p->store);
	kit_free(k);
	problems_release(&problems);
	kit_files_release(&files);
	return s;
}

/* paths->store stays empty where no kit said where it lies. */
static enum status find_store(const struct cli *c, struct buf *out, struct client_paths *paths, struct fault *f)
{
	char dir[4096];
	const char *store = getenv("BACKOUT_STORE"), *kit = getenv("BACKOUT_KIT");
	bool named = c->kit || (!c->store && !(store && *store) && kit && *kit);
	if (!c->store && (c->kit || !(store && *store))) {
		enum status s = kit_find(c->kit, dir, sizeof dir, f);
		if (s == STATUS_OK)
			return path_of_kit(dir, out, paths, f);
		if (named)
			return s;
	}
	return offline_store(c, out, f);
}

enum status reading_store(const struct cli *c, struct buf *out_path, struct client_paths *out_paths, struct fault *f)
{
	memset(out_paths, 0, sizeof *out_paths);
	enum status s = find_store(c, out_path, out_paths, f);
	if (s == STATUS_OK && !out_paths->store[0])
		s = client_paths_of(buf_str(out_path), "any", NULL, out_paths, f);
	return s;
}

/* ---- is anybody at home ----------------------------------------------------------- */

static bool engine_runs(const char *store)
{
	char path[4200];
	const char *slash = strrchr(store, '/');
	snprintf(path, sizeof path, "%.*s/lock", slash ? (int)(slash - store) : 1, slash ? store : ".");
	return os_lock_is_held(path);
}

static const struct model_action *unknown_action(const struct model *m)
{
	vec_each(struct model_incident, i, &m->incidents)
		vec_each(struct model_action, a, &i->actions)
			if (a->outcome == OUTCOME_UNKNOWN || a->outcome == OUTCOME_RUNNING)
				return a;
	return NULL;
}

/* Contract 1: where an incident is open or an outcome unknown and no engine runs, every command says so. */
static void say_alone(const struct reading *r)
{
	const struct model_incident *only = NULL;
	const struct model_action *a = unknown_action(r->m);
	size_t open_ones = model_open_incidents(r->m, &only);
	char what[160] = "", name[80];
	if (r->engine || (!open_ones && !a))
		return;
	if (open_ones == 1 && only)
		snprintf(what, sizeof what, "%s is open", text_safe(name, sizeof name, only->name));
	else if (open_ones)
		snprintf(what, sizeof what, "%zu incidents are open", open_ones);
	if (a) {
		size_t at = strlen(what);
		snprintf(what + at, sizeof what - at, "%sthe outcome of %s is unknown", at ? " and " : "", text_safe(name, sizeof name, a->key));
	}
	fprintf(stderr, "backout: %s, and no engine runs: nothing is being watched\n  start one: `backout` or `backout engine`\n", what);
}

/* Only what `status` answers is wanted, and this is it. */
struct want { struct json *status; bool only_status; };

/* What the engine already folded, however long its journal is. */
static enum status ask_engine(struct reading *r, struct client_paths *paths, const char *role, struct want *w, struct fault *f)
{
	enum status s = paths->store[0] ? STATUS_OK : client_paths_of(buf_str(&r->path), "any", NULL, paths, f);
	if (s == STATUS_OK)
		s = w->only_status ? follower_ask(paths, role, "status", &w->status, f) : follower_open(paths, role, &r->from, f);
	r->m = s == STATUS_OK && r->from ? follower_model(r->from) : NULL;
	r->engine = s == STATUS_OK;
	return s;
}

/* Another user's store is read through their engine's socket (contract 1), on the record; our own where no engine answers. */
static enum status read_store(struct reading *r, struct client_paths *paths, struct want *w, struct fault *f)
{
	const char *store = buf_str(&r->path);
	enum status s = STATUS_OK;
	if (access(store, R_OK) && errno == EACCES)
		return ask_engine(r, paths, "observer", w, f);
	if (engine_runs(store) && ask_engine(r, paths, "command", w, f) == STATUS_OK)
		return STATUS_OK;
	s = feed_fold(store, &r->own, NULL, NULL, f);
	r->m = r->own;
	r->engine = s == STATUS_OK && engine_runs(store);
	return s;
}

static enum status open_store(const struct cli *c, struct reading *out, struct want *w, struct fault *f)
{
	struct client_paths *paths = mem_new(sizeof *paths);
	*out = (struct reading){0};
	buf_init(&out->path, 8192);
	enum status s = find_store(c, &out->path, paths, f);
	if (s == STATUS_OK)
		s = read_store(out, paths, w, f);
	free(paths);
	os_now(&out->now);
	if (s != STATUS_OK)
		reading_close(out);
	else if (out->m)
		say_alone(out);
	return s;
}

enum status reading_open(const struct cli *c, struct reading *out, struct fault *f)
{
	struct want w = {0};
	return open_store(c, out, &w, f);
}

static enum status status_of(const struct reading *r, struct json **out, struct fault *f)
{
	struct stamp now = stamp_of_now(&r->now);
	struct buf b;
	struct jw w;
	buf_init(&b, STATUS_MAX);
	jw_init(&w, &b);
	standing_print(r->m, r->engine, &now, &w);
	enum status s = json_parse(buf_str(&b), b.len, STATUS_MAX, out, f);
	buf_release(&b);
	return s;
}

enum status reading_status(const struct cli *c, struct json **out, struct fault *f)
{
	struct reading r;
	struct want w = {.only_status = true};
	enum status s = open_store(c, &r, &w, f);
	*out = w.status;
	if (s)
		return s;
	if (r.m)
		s = status_of(&r, out, f);
	reading_close(&r);
	return s;
}

void reading_close(struct reading *r)
{
	follower_close(r->from);
	model_free(r->own);
	*r = (struct reading){.path = r->path};
	buf_release(&r->path);
}

/* ---- which incident ----------------------------------------------------------------- */

static void list_open(const struct model *m, struct buf *out)
{
	vec_each(struct model_incident, i, &m->incidents)
		if (i->open)
			buf_addf(out, "%s%s", out->len ? ", " : "", i->name);
}

static enum status incident_meant(const struct cli *c, const struct reading *r, const char *word, const struct model_incident **out, struct fault *f)
{
	const char *name = word ? word : c->incident;
	struct buf names;
	*out = NULL;
	if (name) {
		*out = model_incident(r->m, name);
		if (*out)
			return STATUS_OK;
		fault_set(f, STATUS_USAGE, "no-incident", "this store has no incident %s", name);
		fault_mend(f, "`backout list` names them");
		return STATUS_USAGE;
	}
	if (model_open_incidents(r->m, out) < 2)
		return STATUS_OK;
	*out = NULL;
	buf_init(&names, 300);
	list_open(r->m, &names);
	fault_set(f, STATUS_USAGE, "which-incident", "several incidents are open: %s", buf_str(&names));
	fault_mend(f, "name the one that is meant");
	buf_release(&names);
	return STATUS_USAGE;
}

enum status reading_begin(struct cli *c, struct reading *out, const struct model_incident **out_i)
{
	struct fault f;
	enum status s = cli_done(c, 0, 1);
	if (s)
		return s;
	s = reading_open(c, out, &f);
	if (s)
		return cli_fail(c, s, &f);
	s = incident_meant(c, out, c->argc > 1 ? c->argv[1] : NULL, out_i, &f);
	if (!s)
		return STATUS_OK;
	reading_close(out);
	return cli_fail(c, s, &f);
}
