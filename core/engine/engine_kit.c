/* The kit: read at start, looked at again every few seconds, taken at once
 * while no incident is open, otherwise shown as changed and not in use. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

/* ---- reading ----------------------------------------------------------------------- */

static enum status first_problem(const struct problems *ps, struct fault *f)
{
	for (size_t i = 0; i < ps->n; i++) {
		const struct problem *p = &ps->v[i];
		if (p->severity != PROBLEM_ERROR)
			continue;
		fault_set(f, STATUS_USAGE, "bad-kit", "%s%s", p->what, ps->errors > 1 ? " (and more)" : "");
		fault_mend(f, "%.200s; `backout check` lists every error", p->mend[0] ? p->mend : "mend it");
		fault_where(f, p->file, p->line, p->column);
		return STATUS_USAGE;
	}
	return fault_set(f, STATUS_USAGE, "bad-kit", "the kit could not be read");
}

/* Both are the caller's where the status is OK. */
enum status kit_load(const char *dir, struct kit_files *out_files, struct kit **out_kit, struct fault *f)
{
	struct problems ps = {0};
	memset(out_files, 0, sizeof *out_files);
	*out_kit = NULL;
	fault_set(f, STATUS_USAGE, "", "%s", "");
	enum status s = kit_read(dir, out_files, &ps, f);
	if (!s && !ps.errors)
		s = kit_parse(out_files->v, out_files->n, out_kit, &ps);
	if (!s && *out_kit)
		kit_resolve_logins(*out_kit, &ps);
	if (ps.errors || (!s && !*out_kit))
		s = first_problem(&ps, f);
	problems_release(&ps);
	if (!s)
		return STATUS_OK;
	if (*out_kit)
		kit_free(*out_kit);
	*out_kit = NULL;
	kit_files_release(out_files);
	return s;
}

/* ---- on the record ---------------------------------------------------------------------- */

static void put_files(const struct kit_files *files, struct jw *j)
{
	jw_key(j, "files");
	jw_arr(j);
	for (size_t i = 0; i < files->n; i++) {
		const struct kit_file *file = &files->v[i];
		unsigned char sha[SHA_LEN];
		char hex[SHA_HEX];
		sha256(file->text, file->len, sha);
		hex_print(sha, SHA_LEN, hex);
		jw_obj(j);
		jw_kstr(j, "path", file->path);
		jw_kstr(j, "sha", hex);
		jw_key(j, "text");
		jw_strn(j, file->text, file->len);
		jw_obj_end(j);
	}
	jw_arr_end(j);
}

static void draft_kit(struct engine *e, const struct kit_files *files, const struct kit *k, bool in_use, struct drafts *out)
{
	struct jw j = draft_open(out, EVENT_KIT_LOADED, NULL, "engine");
	jw_kstr(&j, "digest", k->digest);
	jw_kbool(&j, "in_use", in_use);
	jw_kstr(&j, "dir", e->kit_dir);
	jw_key(&j, "uids");
	jw_obj(&j);
	for (size_t i = 0; i < k->n_people; i++)
		if (k->people[i].uid != UID_NOBODY)
			jw_kint(&j, k->people[i].id, k->people[i].uid);
	jw_obj_end(&j);
	put_files(files, &j); /* recorded only where digest or people are new, so the texts are, too */
	jw_obj_end(&j);
}

static bool same_people(const struct kit *a, const struct kit *b)
{
	for (size_t i = 0; i < a->n_people; i++) {
		const struct kit_person *p = kit_person(b, a->people[i].id);
		if (!p || p->uid != a->people[i].uid)
			return false;
	}
	return a->n_people == b->n_people;
}

static bool incident_open(const struct engine *e)
{
	return model_open_incidents(e->model, NULL) > 0;
}

enum status kit_at_start(struct engine *e, const struct kit_files *files, const struct kit *k, struct drafts *out, struct fault *f)
{
	const struct model *m = e->model;
	(void)f;
	if (m->kit && !strcmp(m->kit_digest, k->digest) && same_people(m->kit, k))
		return STATUS_OK;
	/* people wait for the incident's end with the rest of a changed kit */
	bool in_use = !m->kit || !incident_open(e);
	if (!in_use && !strcmp(m->kit_digest, k->digest))
		return STATUS_OK;
	if (!in_use && m->kit_changed && !strcmp(m->kit_changed, k->digest))
		return STATUS_OK;
	draft_kit(e, files, k, in_use, out);
	return STATUS_OK;
}

static void take(struct engine *e, const struct kit_files *files, const struct kit *k, bool in_use)
{
	struct drafts ds = {0};
	struct now now;
	draft_kit(e, files, k, in_use, &ds);
	os_now(&now);
	if (in_use)
		acts_close_panels(e, "the kit changed");
	if (!engine_commit(e, &ds, &now, NULL) && in_use)
		watches_apply(e);
	drafts_release(&ds);
}

/* ---- noticing ---------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, const void *data, size_t n)
{
	const unsigned char *p = data;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t mark_of(uint64_t h, const char *dir, const char *path)
{
	char full[8300];
	struct stat st;
	snprintf(full, sizeof full, "%s/%s", dir, path);
	memset(&st, 0, sizeof st);
	if (stat(full, &st))
		return mix(h, "-", 1);
	h = mix(h, &st.st_mtim, sizeof st.st_mtim);
	h = mix(h, &st.st_ctim, sizeof st.st_ctim); /* who sets the other back cannot set this */
	h = mix(h, &st.st_ino, sizeof st.st_ino);
	return mix(h, &st.st_size, sizeof st.st_size);
}

/* A file that came or went shows in its directory's time; one that was edited in its own. */
static uint64_t kit_mark(const struct engine *e)
{
	static const char *const dirs[] = {".", "services", "releases", "data", "comms", "kit.yaml"};
	uint64_t h = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		h = mark_of(h, e->kit_dir, dirs[i]);
	vec_each(const struct model_file, file, &e->model->kit_files)
		h = mark_of(h, e->kit_dir, file->path);
	return h;
}

static void noticed(struct engine *e)
{
	struct kit_files files;
	struct kit *k = NULL;
	struct fault f;
	char text[400];
	if (kit_load(e->kit_dir, &files, &k, &f)) {
		snprintf(text, sizeof text, "the kit on disk has an error, the one in use stays: %s:%d: %.200s", f.where, f.line, f.what);
		clients_problem(e, "kit", text);
		return;
	}
	const struct model *m = e->model;
	bool same = m->kit && !strcmp(m->kit_digest, k->digest) && same_people(m->kit, k);
	bool open = incident_open(e);
	if (same) {
		clients_problem(e, "kit", NULL);
	} else if (!open) {
		clients_problem(e, "kit", NULL);
		take(e, &files, k, true);
	} else {
		if (strcmp(e->kit_bad, k->digest) != 0 && (!m->kit_changed || strcmp(m->kit_changed, k->digest) != 0))
			take(e, &files, k, false);
		text_copy(e->kit_bad, sizeof e->kit_bad, k->digest);
		clients_problem(e, "kit", "the kit on disk changed and is not in use: an incident is governed by the kit it was declared under");
	}
	kit_free(k);
	kit_files_release(&files);
}

void kit_look(struct engine *e)
{
	uint64_t mark = kit_mark(e);
	if (mark == e->kit_mark && !e->kit_again)
		return;
	e->kit_again = false;
	noticed(e);
	e->kit_mark = kit_mark(e); /* of the files now in use, which may be others */
}

/* The commander asked for it, and decide allowed it: what it voids stands in `out` already. */
enum status kit_reload(struct engine *e, struct drafts *out, struct buf *result, struct fault *f)
{
	struct kit_files files;
	struct kit *k = NULL;
	enum status s = kit_load(e->kit_dir, &files, &k, f);
	if (s)
		return STATUS_NO;
	draft_kit(e, &files, k, true, out);
	buf_reset(result);
	buf_addf(result, "{\"digest\":\"%s\"}", k->digest);
	acts_close_panels(e, "the kit changed");
	clients_problem(e, "kit", NULL);
	kit_free(k);
	kit_files_release(&files);
	return STATUS_OK;
}
