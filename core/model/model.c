/* The model's life: new, dumped, loaded again, free. */
#include "kit/kit_pack.h"
#include "model/private.h"

#include <stdlib.h>
#include <string.h>

#define KIT_PACKED_MAX ((size_t)256 << 20)

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
	vec_release(&m->heard);
	vec_release(&m->private_->all);
	index_release(&m->private_->interned);
	index_release(&m->private_->signals);
	index_release(&m->private_->rows);
	by_service_moved(&m->private_->by_service);
	buf_release(&m->private_->kit_packed);
	free(m->private_);
	free(m);
}

/* Every console that comes wants the same kit: of a thousand services that is a third of what is printed. */
static void kit_dump(const struct model *m, struct jw *w)
{
	struct buf *b = &m->private_->kit_packed;
	struct jw k;
	if (!b->len) {
		buf_init(b, KIT_PACKED_MAX);
		jw_init(&k, b);
		kit_pack(m->kit, &k);
	}
	jw_raw(w, buf_str(b), b->len);
}

void model_dump(const struct model *m, bool curves, struct buf *out)
{
	struct jw w;
	struct dump d = {m->now.boot, curves};
	struct record_out o = {&w, &d};
	char hex[SHA_HEX];
	jw_init(&w, out);
	jw_obj(&w);
	jw_kint(&w, "reducer", REDUCER_VERSION);
	hex_print(m->chain, SHA_LEN, hex);
	jw_kstr(&w, "chain", hex);
	jw_kstr(&w, "boot", m->now.boot);
	jw_kbool(&w, "curves", curves);
	jw_key(&w, "columns");
	record_columns_dump(&w, &model_table);
	jw_key(&w, "model");
	record_dump_keys(&o, &model_table, m);
	jw_key(&w, "kit");
	kit_dump(m, &w);
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

/* ---- loading ------------------------------------------------------------------- */

struct loading {
	struct model *m;
	struct json_walk w;
	struct record_in in;
	bool model, other, kit, curves;
};

static const char *keep_name(void *m, const char *s, size_t n)
{
	return model_intern_n(m, s, n);
}

/* One member of the dump.  What it needs of the others stands before it, as model_dump writes them. */
static void load_member(struct loading *l, const char *key, size_t n)
{
	struct model *m = l->m;
	size_t len;
	if (n == 7 && !memcmp(key, "reducer", n)) {
		l->other = json_walk_int(&l->w, 0) != REDUCER_VERSION;
	} else if (n == 5 && !memcmp(key, "chain", n)) {
		const char *s = json_walk_str(&l->w, &len);
		char hex[SHA_HEX] = "";
		if (s && len == SHA_HEX - 1)
			memcpy(hex, s, len);
		if (!hex_parse(hex, m->chain, SHA_LEN))
			json_walk_refuse(&l->w, "it has no chain");
	} else if (n == 4 && !memcmp(key, "boot", n)) {
		const char *s = json_walk_str(&l->w, &len);
		m->private_->boot = s ? model_intern_n(m, s, len) : NULL;
	} else if (n == 6 && !memcmp(key, "curves", n)) {
		l->curves = json_walk_bool(&l->w, false);
	} else if (n == 7 && !memcmp(key, "columns", n)) {
		record_columns_load(&l->in, &model_table);
	} else if (n == 5 && !memcmp(key, "model", n) && !l->model) {
		l->model = true;
		record_load_keys(&l->in, &model_table, m);
	} else if (n == 3 && !memcmp(key, "kit", n) && !l->kit) {
		l->kit = true;
		m->kit = kit_unpack(&l->w);
	} else {
		json_walk_skip(&l->w);
	}
}

enum status model_load(const char *dump, size_t len, struct model **out, struct fault *f)
{
	struct loading l = {.m = model_new(), .other = true};
	json_walk_init(&l.w, dump, len);
	l.in = (struct record_in){.w = &l.w, .name = keep_name, .ctx = l.m, .arena = l.m->private_->names, .room = record_room(len)};
	for (bool more = json_walk_open(&l.w, JSON_OBJECT); more && json_walk_more(&l.w);) {
		size_t n;
		const char *key = json_walk_key(&l.w, &n);
		load_member(&l, key, n);
	}
	if (json_walk_done(&l.w) && !(l.model && l.kit))
		json_walk_refuse(&l.w, "it has no model");
	const char *why = l.w.at.why;
	record_in_release(&l.in);
	json_walk_release(&l.w);
	*out = l.other || why ? NULL : l.m;
	if (*out) {
		vec_each(struct model_signal, sig, &l.m->signals)
			sig->curve_unknown = !l.curves;
		reindex(l.m);
		return STATUS_OK;
	}
	model_free(l.m);
	if (l.other)
		return fault_set(f, STATUS_USAGE, "other-build", "the snapshot is of another build of backout");
	return fault_set(f, STATUS_USAGE, "bad-snapshot", "the snapshot is not understood: %s", why);
}
