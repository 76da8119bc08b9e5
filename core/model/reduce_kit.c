/* kit.loaded: the kit comes from the record, never from a disk.  Of its texts
 * only what they mean is kept, and where they stood. */
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

static void take_files(struct model *m, const struct json *files)
{
	VEC(struct kit_file) texts = {0};
	struct problems p = {0};
	while (m->kit_files.n)
		vec_drop(&file_table, &m->kit_files, m->kit_files.n - 1);
	for (const struct json *f = json_first(files); f; f = json_next(f)) {
		const char *path = json_get_str(f, "path", ""), *text = json_get_str(f, "text", "");
		vec_push(&m->kit_files)->path = mem_str(path);
		*vec_push(&texts) = (struct kit_file){path, text, strlen(text)};
	}
	kit_free(m->kit);
	m->kit = NULL;
	m->kits++;
	kit_parse(texts.v, texts.n, &m->kit, &p);
	problems_release(&p);
	vec_release(&texts);
}

void reduce_kit(struct reduction *r)
{
	struct model *m = r->m;
	const char *digest = body_name(r, "digest");
	if (!json_get_bool(r->body, "in_use", true)) {
		m->kit_changed = digest;
		return;
	}
	buf_release(&m->private_->kit_packed);
	const struct json *files = json_get(r->body, "files");
	bool same = m->kit && m->kit_digest && digest && strcmp(m->kit_digest, digest) == 0;
	m->kit_changed = NULL;
	m->kit_dir = body_name(r, "dir");
	if (!same && json_get(json_first(files), "text"))
		take_files(m, files);
	m->kit_uids.n = 0;
	for (const struct json *u = json_first(json_get(r->body, "uids")); u; u = json_next(u))
		*vec_push(&m->kit_uids) = (struct model_uid){model_intern(m, json_key(u)), json_int(u, UID_NOBODY)};
	m->kit_digest = digest;
	apply_uids(m); /* the same kit, too, on a machine whose logins changed */
}
