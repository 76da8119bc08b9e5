/* feed/past: the model as it was is the model that was, whichever way one comes
 * to it, and its memory has a bound. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feed/past.h"
#include "story.h"

/* ---- a long story -------------------------------------------------------------------- */

static uint32_t seed = 11;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void samples(struct story *s, double *t, int n)
{
	for (int i = 0; i < n; i++) {
		story_at(s, *t += 5);
		story_sample(s, chance(2) ? "auth/fails" : "ledger/errors", chance(40) ? chance(100) / 100.0 : NAN);
	}
}

static void row(struct story *s, const char *name, const char *state)
{
	char at[INSTANT_LEN];
	story_eventf(s, "rubric", NULL, "engine", "{'row':'%s','service':'auth','signal':'fails','state':'%s','value':0.6,'since':'%s','since_mono':%lld}",
		name, state, instant_print(s->now.at, at), (long long)s->now.mono);
}

static const char *incident(int n, char out[24])
{
	(void)snprintf(out, 24, "INC-%d", n);
	return out;
}

/* One incident from its breach to its close, with everything between that the timeline knows. */
static void play_incident(struct story *s, double *t, int n)
{
	char name[24];
	incident(n, name);
	row(s, "locked-out", "pending");
	samples(s, t, 3);
	row(s, "locked-out", "breached");
	samples(s, t, 4);
	story_event(s, "incident.declared", name, "maya", "{'title':'users cannot log in','services':['auth']}");
	story_event(s, "commander", name, "maya", "{'person':'maya','how':'declared'}");
	story_event(s, "report", NULL, "ravi", "{'signal':'cannot_login','service':'auth','note':'me too'}");
	samples(s, t, 6);
	story_event(s, "action.armed", name, "maya", "{'action':'auth-rollback','service':'auth'}");
	story_event(s, "action.disarmed", name, "maya", "{'action':'auth-rollback','service':'auth','why':'a wrong key'}");
	story_event(s, "action.armed", name, "maya", "{'action':'auth-rollback','service':'auth'}");
	samples(s, t, 1);
	story_eventf(s, "action.requested", name, "maya",
		"{'key':'%s/1','op':'o%d','digest':'d','a':{'name':'auth-rollback','service':'auth','class':'reverse','level':2,'verb':'rollback',"
		"'target':{'dir':'/srv/auth'},'from':'2','to':'1'},'backend':'hosts','by':'maya','reason':'r','confirmed_s':120,'ask':'a%d'}", name, n, n);
	story_eventf(s, "action.fired", name, "maya", "{'key':'%s/1','op':'o%d','digest':'d','deadline_s':60}", name, n);
	samples(s, t, 2);
	story_eventf(s, "action.progress", name, "plugin:hosts", "{'key':'%s/1','share':0.5,'text':'half'}", name);
	samples(s, t, 2);
	story_eventf(s, "action.ended", name, "plugin:hosts", "{'key':'%s/1','op':'o%d','outcome':'%s','changed':'full','detail':'24 of 24'}", name,
		n, n % 3 ? "done" : "unknown");
	story_event(s, "pin", name, "engine", "{'service':'auth','version':'2','what':'set','reason':'reverted'}");
	story_deploy(s, "auth", "1", "2");
	for (int i = 0; i < 3; i++) {
		samples(s, t, 1);
		story_event(s, "verify", name, "engine", "{'service':'auth','state':'waiting','checks':[{'name':'fails','from':'kit','state':'good','was_bad':true}]}");
	}
	row(s, "locked-out", "clear");
	story_event(s, "report", NULL, "ravi", "{'signal':'cannot_login','service':'auth','note':'fine','gone':true}");
	story_event(s, "verify", name, "engine", "{'service':'auth','state':'passed','checks':[]}");
	story_event(s, "note", name, "ravi", "{'text':'it was the tokens'}");
	samples(s, t, 2);
	story_event(s, "incident.closed", name, "maya", "{'as':'reverted','reason':''}");
	story_event(s, "pin", NULL, "maya", "{'service':'auth','version':'2','what':'released','reason':''}");
	story_deploy(s, "auth", "2", "1");
}

static void tell_story(struct story *s, size_t events)
{
	double t = 10;
	story_init(s, true);
	for (int n = 1; s->kinds.n < events; n++) {
		samples(s, &t, (int)chance(400));
		if (chance(3) == 0)
			story_event(s, "change", NULL, "plugin:hosts", "{'backend':'hosts','service':'auth','what':'flag','name':'new','from':'off','to':'on','by':'lena'}");
		if (chance(4) == 0)
			story_event(s, "engine", NULL, "engine", "{'what':'started','host':'h','pid':1,'version':'0','reducer':1}");
		if (chance(5) == 0)
			story_event(s, "freeze", NULL, "lena", "{'service':'ledger','what':'set','by':'lena','reason':'month end'}");
		play_incident(s, &t, n);
	}
}

/* ---- the story as a source ---------------------------------------------------------------- */

static void event_of(const struct story *s, int64_t seq, struct event *out)
{
	const struct story_kept *k = &s->kept.v[seq - 1];
	static const unsigned char none[SHA_LEN];
	*out = (struct event){.seq = seq, .at = k->now.at, .boot = k->now.boot, .mono = k->now.mono, .incident = k->incident,
		.kind = s->kinds.v[seq - 1], .actor = k->actor, .body = s->bodies.v[seq - 1], .body_len = strlen(s->bodies.v[seq - 1])};
	memcpy(out->chain, none, SHA_LEN);
	memcpy(out->chain, &seq, sizeof seq);
}

static size_t pages;

/* Run until it is there, with pages as the engine would give them. */
static int64_t run(struct past *p, const struct story *s, int64_t page)
{
	enum past_turn t;
	size_t turns = 0;
	while ((t = past_turn(p)) != PAST_THERE) {
		int64_t from = past_needs(p);
		assert_true(++turns < 1000000);
		if (t != PAST_NEEDS) {
			assert_true(from == 0 || from == past_model(p)->seq + 1);
			continue;
		}
		assert_int_equal(from, past_model(p)->seq + 1);
		pages++;
		for (int64_t seq = from; seq < from + page && seq <= (int64_t)s->kinds.n; seq++) {
			struct event e;
			event_of(s, seq, &e);
			past_take(p, &e);
		}
	}
	return past_model(p)->seq;
}

static int64_t step(struct past *p, const struct story *s, int64_t from, int dir, unsigned marks)
{
	struct past_wish w = {.how = PAST_STEP, .dir = dir, .marks = marks, .from = from};
	past_go(p, &w, (int64_t)s->kinds.n);
	return run(p, s, 100);
}

static int64_t go_to(struct past *p, const struct story *s, int64_t at)
{
	struct past_wish w = {.how = PAST_TIME, .at = at};
	past_go(p, &w, (int64_t)s->kinds.n);
	return run(p, s, 100);
}

static void digest(const struct model *m, unsigned char out[SHA_LEN])
{
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	model_dump(m, true, &b);
	assert_false(b.failed);
	sha256(buf_str(&b), b.len, out);
	buf_release(&b);
}

struct truth { unsigned char sha[SHA_LEN]; bool line, phase; };

static const char *trouble(const struct model *m)
{
	const char *worst = "";
	vec_each(const struct model_row, r, &m->rows)
		worst = r->state == ROW_BREACHED ? "breached" : r->state == ROW_PENDING ? "pending" : worst;
	return worst;
}

/* What each event leaves, by folding 1 .. k without any way back. */
static struct truth *truths(const struct story *s)
{
	struct truth *t = mem_new((s->kinds.n + 1) * sizeof *t);
	struct model *m = model_new();
	char was[200] = "";
	for (int64_t k = 1; k <= (int64_t)s->kinds.n; k++) {
		struct event e;
		char is[200];
		struct phases ph;
		const struct model_incident *i = NULL;
		event_of(s, k, &e);
		model_reduce(m, &e);
		digest(m, t[k].sha);
		t[k].line = m->lines.n && m->lines.v[m->lines.n - 1].seq == k;
		model_open_incidents(m, &i);
		if (i) {
			phases_of(m, i, &ph);
			(void)snprintf(is, sizeof is, "%s", i->name);
			for (int n = 0; n < PHASE_COUNT; n++)
				(void)snprintf(is + strlen(is), sizeof is - strlen(is), " %d", ph.at[n].at != 0);
		} else
			(void)snprintf(is, sizeof is, "%s", trouble(m));
		t[k].phase = strcmp(was, is) != 0;
		memcpy(was, is, sizeof was);
	}
	model_free(m);
	return t;
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* One story for the tests that look at all of it. */
static struct story long_story;
static struct truth *long_truth;

static int tell_once(void **state)
{
	(void)state;
	tell_story(&long_story, 5200);
	long_truth = truths(&long_story);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	free(long_truth);
	story_release(&long_story);
	return 0;
}

static const struct past_bounds tight = {.spots = 400000, .events = 60000, .stride = 300};

static void is_what_it_was(const struct past *p, const struct truth *t)
{
	unsigned char sha[SHA_LEN];
	digest(past_model(p), sha);
	if (memcmp(sha, t[past_model(p)->seq].sha, SHA_LEN) != 0)
		fail_msg("event %lld is not as it was", (long long)past_model(p)->seq);
}

/* To any moment and back: the model is the one that folding 1 .. k gives, to the byte. */
static void the_past_is_what_was(void **state)
{
	struct story s = long_story;
	struct truth *t = long_truth;
	(void)state;
	int64_t n = (int64_t)s.kinds.n, forth = 0, back = 0;
	for (int bounds = 0; bounds < 2; bounds++) {
		struct past *p = past_new(bounds ? &tight : NULL);
		int64_t here = 0;
		for (int i = 0; i < 120; i++) {
			int64_t k = 1 + chance((uint32_t)n);
			int64_t got = go_to(p, &s, s.kept.v[k - 1].now.at);
			assert_true(got >= k); /* events of one instant come and go together */
			assert_true(got == n || s.kept.v[got].now.at > s.kept.v[k - 1].now.at);
			assert_true(s.kept.v[got - 1].now.at == s.kept.v[k - 1].now.at);
			forth += got > here;
			back += got < here;
			here = got;
			is_what_it_was(p, t);
		}
		past_free(p);
	}
	assert_true(forth > 60 && back > 60);
}

/* Event by event through all of it, both ways, by each kind of mark: none is left out, none is made up. */
static void steps_leave_nothing_out(void **state)
{
	static const unsigned marks[] = {MARK_EVENT, MARK_PHASE, MARK_DECISION};
	struct story s = long_story;
	struct truth *t = long_truth;
	size_t seen[3] = {0};
	(void)state;
	int64_t n = (int64_t)s.kinds.n;
	struct past *p = past_new(&tight);
	for (size_t i = 0; i < COUNT(marks); i++) {
		int64_t here = n + 1, next;
		int64_t *way = mem_new((size_t)n * sizeof *way);
		while ((next = step(p, &s, here, -1, marks[i]), past_found(p) == PAST_FOUND)) {
			assert_true(next < here);
			for (int64_t k = next + 1; k < here; k++)
				row_true(k, marks[i] == MARK_EVENT ? !t[k].line : marks[i] == MARK_PHASE ? !t[k].phase : true);
			row_true(next, marks[i] == MARK_PHASE ? t[next].phase : t[next].line);
			if (next % 23 == 0)
				is_what_it_was(p, t);
			way[seen[i]++] = here = next;
		}
		assert_int_equal(past_model(p)->seq, here); /* nothing earlier: it stays where it is */
		for (size_t k = seen[i]; k-- > 1;) {
			next = step(p, &s, here, 1, marks[i]);
			assert_int_equal(past_found(p), PAST_FOUND);
			assert_int_equal(next, way[k - 1]);
			if (next % 23 == 0)
				is_what_it_was(p, t);
			here = next;
		}
		assert_int_equal(step(p, &s, here, 1, marks[i]), here);
		assert_int_equal(past_found(p), PAST_NO_LATER);
		free(way);
	}
	assert_true(seen[0] > seen[2] && seen[2] > seen[1] && seen[1] > 50);
	past_free(p);
}

/* Before the first event there is nothing, behind the last one the last. */
static void the_ends_are_ends(void **state)
{
	struct story s;
	(void)state;
	tell_story(&s, 500);
	struct past *p = past_new(NULL);
	assert_int_equal(go_to(p, &s, STORY_BASE - US_DAY), 1);
	assert_int_equal(past_found(p), PAST_NO_EARLIER);
	assert_int_equal(go_to(p, &s, STORY_BASE + 365 * US_DAY), (int64_t)s.kinds.n);
	assert_int_equal(past_found(p), PAST_FOUND);
	past_free(p);
	story_release(&s);
}

/* What happens meanwhile is found when one goes there, and not before. */
static void the_journal_grows_meanwhile(void **state)
{
	struct story s;
	(void)state;
	tell_story(&s, 800);
	struct past *p = past_new(&tight);
	int64_t n = (int64_t)s.kinds.n, here = step(p, &s, n + 1, -1, MARK_PHASE);
	while (past_found(p) == PAST_FOUND && here > 300)
		here = step(p, &s, here, -1, MARK_PHASE);
	story_event(&s, "note", NULL, "ravi", "{'text':'news'}");
	assert_int_equal(past_model(p)->seq, here);
	here = step(p, &s, n, 1, MARK_DECISION);
	assert_int_equal(past_found(p), PAST_FOUND);
	assert_int_equal(here, n + 1);
	past_free(p);
	story_release(&s);
}

/* Fifty thousand events, most with one signal: memory stays under its bounds all the way, and no way back is lost. */
static void memory_has_a_bound(void **state)
{
	static const struct past_bounds b = {.spots = (size_t)2 << 20, .events = (size_t)1 << 20, .stride = 500};
	struct story s;
	size_t most = 0;
	(void)state;
	tell_story(&s, 50000);
	struct past *p = past_new(&b);
	struct past_wish w = {.how = PAST_TIME, .at = INT64_MAX};
	past_go(p, &w, (int64_t)s.kinds.n);
	for (enum past_turn t; (t = past_turn(p)) != PAST_THERE;) {
		struct event e;
		if (t == PAST_NEEDS) {
			event_of(&s, past_needs(p), &e);
			past_take(p, &e);
		}
		most = past_bytes(p) > most ? past_bytes(p) : most;
	}
	assert_int_equal(past_model(p)->seq, (int64_t)s.kinds.n);
	assert_true(most < b.spots + b.events + 200000);
	assert_true(most > b.spots / 2); /* and the bound was reached */
	pages = 0;
	step(p, &s, (int64_t)s.kinds.n - 3000, -1, MARK_EVENT);
	assert_true(pages * 100 < 6000); /* the last minutes are at hand: no fold from the beginning */
	past_free(p);
	story_release(&s);
}

/* Marks of ten times what they have room for: still found, then to a few events. */
static void marks_grow_coarser(void **state)
{
	struct marks m;
	(void)state;
	marks_init(&m, 1024, 16);
	for (int64_t k = 1; k <= 20000; k++)
		marks_add(&m, k, k % 100 == 0 ? MARK_EVENT : 0, k * 10);
	assert_true(m.cap <= 1024 && m.times.n <= 16);
	int64_t fuzz = (INT64_C(1) << m.shift) - 1, k = 20001;
	assert_true(fuzz > 0 && fuzz < 32);
	for (int64_t expect = 20000; expect >= 100; expect -= 100) {
		k = marks_find(&m, k, -1, MARK_EVENT);
		assert_true(k >= expect && k <= expect + fuzz);
	}
	assert_int_equal(marks_find(&m, k, -1, MARK_EVENT), 0);
	assert_int_equal(marks_find(&m, k, -1, MARK_PHASE), 0);
	for (int64_t expect = 200; expect <= 20000; expect += 100) {
		k = marks_find(&m, k, 1, MARK_EVENT);
		assert_true(k >= expect && k <= expect + fuzz);
	}
	assert_int_equal(marks_find(&m, k, 1, MARK_EVENT), 0);
	for (int64_t at = 10; at <= 200000; at += 777) {
		int64_t near = marks_near(&m, at);
		assert_true(near >= 1 && near * 10 <= at && at / 10 - near < 4096);
	}
	assert_int_equal(marks_near(&m, 9), 0);
	marks_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_past_is_what_was),
		cmocka_unit_test(steps_leave_nothing_out),
		cmocka_unit_test(the_ends_are_ends),
		cmocka_unit_test(the_journal_grows_meanwhile),
		cmocka_unit_test(memory_has_a_bound),
		cmocka_unit_test(marks_grow_coarser),
	};
	return cmocka_run_group_tests(tests, tell_once, forget);
}
