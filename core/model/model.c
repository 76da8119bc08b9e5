/* The model's life: new, dumped, loaded again, free. */
#include "model/private.h"

#include <stdlib.h>
#include <string.h>

static void reindex(struct model *m)
{
	index_release(&m->private_->signals);
	index_release(&m->private_->rows);
	for (size_t i = 0; i < m->signals.n; i++)
		index_add(&m->private_->signals, m->signals.v[i].service, m->signals.v[i].name, i);
	for (size_t i = 0; i < m->rows.n; i++)
		index_add(&m->private_->rows, m->rows.v[i].row, m->rows.v[i].service, i);
}

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
	model_parse_kit(m);
	reindex(m);
	*out = m;
	return STATUS_OK;
}
