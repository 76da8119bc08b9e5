/* What of a record only the model knows: stamps, and the curves of signals. */
#include "model/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- stamps ---------------------------------------------------------------------- */

static bool stamp_empty(const struct record_out *o, const void *at)
{
	(void)o;
	return !((const struct stamp *)at)->at;
}

static void stamp_dump(struct record_out *o, const void *at)
{
	const struct stamp *s = at;
	const struct dump *d = o->ctx;
	jw_arr(o->w);
	if (s->at) {
		jw_int(o->w, s->at);
		jw_int(o->w, s->mono);
		if (!s->boot || !d->boot || strcmp(s->boot, d->boot) != 0)
			jw_str(o->w, s->boot); /* thousands of stamps are of the boot that the dump names */
	}
	jw_arr_end(o->w);
}

static void stamp_load(struct record_in *in, void *at)
{
	struct stamp *s = at;
	const struct model *m = in->ctx;
	int i = 0;
	for (bool more = json_walk_open(in->w, JSON_ARRAY); more && json_walk_more(in->w); i++) {
		size_t n;
		const char *boot;
		if (i == 0) {
			s->at = json_walk_int(in->w, 0);
			s->boot = m->private_->boot;
		} else if (i == 1) {
			s->mono = json_walk_int(in->w, 0);
		} else {
			boot = json_walk_str(in->w, &n);
			s->boot = boot ? in->name(in->ctx, boot, n) : NULL;
		}
	}
	if (!s->at)
		*s = (struct stamp){0}; /* never: then the rest says nothing */
}

const struct field_how stamp_how = {sizeof(struct stamp), stamp_empty, stamp_dump, stamp_load, NULL};

/* ---- curves ------------------------------------------------------------------------ */

/* Of a signal whose curve stayed behind nothing is kept until somebody asks: then all of it comes. */
void curve_add(struct model_signal *s, uint32_t at_s, float v)
{
	if (s->curve_unknown)
		return;
	if (!s->curve)
		s->curve = mem_new(MODEL_CURVE * sizeof *s->curve);
	s->curve[s->curve_next] = (struct model_point){at_s, v};
	s->curve_next = (s->curve_next + 1) % MODEL_CURVE;
	if (s->curve_n < MODEL_CURVE)
		s->curve_n++;
}

static struct model_point *curve_at(struct model_signal *s, uint32_t k)
{
	return &s->curve[(s->curve_next + MODEL_CURVE - s->curve_n + k) % MODEL_CURVE];
}

/* One that comes late goes to its time; what is older than all of a full curve is not kept. */
void curve_put(struct model_signal *s, uint32_t at_s, float v)
{
	uint32_t k = s->curve_n;
	while (k && (int32_t)(curve_at(s, k - 1)->s - at_s) > 0)
		k--;
	if (k && curve_at(s, k - 1)->s == at_s)
		return;
	if (!k && s->curve_n == MODEL_CURVE)
		return;
	if (s->curve_n == MODEL_CURVE)
		k--; /* the oldest makes room */
	curve_add(s, at_s, v);
	for (uint32_t i = s->curve_n; i-- > k + 1;)
		*curve_at(s, i) = *curve_at(s, i - 1);
	if (s->curve_n)
		*curve_at(s, k) = (struct model_point){at_s, v};
}

void curve_dump(const struct model_signal *s, struct jw *w)
{
	jw_arr(w);
	for (uint32_t k = 0; k < s->curve_n; k++) {
		const struct model_point *p = &s->curve[(s->curve_next + MODEL_CURVE - s->curve_n + k) % MODEL_CURVE];
		jw_int(w, p->s);
		jw_float(w, p->v);
	}
	jw_arr_end(w);
}

void curve_load(struct model_signal *s, const struct json *v)
{
	s->curve_n = s->curve_next = 0;
	s->curve_unknown = false;
	for (const struct json *c = json_first(v); json_next(c); c = json_next(json_next(c)))
		curve_add(s, (uint32_t)json_int(c, 0), (float)json_num(json_next(c), NAN));
}

static void curve_print(struct record_out *o, const void *at)
{
	curve_dump(at, o->w);
}

static void curve_read(struct record_in *in, void *at)
{
	struct model_signal *s = at;
	uint32_t at_s = 0;
	bool second = false;
	for (bool more = json_walk_open(in->w, JSON_ARRAY); more && json_walk_more(in->w); second = !second) {
		if (second)
			curve_add(s, at_s, (float)json_walk_num(in->w, NAN));
		else
			at_s = (uint32_t)json_walk_int(in->w, 0);
	}
}

/* Left out where they stay behind: then the dump says so once, for all of them. */
static bool curve_empty(const struct record_out *o, const void *at)
{
	const struct dump *d = o->ctx;
	return !d->curves || !((const struct model_signal *)at)->curve_n;
}

static void curve_release(void *at)
{
	struct model_signal *s = at;
	free(s->curve);
	s->curve = NULL;
}

/* It stands for several fields of the record, and so is handed the record itself. */
const struct field_how curve_how = {0, curve_empty, curve_print, curve_read, curve_release};
