/* The model's life, its names and its indexes, dump and load. */
#include "model/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- names and indexes ---- */
static uint64_t hash_two(const char *a, const char *b)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *a; a++)
		h = (h ^ (unsigned char)*a) * 0x100000001b3u;
	h = (h ^ 0xff) * 0x100000001b3u;
	for (; b && *b; b++)
		h = (h ^ (unsigned char)*b) * 0x100000001b3u;
	return h;
}

void index_release(struct index *x)
{
	free(x->v);
	memset(x, 0, sizeof *x);
}

int64_t index_find(const struct index *x, const struct model *m, const char *a, const char *b, index_same_fn same)
{
	if (!x->cap)
		return -1;
	uint64_t h = hash_two(a, b);
	for (size_t i = h & (x->cap - 1); x->v[i].pos_1; i = (i + 1) & (x->cap - 1))
		if (x->v[i].hash == h && same(m, x->v[i].pos_1 - 1, a, b))
			return x->v[i].pos_1 - 1;
	return -1;
}

static void index_put(struct index *x, uint64_t h, uint32_t pos_1)
{
	size_t i = h & (x->cap - 1);
	while (x->v[i].pos_1)
		i = (i + 1) & (x->cap - 1);
	x->v[i].hash = h;
	x->v[i].pos_1 = pos_1;
}

void index_add(struct index *x, const char *a, const char *b, size_t pos)
{
	if (x->n * 2 >= x->cap) {
		struct index bigger = {.cap = x->cap ? x->cap * 2 : 64, .n = x->n};
		bigger.v = mem_new(bigger.cap * sizeof *bigger.v);
		for (size_t i = 0; i < x->cap; i++)
			if (x->v[i].pos_1)
				index_put(&bigger, x->v[i].hash, x->v[i].pos_1);
		free(x->v);
		*x = bigger;
	}
	index_put(x, hash_two(a, b), (uint32_t)pos + 1);
	x->n++;
}

static bool same_name(const struct model *m, size_t pos, const char *a, const char *b)
{
	(void)b;
	return strcmp(m->private_->all.v[pos], a) == 0;
}

const char *model_intern(struct model *m, const char *s)
{
	if (!s)
		return NULL;
	struct model_private *p = m->private_;
	int64_t pos = index_find(&p->interned, m, s, NULL, same_name);
	if (pos >= 0)
		return p->all.v[pos];
	const char *kept = arena_str(p->names, s);
	*vec_push(&p->all) = kept;
	index_add(&p->interned, s, NULL, p->all.n - 1);
	return kept;
}

void model_reindex(struct model *m)
{
	index_release(&m->private_->signals);
	index_release(&m->private_->rows);
	for (size_t i = 0; i < m->signals.n; i++)
		index_add(&m->private_->signals, m->signals.v[i].service, m->signals.v[i].name, i);
	for (size_t i = 0; i < m->rows.n; i++)
		index_add(&m->private_->rows, m->rows.v[i].row, m->rows.v[i].service, i);
}

/* ---- life ---- */
struct model *model_new(void)
{
	struct model *m = mem_new(sizeof *m);
	m->private_ = mem_new(sizeof *m->private_);
	m->private_->names = arena_new();
	m->next_incident = m->next_drill = 1;
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	record_release(&model_table, m);
	kit_free(m->kit);
	arena_free(m->private_->names);
	vec_release(&m->private_->all);
	index_release(&m->private_->interned);
	index_release(&m->private_->signals);
	index_release(&m->private_->rows);
	free(m->private_);
	free(m);
}

void model_dump(const struct model *m, struct buf *out)
{
	struct jw w;
	char hex[SHA_HEX];
	jw_init(&w, out);
	jw_obj(&w);
	jw_kint(&w, "reducer", REDUCER_VERSION);
	hex_print(m->chain, SHA_LEN, hex);
	jw_kstr(&w, "chain", hex);
	jw_key(&w, "model");
	record_dump(&model_table, m, &w);
	jw_obj_end(&w);
}

static void load_kit(struct model *m)
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
	for (size_t i = 0; m->kit && i < m->kit->n_people; i++)
		vec_each(struct model_uid, u, &m->kit_uids)
			if (strcmp(u->person, m->kit->people[i].id) == 0)
				m->kit->people[i].uid = u->uid;
}

enum status model_load(const struct json *dump, struct model **out, struct fault *f)
{
	*out = NULL;
	const char *chain = json_get_str(dump, "chain", "");
	if (json_get_int(dump, "reducer", 0) != REDUCER_VERSION || strlen(chain) != SHA_HEX - 1)
		return fault_set(f, STATUS_USAGE, "other-build", "the snapshot is of another build of backout");
	struct model *m = model_new();
	record_load(m, &model_table, m, json_get(dump, "model"));
	if (!hex_parse(chain, m->chain, SHA_LEN)) {
		model_free(m);
		return fault_set(f, STATUS_USAGE, "bad-snapshot", "the snapshot has no chain");
	}
	load_kit(m);
	model_reindex(m);
	*out = m;
	return STATUS_OK;
}

/* ---- kit.loaded: here because it parses as a load does ---- */
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
	if (!m->kit)
		load_kit(m);
}
