/* Figures, family by family: a family's samples stand together under one HELP
 * and TYPE, as the text format asks.  Every sample names its kit, since a host
 * may have several engines and one textfile folder. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/figures.h"
#include "model/phases.h"

struct out {
	struct buf *b;
	const char *kit;
};

static void family(const struct out *o, const char *name, const char *type, const char *help)
{
	buf_addf(o->b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: backslash, quote and line end are escaped. */
static void label(const struct out *o, const char *name, const char *value)
{
	struct buf *b = o->b;
	buf_addf(b, ",%s=\"", name);
	for (const char *p = value ? value : ""; *p; p++) {
		if (*p == '\\' || *p == '"')
			buf_addc(b, '\\');
		if (*p == '\n')
			buf_adds(b, "\\n");
		else
			buf_addc(b, *p);
	}
	buf_addc(b, '"');
}

/* NAME{kit="…" and then the labels, and a value to end it. */
static void begin(const struct out *o, const char *name)
{
	buf_addf(o->b, "%s{kit=\"%s\"", name, o->kit);
}

static void count(const struct out *o, size_t n)
{
	buf_addf(o->b, "} %zu\n", n);
}

static void seconds(const struct out *o, int64_t us)
{
	buf_addf(o->b, "} %.6f\n", (double)us / 1e6);
}

static void labelled(const struct out *o, const char *name, const char *key, const char *value, size_t n)
{
	begin(o, name);
	label(o, key, value);
	count(o, n);
}

static void plain(const struct out *o, const char *name, const char *type, const char *help, size_t n)
{
	family(o, name, type, help);
	begin(o, name);
	count(o, n);
}

/* ---- rows ------------------------------------------------------------------ */

static void rows(const struct model *m, const struct out *o)
{
	static const enum row_state states[] = {ROW_PENDING, ROW_BREACHED, ROW_OVERDUE, ROW_CANNOT_TELL};

	family(o, "backout_rows", "gauge", "Rows of the rubric by state; a row that is clear is not counted.");
	for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
		size_t n = 0;
		for (size_t i = 0; i < m->rows.n; i++)
			n += m->rows.v[i].state == states[s];
		labelled(o, "backout_rows", "state", row_state_name(states[s]), n);
	}
	family(o, "backout_row_breached", "gauge", "1 for every breach that stands.");
	for (size_t i = 0; i < m->rows.n; i++) {
		if (!model_row_standing(&m->rows.v[i]))
			continue;
		begin(o, "backout_row_breached");
		label(o, "row", m->rows.v[i].row);
		label(o, "service", m->rows.v[i].service);
		count(o, 1);
	}
}

/* ---- incidents ---------------------------------------------------------------- */

/* What was taken of one kind, incident after incident. */
struct times {
	struct { int64_t *v; size_t n, cap; } all;
	int64_t last;
};

static void add(struct times *t, int64_t us)
{
	if (us < 0)
		return;
	*vec_push(&t->all) = us;
	t->last = us;
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The least that so large a share took at most (nearest rank). */
static int64_t share_of(const struct times *t, double share)
{
	size_t i = (size_t)(share * (double)t->all.n + 0.999999);
	return t->all.v[i ? i - 1 : 0];
}

static void summary(const struct out *o, const char *name, const char *key, const char *value, struct times *t)
{
	static const struct { const char *name; double share; } shares[] = {{"0.5", 0.5}, {"0.9", 0.9}, {"1", 1}};
	char part[80];
	int64_t sum = 0;
	if (t->all.n)
		qsort(t->all.v, t->all.n, sizeof *t->all.v, by_length);
	for (size_t i = 0; t->all.n && i < sizeof shares / sizeof *shares; i++) {
		begin(o, name);
		label(o, key, value);
		label(o, "quantile", shares[i].name);
		seconds(o, share_of(t, shares[i].share));
	}
	for (size_t i = 0; i < t->all.n; i++)
		sum += t->all.v[i];
	snprintf(part, sizeof part, "%s_sum", name);
	begin(o, part);
	label(o, key, value);
	seconds(o, sum);
	snprintf(part, sizeof part, "%s_count", name);
	labelled(o, part, key, value, t->all.n);
}

static void last(const struct out *o, const char *name, const char *key, const char *value, const struct times *t)
{
	if (!t->all.n)
		return;
	begin(o, name);
	label(o, key, value);
	seconds(o, t->last);
}

enum { DETECT, DECIDE, APPROVE, ACT, VERIFY, DECLARED, ONSET, TIMES };
static const char *const time_names[TIMES] = {"detect", "decide", "approve", "act", "verify", "declared", "onset"};

static void print_times(const struct out *o, struct times *t)
{
	family(o, "backout_phase_seconds", "summary",
		"How long the phases of incidents took: decide is from the word that a deploy is bad to the decision.");
	for (int k = DETECT; k <= VERIFY; k++)
		summary(o, "backout_phase_seconds", "phase", time_names[k], &t[k]);
	family(o, "backout_phase_last_seconds", "gauge", "The same, of the newest incident that had the phase.");
	for (int k = DETECT; k <= VERIFY; k++)
		last(o, "backout_phase_last_seconds", "phase", time_names[k], &t[k]);
	family(o, "backout_recovery_seconds", "summary",
		"Recovery from a failed deployment: from the word that it is bad, or from the onset, to reverted and verified.");
	for (int k = DECLARED; k <= ONSET; k++)
		summary(o, "backout_recovery_seconds", "from", time_names[k], &t[k]);
	family(o, "backout_recovery_last_seconds", "gauge", "The same, of the newest incident that was verified.");
	for (int k = DECLARED; k <= ONSET; k++)
		last(o, "backout_recovery_last_seconds", "from", time_names[k], &t[k]);
}

/* Of real incidents; drills and the demo are no evidence of how it goes at night. */
static bool is_real(const struct model_incident *i)
{
	return i->kind == INCIDENT_REAL;
}

static void incidents(const struct model *m, const struct out *o)
{
	struct times t[TIMES] = {0};
	size_t kept[2] = {0, 0}, all = 0, breaches = 0;

	for (size_t i = 0; i < m->incidents.n; i++) {
		const struct model_incident *x = &m->incidents.v[i];
		struct phases p;
		if (!is_real(x))
			continue;
		phases_of(m, x, &p);
		const int64_t took[TIMES] = {p.detect, p.decide, p.approve, p.act, p.verify, p.bad_to_reverted, p.onset_to_verified};
		for (int k = 0; k < TIMES; k++)
			add(&t[k], took[k]);
		all++;
		breaches += x->breaches.n;
		if (p.kept >= 0)
			kept[p.kept]++;
	}
	print_times(o, t);
	for (int k = 0; k < TIMES; k++)
		vec_release(&t[k].all);
	family(o, "backout_promises", "gauge", "Incidents whose promised times were kept or missed, as it stands.");
	labelled(o, "backout_promises", "outcome", "kept", kept[1]);
	labelled(o, "backout_promises", "outcome", "missed", kept[0]);
	plain(o, "backout_incidents_total", "counter", "Incidents that were declared.", all);
	plain(o, "backout_breaches_total", "counter", "Breaches of the incidents that were declared.", breaches);
	plain(o, "backout_incidents_open", "gauge", "Incidents that are open, drills too.", model_open_incidents(m, NULL));
}

static size_t with(const struct model *m, enum outcome outcome, const char *via)
{
	size_t n = 0;
	for (size_t i = 0; i < m->incidents.n; i++)
		for (size_t k = 0; is_real(&m->incidents.v[i]) && k < m->incidents.v[i].actions.n; k++) {
			const struct model_action *a = &m->incidents.v[i].actions.v[k];
			n += a->outcome == outcome && (!via || !strcmp(a->via ? a->via : "", via));
		}
	return n;
}

/* What is over stays as it is and is counted; what is not, or is unknown, goes up and down. */
static void outcomes(const struct model *m, const struct out *o)
{
	static const enum outcome standing[] = {OUTCOME_WAITING, OUTCOME_COUNTDOWN, OUTCOME_RUNNING, OUTCOME_UNKNOWN};
	static const enum outcome over[] = {OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_REFUSED, OUTCOME_VETOED, OUTCOME_EXPIRED, OUTCOME_CANCELLED};
	static const char *const vias[] = {"key", "command", "automatic", "external"};

	family(o, "backout_actions_total", "counter", "Actions that are over, by what became of them and how they were fired.");
	for (size_t i = 0; i < sizeof over / sizeof *over; i++)
		for (size_t k = 0; k < sizeof vias / sizeof *vias; k++) {
			begin(o, "backout_actions_total");
			label(o, "outcome", outcome_name(over[i]));
			label(o, "via", vias[k]);
			count(o, with(m, over[i], vias[k]));
		}
	family(o, "backout_actions", "gauge", "Actions that are not over, or of which nobody knows.");
	for (size_t i = 0; i < sizeof standing / sizeof *standing; i++)
		labelled(o, "backout_actions", "outcome", outcome_name(standing[i]), with(m, standing[i], NULL));
	plain(o, "backout_pins", "gauge", "Versions that are kept out.", m->pins.n);
	plain(o, "backout_freezes", "gauge", "Freezes that stand.", m->freezes.n);
}

/* ---- ways back, sources ----------------------------------------------------------- */

/* Those that know no version to go to, or whose way is not safe. */
static bool is_lost(const struct model *m, const struct kit_action *a)
{
	const struct model_deploy *d = model_deploy(m, a->service->name);
	return a->level == 2 && ((d && d->back_safe == TRI_NO) || (!a->to && !model_last_good(m, a->service->name)));
}

static void rounds(const struct model *m, const struct now *now, const struct out *o)
{
	size_t tried = 0, ready = 0;
	const struct model_round *oldest = NULL;
	for (size_t i = 0; i < m->rounds.n; i++) {
		if (!m->kit || !kit_backend(m->kit, m->rounds.v[i].backend))
			continue;
		tried += (size_t)m->rounds.v[i].tried;
		ready += (size_t)m->rounds.v[i].ready;
		if (!oldest || m->rounds.v[i].at.at < oldest->at.at)
			oldest = &m->rounds.v[i];
	}
	plain(o, "backout_ways_tried", "gauge", "Actions that were tried in the newest rounds, changing nothing.", tried);
	plain(o, "backout_ways_not_ready", "gauge", "Those of them that would fail if they were pressed now.", tried - ready);
	family(o, "backout_ways_age_seconds", "gauge", "Age of the oldest of these rounds.");
	if (oldest) {
		begin(o, "backout_ways_age_seconds");
		seconds(o, now->at > oldest->at.at ? now->at - oldest->at.at : 0);
	}
	family(o, "backout_way_not_ready", "gauge", "1 for an action that would fail if it were pressed now.");
	for (size_t i = 0; i < m->ways.n; i++) {
		if (!m->kit || !kit_action(m->kit, m->ways.v[i].service, m->ways.v[i].action))
			continue;
		begin(o, "backout_way_not_ready");
		label(o, "backend", m->ways.v[i].backend);
		label(o, "service", m->ways.v[i].service);
		label(o, "action", m->ways.v[i].action);
		count(o, 1);
	}
}

static void ways(const struct model *m, const struct out *o)
{
	size_t all = 0, lost = 0;

	for (size_t i = 0; m->kit && i < m->kit->n_services; i++)
		for (size_t k = 0; k < m->kit->services[i].n_actions; k++) {
			const struct kit_action *a = &m->kit->services[i].actions[k];
			if (a->cls != CLASS_REVERSE)
				continue;
			all++;
			lost += is_lost(m, a);
		}
	plain(o, "backout_ways_back", "gauge", "Actions of the kit that go back.", all);
	plain(o, "backout_ways_back_lost", "gauge", "Those of them that know no version to go to, or whose way is not safe.", lost);
}

/* Of a backend: when a good sample came last, and how its signals are. */
struct source { int64_t newest; size_t states[SAMPLE_NO_DATA + 1]; };

/* Only what the kit still asks for: the model keeps every signal that ever was. */
static struct source source_of(const struct model *m, const char *backend)
{
	struct source s = {0};
	const struct model_signal *g = NULL, *before = NULL;
	for (size_t i = 0; i < m->kit->n_services; i++)
		for (size_t k = 0; k < m->kit->services[i].n_signals; k++) {
			const struct kit_signal *want = &m->kit->services[i].signals[k];
			if (strcmp(want->backend, backend) != 0)
				continue;
			g = model_signal_after(m, before, m->kit->services[i].name, want->name);
			before = g ? g : before;
			s.newest = g && g->ok_arrived.at > s.newest ? g->ok_arrived.at : s.newest;
			s.states[g ? g->state : SAMPLE_NONE]++;
		}
	return s;
}

static void age(const struct out *o, const char *name, const char *backend, int64_t at, const struct now *now)
{
	if (!at)
		return;
	begin(o, name);
	label(o, "backend", backend);
	seconds(o, now->at > at ? now->at - at : 0);
}

static void signals(const struct model *m, const struct source *all, const struct out *o)
{
	static const struct { enum sample_state state; const char *name; } states[] = {
		{SAMPLE_OK, "ok"}, {SAMPLE_NO_DATA, "no-data"}, {SAMPLE_FAILED, "failed"}, {SAMPLE_NONE, "none"},
	};
	family(o, "backout_source_signals", "gauge", "Signals of a backend by what the newest sample was; none: there was none yet.");
	for (size_t i = 0; i < m->kit->n_backends; i++)
		for (size_t k = 0; k < sizeof states / sizeof *states; k++) {
			begin(o, "backout_source_signals");
			label(o, "backend", m->kit->backends[i].id);
			label(o, "state", states[k].name);
			count(o, all[i].states[states[k].state]);
		}
}

static void sources(const struct model *m, const struct now *now, const struct out *o)
{
	const struct kit *k = m->kit;
	if (!k)
		return;
	struct source *all = mem_new((k->n_backends + 1) * sizeof *all);
	for (size_t i = 0; i < k->n_backends; i++)
		all[i] = source_of(m, k->backends[i].id);
	family(o, "backout_source_up", "gauge", "1 where the plugin of a backend that tells something is ready.");
	for (size_t i = 0; i < k->n_backends; i++) {
		const struct model_backend *x = model_backend(m, k->backends[i].id);
		if (kit_is_source(k, k->backends[i].id))
			labelled(o, "backout_source_up", "backend", k->backends[i].id, x && x->state && !strcmp(x->state, "ready"));
	}
	family(o, "backout_source_age_seconds", "gauge", "Age of the newest good sample of a backend that measures.");
	for (size_t i = 0; i < k->n_backends; i++)
		age(o, "backout_source_age_seconds", k->backends[i].id, all[i].newest, now);
	family(o, "backout_source_heard_age_seconds", "gauge", "How long ago a backend told anything, or its plugin became what it is.");
	for (size_t i = 0; i < k->n_backends; i++) {
		const struct model_backend *x = model_backend(m, k->backends[i].id);
		age(o, "backout_source_heard_age_seconds", k->backends[i].id, !x ? 0 : x->last_heard.at ? x->last_heard.at : x->at.at, now);
	}
	signals(m, all, o);
	free(all);
}

void figures_print(const struct model *m, const struct now *now, struct buf *out)
{
	const struct out o = {out, m->kit_name ? m->kit_name : ""}; /* [a-z0-9-] */
	family(&o, "backout_info", "gauge", "1; which program keeps which kit.");
	begin(&o, "backout_info");
	label(&o, "environment", m->environment);
	label(&o, "version", PACKAGE_VERSION);
	count(&o, 1);
	family(&o, "backout_written_timestamp_seconds", "gauge", "When these figures were written: an engine that is gone writes none.");
	begin(&o, "backout_written_timestamp_seconds");
	seconds(&o, now->at);
	plain(&o, "backout_journal_events", "gauge", "Events in the journal.", (size_t)m->seq);
	plain(&o, "backout_armed", "gauge", "1 where the kit is armed.", m->kit && m->kit->armed);
	rows(m, &o);
	incidents(m, &o);
	outcomes(m, &o);
	ways(m, &o);
	rounds(m, now, &o);
	sources(m, now, &o);
}
