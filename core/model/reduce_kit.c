/* kit.loaded: the kit comes from the record, never from a disk.  Its texts are
 * kept, since a loaded snapshot parses them again. */
#include <stdlib.h>
#include <string.h>

#include "model/private.h"

/* Logins were turned into uids where the kit was loaded; here they are only taken over. */
static void apply_uids(struct model *m)
{
	for (size_t i = 0; m->kit && i < m->kit->n_people; i++) {
		struct kit_person *p = &m->kit->people[i];
		if (p->login)
			p->uid = UID_NOBODY; /* a login that is gone gives nobody its rights */
		vec_each(struct model_uid, u, &m->kit_uids)
			if (strcmp(u->person, p->id) == 0)
				p->uid = u->uid;
	}
}

void model_parse_kit(struct model *m)
{
	if (!m->kit_files.n)
		return;
	struct kit_file *files = mem_new(m->kit_files.n * sizeof *files);
	for (size_t i = 0; i < m->kit_files.n; i++)
		files[i] = (struct kit_file){m->kit_files.v[i].path, m->kit_files.v[i].text, strlen(m->kit_files.v[i].text)};
	struct problems p = {0};
	kit_parse(files, m->kit_files.n, &m->kit, &p);
	problems_release(&p);
	free(files);
	apply_uids(m);
}

void reduce_kit(struct reduction *r)
{
	struct model *m = r->m;
	const char *digest = body_name(r, "digest");
	if (!json_get_bool(r->body, "in_use", true)) {
		m->kit_changed = digest;
		return;
	}
	const struct json *files = json_get(r->body, "files");
	bool same = m->kit && m->kit_digest && digest && strcmp(m->kit_digest, digest) == 0;
	bool texts = !same && json_get(json_first(files), "text") != NULL;
	m->kit_changed = NULL;
	m->kit_dir = body_name(r, "dir");
	if (texts) {
		while (m->kit_files.n)
			vec_drop(&file_table, &m->kit_files, m->kit_files.n - 1);
		for (const struct json *f = json_first(files); f; f = json_next(f)) {
			struct model_file *k = vec_push(&m->kit_files);
			k->path = mem_str(json_get_str(f, "path", ""));
			k->text = mem_str(json_get_str(f, "text", ""));
		}
		kit_free(m->kit);
		m->kit = NULL;
	}
	m->kit_uids.n = 0;
	for (const struct json *u = json_first(json_get(r->body, "uids")); u; u = json_next(u))
		*vec_push(&m->kit_uids) = (struct model_uid){model_intern(m, json_key(u)), json_int(u, UID_NOBODY)};
	m->kit_digest = digest;
	if (m->kit)
		apply_uids(m); /* the same kit on a machine whose logins changed */
	else
		model_parse_kit(m);
}
