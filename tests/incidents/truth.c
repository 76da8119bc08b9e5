/* What is true at an instant.  How each class is drawn stands in cases.c. */
#include "config.h"

#include "truth.h"

#include <string.h>

#include "base/text.h"

const char *const signal_names[SIG_COUNT] = {
#define X(id, name) name,
	SIGNALS(X)
#undef X
};

uint32_t truth_below(struct truth *t, uint32_t n)
{
	uint64_t x = t->rng += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return n ? (uint32_t)((x ^ (x >> 31)) >> 16) % n : 0;
}

bool truth_chance(struct truth *t, int percent)
{
	return truth_below(t, 100) < (uint32_t)percent;
}

void truth_release(struct truth *t)
{
	vec_release(&t->decoys);
	vec_release(&t->lives);
}

bool truth_depends(const struct truth *t, int service, int on)
{
	for (int i = 0; i < t->services[service].n_deps; i++)
		if (t->services[service].deps[i] == on)
			return true;
	return false;
}

int64_t truth_begin(const struct truth *t)
{
	return t->causes[0].from;
}

/* ---- harm ---- */
static bool reaches(const struct truth *t, const struct cause *c, int service)
{
	return c->everybody || c->service == service || (c->spreads && truth_depends(t, service, c->service));
}

static bool active(const struct cause *c, int service, int64_t at)
{
	if (at - service * c->stagger < c->from || at >= c->until)
		return false;
	if (!c->good_for || !c->mended_at || at < c->mended_at)
		return true;
	return (at - c->mended_at) % (c->good_for + c->bad_for) >= c->good_for;
}

bool truth_harmed(const struct truth *t, int service, int64_t at)
{
	for (int i = 0; i < t->n_causes; i++)
		if (reaches(t, &t->causes[i], service) && active(&t->causes[i], service, at))
			return true;
	return false;
}

bool truth_bad(const struct truth *t, int service, enum signal_id g, int64_t at)
{
	for (int i = 0; i < t->n_causes; i++) {
		const struct cause *c = &t->causes[i];
		bool mended = (c->mended >> g & 1) && c->mended_at && at >= c->mended_at;
		if ((c->shows >> g & 1) && !mended && reaches(t, c, service) && active(c, service, at))
			return true;
	}
	return false;
}

/* ---- measuring ---- */
int64_t truth_window(const struct truth *t, enum signal_id g)
{
	switch (g) {
	case SIG_ERRORS: case SIG_FAULTS: case SIG_BURNT: return t->window;
	case SIG_HITS: return SEC(10);
	case SIG_LATENCY: case SIG_SIDE: case SIG_COUNT: return 0;
	}
	return 0;
}

double truth_traffic(const struct truth *t, int service, int64_t at)
{
	bool gone = t->traffic_goes && t->first_revert && at >= t->first_revert && t->services[service].deployed;
	return gone ? 0 : t->traffic;
}

/* How much of the window before this instant was bad. */
static double share_bad(const struct truth *t, int service, enum signal_id g, int64_t at)
{
	int64_t window = truth_window(t, g), step = window / 20;
	int bad = 0;
	if (!window)
		return truth_bad(t, service, g, at) ? 1 : 0;
	for (int i = 0; i < 20; i++)
		bad += truth_bad(t, service, g, at - i * step);
	return bad / 20.0 > t->sluggish ? bad / 20.0 : 0;
}

double truth_value(const struct truth *t, int service, enum signal_id g, int64_t at)
{
	double bad = share_bad(t, service, g, at), traffic;
	switch (g) {
	case SIG_ERRORS:
		traffic = truth_traffic(t, service, at);
		return traffic > 0 ? 0.004 + 0.5 * bad : 0;
	case SIG_BURNT: return 0.0005 + 0.4 * bad;
	case SIG_LATENCY: return 120 + 1400 * bad;
	case SIG_SIDE: return 0.01 + 0.6 * bad;
	case SIG_FAULTS: return 40 * bad;
	case SIG_HITS: return truth_traffic(t, service, at);
	case SIG_COUNT: break;
	}
	return 0;
}

/* ---- what was brought live ---- */
static void mend(struct cause *c, int64_t at)
{
	if (!c->mended_at)
		c->mended_at = at;
	switch (c->mends) {
	case MENDS_ALL:
		if (!c->good_for)
			c->until = at < c->until ? at : c->until;
		break;
	case MENDS_CHECKED:
		c->mended |= SHOWS(ERRORS) | SHOWS(LATENCY);
		break;
	case MENDS_NOTHING:
		break;
	}
}

void truth_fired(struct truth *t, int64_t now, int64_t done)
{
	if (t->first_revert)
		return;
	t->first_revert = done;
	for (int i = 0; i < t->n_causes; i++)
		if (t->bad_then[i] != NEVER)
			t->causes[i].from = done + t->bad_then[i] > now ? done + t->bad_then[i] : now;
}

void truth_live(struct truth *t, int service, const char *version, int64_t at)
{
	struct service *s = &t->services[service];
	if (strcmp(s->version, version) == 0)
		return;
	text_copy(s->before, sizeof s->before, s->version);
	text_copy(s->version, sizeof s->version, version);
	struct live *l = vec_push(&t->lives);
	l->service = service;
	l->at = at;
	text_copy(l->version, sizeof l->version, version);
	text_copy(l->wanted, sizeof l->wanted, s->wanted);
	for (int i = 0, n = t->n_causes; i < n; i++) {
		struct cause *c = &t->causes[i];
		if (c->service != service || !c->by_change || at < s->deployed)
			continue;
		if (strcmp(version, "42") != 0) {
			c->mends = strcmp(version, "40") == 0 ? MENDS_ALL : c->mends;
			mend(c, at);
		} else if (c->mended_at && t->n_causes < 4) { /* it came back, and its harm with it */
			struct cause back = *c;
			back.from = at;
			back.until = NEVER;
			back.mended = 0;
			back.mended_at = 0;
			t->bad_then[t->n_causes] = NEVER;
			t->causes[t->n_causes++] = back;
		}
	}
}

void truth_worse(struct truth *t, int service, int64_t at)
{
	if (t->n_causes >= 4)
		return;
	t->bad_then[t->n_causes] = NEVER;
	t->causes[t->n_causes++] = (struct cause){.service = service, .from = at, .until = NEVER, .shows = t->causes[0].shows, .mends = MENDS_NOTHING};
}

bool truth_served(const struct truth *t, int service, int64_t at)
{
	bool right = !(t->stuck && service == 0 && t->services[0].wanted[0]);
	vec_each(struct live, l, &t->lives)
		if (l->service == service && l->at <= at && !t->stuck)
			right = !l->wanted[0] || strcmp(l->wanted, l->version) == 0;
	return right;
}
