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

void model_dump(const struct model *m, bool curves, struct buf *out)
{
	struct jw w;
	struct dump d = {&w, m->now.boot, curves};
	char hex[SHA_HEX];
	jw_init(&w, out);
	jw_obj(&w);
	jw_kint(&w, "reducer", REDUCER_VERSION);
	hex_print(m->chain, SHA_LEN, hex);
	jw_kstr(&w, "chain", hex);
	jw_kstr(&w, "boot", m->now.boot);
	jw_key(&w, "model");
	record_dump(&model_table, m, &d);
	jw_obj_end(&w);
}

void model_curves_dump(const struct model *m, const char *service, struct jw *w)
{
	jw_obj(w);
	jw_kstr(w, "service", service);
	jw_key(w, "curves");
	jw_obj(w);
	vec_each(const struct model_signal, s, &m->signals)
		if (strcmp(s->service, service) == 0) {
			jw_key(w, s->name);
			curve_dump(s, w);
		}
	jw_obj_end(w);
	jw_obj_end(w);
}

bool model_curves_ask(struct model *m, const char *service)
{
	bool any = false;
	vec_each(struct model_signal, s, &m->signals)
		if (s->curve_unknown && strcmp(s->service, service) == 0) {
			s->curve_unknown = false;
			any = true;
		}
	return any;
}

void model_curves_load(struct model *m, const struct json *curves)
{
	const char *service = json_get_str(curves, "service", "");
	for (const struct json *c = json_first(json_get(curves, "curves")); c; c = json_next(c)) {
		const struct model_signal *s = model_signal(m, service, json_key(c));
		if (s)
			curve_load(&m->signals.v[s - m->signals.v], c);
	}
}

enum status model_load(const struct json *dump, struct model **out, struct fault *f)
{
	*out = NULL;
	const char *chain = json_get_str(dump, "chain", "");
	if (json_get_int(dump, "reducer", 0) != REDUCER_VERSION || strlen(chain) != SHA_HEX - 1)
		return fault_set(f, STATUS_USAGE, "other-build", "the snapshot is of another build of backout");
	struct model *m = model_new();
	m->private_->boot = model_intern(m, json_get_str(dump, "boot", NULL));
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
