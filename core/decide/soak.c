/* The soak of a version: one that serves whole and was clear for as long as its
 * tier says is kept, one during whose soak a measured row breached is not.
 * Where nothing is measured there is no verdict.  Called by tick.c; what stands
 * of it is asked by aftermath.c. */
#include "decide/private.h"

#include <string.h>

#include "decide/world.h"

/* ---- what its rows say ---- */

/* Is the signal behind the row measured now?  A row may be clear because it is told to overlook what it does not see. */
static bool is_measured(const struct model *m, const struct kit_service *s, const struct kit_row *r, const struct stamp *now)
{
	const struct kit_signal *k = kit_signal(s, r->signal);
	const struct model_signal *x = k ? model_signal(m, s->name, k->name) : NULL;
	return x && x->state == SAMPLE_OK && x->ok_arrived.at && stamp_diff(&x->ok_arrived, now, NULL) <= k->stale_after;
}

static void measured_row(const struct model *m, const struct kit_service *s, const struct kit_row *k, const struct stamp *now, struct measured *out)
{
	const struct model_row *r = model_row(m, k->name, s->name);
	int64_t clear_for = r && r->changed.at ? stamp_diff(&r->changed, now, NULL) : INT64_MAX;
	out->any = true;
	out->clear = out->clear && (!r || r->state == ROW_CLEAR);
	out->blind = out->blind || (r && r->state == ROW_CANNOT_TELL);
	out->pending = out->pending || (r && r->state == ROW_PENDING);
	if (r && model_row_standing(r) && (!out->standing || stamp_cmp(&r->onset, &out->standing->onset) < 0))
		out->standing = r;
	if ((!r || r->state == ROW_CLEAR) && clear_for > out->clear_for && is_measured(m, s, k, now))
		out->clear_for = clear_for;
}

void measured_of(const struct model *m, const struct kit_service *s, const struct now *now, struct measured *out)
{
	struct stamp n = stamp_of_now(now);
	*out = (struct measured){.clear = true, .clear_for = -1};
	for (size_t k = 0; k < m->kit->n_rows; k++) {
		const struct kit_row *r = &m->kit->rows[k];
		if (!r->is_report && !r->dry_run && kit_row_covers(m->kit, r, s))
			measured_row(m, s, r, &n, out);
	}
}

int64_t soak_left(const struct kit_service *s, const struct model_version *v, const struct measured *r, const struct now *now)
{
	struct stamp n = stamp_of_now(now);
	int64_t served = stamp_diff(&v->learned, &n, NULL);
	int64_t clean = r->clear_for < 0 ? 0 : r->clear_for < served ? r->clear_for : served;
	return clean < s->tier->soak ? s->tier->soak - clean : 0;
}

/* ---- the verdict ---- */

static bool soaks(const struct model_version *v)
{
	return v && v->learned.at && !v->last && v->verdict == VERDICT_NONE && !v->spoiled.at;
}

static void put_soak(struct drafts *out, const struct model_version *v, const char *what, const char *row)
{
	struct jw w = draft_open(out, EVENT_SOAK, NULL, "engine");
	jw_kstr(&w, "service", v->service);
	jw_kstr(&w, "version", v->version);
	jw_kstr(&w, "what", what);
	jw_ktime(&w, "since", v->since);
	if (row)
		jw_kstr(&w, "row", row);
	draft_close(&w);
}

static bool is_whole(const struct model *m, const struct model_version *v)
{
	bool any = false;
	vec_each(struct model_deploy, d, &m->deploys) {
		if (d->service != v->service)
			continue;
		if (d->version != v->version || !d->whole)
			return false;
		any = true;
	}
	return any;
}

static bool said_already(const struct drafts *out, size_t from, const struct model_version *v, const struct model_version *const *said)
{
	for (size_t k = from; k < out->n; k++)
		if (said[k - from] == v)
			return true;
	return false;
}

/* A breach whose bad run began after the version went live is its own. */
static void tick_spoiled(const struct model *m, struct drafts *out)
{
	const struct model_version *said[64];
	size_t from = out->n;
	vec_each(struct model_row, r, &m->rows) {
		const struct kit_row *k = r->last_onset && !r->would ? kit_row(m->kit, r->row) : NULL;
		if (!k || k->is_report || k->dry_run)
			continue;
		vec_each(struct model_deploy, d, &m->deploys) {
			const struct model_version *v = d->service == r->service ? model_version(m, d->service, d->version) : NULL;
			if (!soaks(v) || r->last_onset < v->since - CLOCK_SKEW || out->n - from >= 64 || said_already(out, from, v, said))
				continue;
			said[out->n - from] = v;
			put_soak(out, v, "spoiled", r->row);
		}
	}
}

void tick_soak(const struct model *m, const struct now *now, struct drafts *out)
{
	struct stamp n = stamp_of_now(now);
	size_t from = out->n;
	tick_spoiled(m, out);
	if (out->n > from)
		return; /* those are no longer to be kept: the next tick sees it */
	vec_each(struct model_version, v, &m->versions) {
		const struct kit_service *s = soaks(v) ? kit_service(m->kit, v->service) : NULL;
		struct measured r;
		if (!s || stamp_diff(&v->learned, &n, NULL) < s->tier->soak)
			continue;
		measured_of(m, s, now, &r);
		if (r.any && r.clear && r.clear_for >= 0 && !soak_left(s, v, &r, now) && is_whole(m, v))
			put_soak(out, v, "kept", NULL);
	}
}
