/* Figures, family by family: a family's samples stand together under one HELP
 * and TYPE, as the text format asks. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/figures.h"
#include "model/phases.h"

static void family(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: backslash, quote and line end are escaped. */
static void label(struct buf *b, const char *name, const char *value, bool first)
{
	buf_addf(b, "%s%s=\"", first ? "" : ",", name);
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

static void plain(struct buf *b, const char *name, const char *help, int64_t value)
{
	family(b, name, "gauge", help);
	buf_addf(b, "%s %lld\n", name, (long long)value);
}

/* ---- rows ------------------------------------------------------------------ */

static void rows(const struct model *m, struct buf *b)
{
	static const enum row_state states[] = {ROW_PENDING, ROW_BREACHED, ROW_OVERDUE, ROW_CANNOT_TELL};

	family(b, "backout_rows", "gauge", "Rows of the rubric by state; a row that is clear is not counted.");
	for (size_t s = 0; s < sizeof states / sizeof *states; s++) {
		size_t n = 0;
		for (size_t i = 0; i < m->rows.n; i++)
			n += m->rows.v[i].state == states[s];
		buf_adds(b, "backout_rows{");
		label(b, "state", row_state_name(states[s]), true);
		buf_addf(b, "} %zu\n", n);
	}
	family(b, "backout_row_breached", "gauge", "1 for every breach that stands.");
	for (size_t i = 0; i < m->rows.n; i++) {
		if (!model_row_standing(&m->rows.v[i]))
			continue;
		buf_adds(b, "backout_row_breached{");
		label(b, "row", m->rows.v[i].row, true);
		label(b, "service", m->rows.v[i].service, false);
		buf_adds(b, "} 1\n");
	}
}

/* ---- incidents ---------------------------------------------------------------- */

struct sum { double seconds; size_t n; };

static void add(struct sum *s, int64_t us)
{
	if (us < 0)
		return;
	s->seconds += (double)us / 1e6;
	s->n++;
}

static void summary_row(struct buf *b, const char *name, const char *which, const char *value, const struct sum *s)
{
	for (int part = 0; part < 2; part++) {
		buf_addf(b, "%s_%s", name, part ? "count" : "sum");
		if (which) {
			buf_addc(b, '{');
			label(b, which, value, true);
			buf_addc(b, '}');
		}
		if (part)
			buf_addf(b, " %zu\n", s->n);
		else
			buf_addf(b, " %.6f\n", s->seconds);
	}
}

/* Of real incidents; drills and the demo are no evidence of how it goes at night. */
static void phases(const struct model *m, struct buf *b)
{
	static const char *const names[] = {"detect", "decide", "approve", "act", "verify"};
	struct sum sums[5] = {{0, 0}}, recovery = {0, 0};
	size_t kept[2] = {0, 0}, all = 0;

	for (size_t i = 0; i < m->incidents.n; i++) {
		const struct model_incident *x = &m->incidents.v[i];
		struct phases p;
		if (x->kind != INCIDENT_REAL)
			continue;
		phases_of(m, x, &p);
		const int64_t took[] = {p.detect, p.decide, p.approve, p.act, p.verify};
		for (int k = 0; k < 5; k++)
			add(&sums[k], took[k]);
		add(&recovery, p.bad_to_reverted);
		all++;
		if (p.kept >= 0)
			kept[p.kept]++;
	}
	family(b, "backout_phase_seconds", "summary", "How long each phase of the incidents took.");
	for (int k = 0; k < 5; k++)
		summary_row(b, "backout_phase_seconds", "phase", names[k], &sums[k]);
	family(b, "backout_recovery_seconds", "summary", "From the word that a deploy is bad to reverted and verified.");
	summary_row(b, "backout_recovery_seconds", NULL, NULL, &recovery);
	family(b, "backout_promises_total", "counter", "Incidents whose promised times were kept or missed.");
	buf_addf(b, "backout_promises_total{outcome=\"kept\"} %zu\nbackout_promises_total{outcome=\"missed\"} %zu\n", kept[1], kept[0]);
	family(b, "backout_incidents_total", "counter", "Incidents that were declared.");
	buf_addf(b, "backout_incidents_total %zu\n", all);
	plain(b, "backout_incidents_open", "Incidents that are open.", (int64_t)model_open_incidents(m, NULL));
}

static void outcomes(const struct model *m, struct buf *b)
{
	family(b, "backout_actions_total", "counter", "Actions by what became of them.");
	for (int o = OUTCOME_WAITING; o <= OUTCOME_CANCELLED; o++) {
		size_t n = 0;
		for (size_t i = 0; i < m->incidents.n; i++)
			for (size_t k = 0; k < m->incidents.v[i].actions.n; k++)
				n += (int)m->incidents.v[i].actions.v[k].outcome == o;
		buf_adds(b, "backout_actions_total{");
		label(b, "outcome", outcome_name((enum outcome)o), true);
		buf_addf(b, "} %zu\n", n);
	}
	plain(b, "backout_pins", "Versions that are kept out.", (int64_t)m->pins.n);
	plain(b, "backout_freezes", "Freezes that stand.", (int64_t)m->freezes.n);
}

/* ---- ways back, sources ----------------------------------------------------------- */

/* Those that know no version to go to, or whose way is not safe. */
static void ways(const struct model *m, struct buf *b)
{
	size_t all = 0, lost = 0;

	for (size_t i = 0; m->kit && i < m->kit->n_services; i++)
		for (size_t k = 0; k < m->kit->services[i].n_actions; k++) {
			const struct kit_action *a = &m->kit->services[i].actions[k];
			const struct model_deploy *d = model_deploy(m, a->service->name);
			if (a->cls != CLASS_REVERSE)
				continue;
			all++;
			lost += a->level == 2 && ((d && d->back_safe == TRI_NO) || (!a->to && !model_last_good(m, a->service->name)));
		}
	int64_t tried = 0, ready = 0;
	for (size_t i = 0; i < m->rounds.n; i++) {
		tried += m->rounds.v[i].tried;
		ready += m->rounds.v[i].ready;
	}
	plain(b, "backout_ways_tried", "Actions that were tried in the newest rounds, changing nothing.", tried);
	plain(b, "backout_ways_not_ready", "Those of them that would fail if they were pressed now.", tried - ready);
	plain(b, "backout_ways_back", "Actions of the kit that go back.", (int64_t)all);
	plain(b, "backout_ways_back_lost", "Those of them that know no version to go to, or whose way is not safe.", (int64_t)lost);
}

static int64_t newest_of(const struct model *m, const char *backend)
{
	int64_t newest = 0;

	for (size_t i = 0; i < m->signals.n; i++)
		if (m->signals.v[i].backend && !strcmp(m->signals.v[i].backend, backend) && m->signals.v[i].ok_arrived.at > newest)
			newest = m->signals.v[i].ok_arrived.at;
	return newest;
}

static void sources(const struct model *m, const struct now *now, struct buf *b)
{
	family(b, "backout_source_up", "gauge", "1 where the plugin of a backend is ready.");
	for (size_t i = 0; m->kit && i < m->kit->n_backends; i++) {
		const struct model_backend *x = model_backend(m, m->kit->backends[i].id);
		buf_adds(b, "backout_source_up{");
		label(b, "backend", m->kit->backends[i].id, true);
		buf_addf(b, "} %d\n", x && x->state && !strcmp(x->state, "ready"));
	}
	family(b, "backout_source_age_seconds", "gauge", "Age of the newest sample of a backend that measures.");
	for (size_t i = 0; m->kit && i < m->kit->n_backends; i++) {
		int64_t newest = newest_of(m, m->kit->backends[i].id);
		if (!newest)
			continue;
		buf_adds(b, "backout_source_age_seconds{");
		label(b, "backend", m->kit->backends[i].id, true);
		buf_addf(b, "} %.3f\n", now->at > newest ? (double)(now->at - newest) / 1e6 : 0.0);
	}
}

void figures_print(const struct model *m, const struct now *now, struct buf *out)
{
	plain(out, "backout_journal_events", "Events in the journal.", m->seq);
	plain(out, "backout_armed", "1 where the kit is armed.", m->kit && m->kit->armed);
	rows(m, out);
	phases(m, out);
	outcomes(m, out);
	ways(m, out);
	sources(m, now, out);
}
