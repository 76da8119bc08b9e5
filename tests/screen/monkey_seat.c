/* Keys in, frames and asks out, and after each of them the rules. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "monkey.h"

void monkey_say(const struct monkey *m, const char *fmt, ...)
{
	va_list ap;

	if (!m->says)
		return;
	printf("  %4ld  %10.3f s  ", m->r->step, (double)(m->w.now.mono - 1000 * US_SECOND) / 1e6);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

struct sight monkey_sight(struct monkey *m)
{
	struct sight s = ui_sight(m->w.shown, &m->w.link, &m->w.now);

	ui_sight_back(&m->ui, m->past, &s);
	return s;
}

static const char *looked_at(struct monkey *m)
{
	struct sight s = monkey_sight(m);
	const struct model_incident *i = s.m ? ui_incident(&m->ui, s.m) : NULL;

	return i ? i->name : "";
}

/* What core/client's history does over a socket: as far as it comes this time. */
static void look_back(struct monkey *m)
{
	struct back *b = &m->ui.back;
	enum past_turn turn = PAST_THERE;
	long n = rng_chance(&m->rng, 800) ? -1 : (long)rng_below(&m->rng, 300);
	struct sight s;

	b->stop = false;
	if (b->wished) {
		b->wished = false;
		m->r->looks_back++;
		past_go(m->past, &b->wish, m->w.shown->seq);
	}
	while (b->waits && m->w.link.up && n-- && (turn = past_turn(m->past)) != PAST_THERE)
		if (turn == PAST_NEEDS)
			past_take(m->past, &m->w.journal.v[past_needs(m->past) - 1].e);
	if (!b->waits)
		return;
	s = ui_sight(m->w.shown, &m->w.link, &m->w.now);
	ui_back_moved(&m->ui, &s, m->past, m->w.link.up && turn == PAST_THERE, m->w.link.up ? "" : "no engine");
}

/* ---- asks leave ------------------------------------------------------------------------ */

static void count_verb(struct report *r, const char *verb)
{
	size_t i = 0;

	while (i < VERBS - 1 && *r->verbs[i].verb && strcmp(r->verbs[i].verb, verb) != 0)
		i++;
	text_copy(r->verbs[i].verb, sizeof r->verbs[i].verb, verb);
	r->verbs[i].n++;
}

void monkey_asks(void *ctx, const char *verb, const char *params, enum tag tag)
{
	struct monkey *m = ctx;

	monkey_say(m, "  -> %s %s", verb, params);
	count_verb(m->r, verb);
	m->r->asks++;
	m->r->fires += !strcmp(verb, "fire");
	m->r->arms += !strcmp(verb, "arm");
	if (strcmp(verb, "disarm") != 0 && !oracle_only_looks(verb) && ++m->asks_of_key > 1)
		oracle_no(&m->o, "one key asked for two things, the second is %s", verb);
	oracle_ask(&m->o, verb, params, m->cause, m->key, m->decoder_was_free ? m->feed : FEED_BROKEN, !m->ui.read_only && *m->ui.person, m->w.link.up);
	if (ui_looks_back(&m->ui) && !oracle_only_looks(verb) && strcmp(verb, "disarm") != 0)
		oracle_no(&m->o, "%s was asked by a console that shows the past", verb);
	world_ask(&m->w, verb, params, tag);
}

uint32_t monkey_random(void *ctx)
{
	struct monkey *m = ctx;

	return rng_next(&m->rng);
}

/* The clipboard is a key's alone, and gets nothing that a shell or an editor would obey. */
const char *monkey_copies(void *ctx, const char *text)
{
	struct monkey *m = ctx;
	char clean[20000];

	m->r->copies++;
	text_clean(clean, sizeof clean, text, strlen(text), 0);
	for (const char *p = text, *q = clean; *p && *q; p++, q++)
		if (*p == '\n' && !strncmp(q, "\xe2\x90\x8a", 3))
			q += 2; /* lines of ours */
		else if (*p != *q) {
			oracle_no(&m->o, "copied text is not clean at '%.40s'", p);
			break;
		}
	if (m->cause != CAUSE_KEY || (m->decoder_was_free && (m->feed == FEED_PASTE || m->feed == FEED_REPLY)))
		oracle_no(&m->o, "the clipboard was written and no key did it");
	return rng_chance(&m->rng, 800) ? "copied" : NULL;
}

/* ---- what must hold of the ui itself ------------------------------------------------------ */

static void check_ui(struct monkey *m)
{
	const struct ui *u = &m->ui;
	const struct prompt *p = &u->prompt;

	if (u->depth < 0 || u->depth >= PLACES)
		oracle_no(&m->o, "it stands %d places deep", u->depth);
	if (p->kind != PROMPT_NONE && (p->n >= sizeof p->text || strlen(p->text) != p->n || p->at > p->n || !utf8_valid(p->text, p->n)))
		oracle_no(&m->o, "the prompt's text is broken: %zu bytes, cursor at %zu", p->n, p->at);
	if (u->confirm.state != CONFIRM_NONE && (u->read_only || !*u->person))
		oracle_no(&m->o, "a panel stands on a console that only looks on");
}

void monkey_changing(void *ctx, bool before)
{
	struct monkey *m = ctx;
	struct place *p = ui_place(&m->ui);

	if (before)
		m->place = *p;
	else
		m->w.replaced = m->w.replaced ? (ui_model_gone(&m->ui), false) : false;
	if (!before && memcmp(&m->place, p, sizeof *p) != 0)
		oracle_no(&m->o, "what happened moved the cursor from '%s' to '%s'", m->place.cursor.name, p->cursor.name);
}

/* ---- frames --------------------------------------------------------------------------------- */

void monkey_keep_frame(struct monkey *m)
{
	struct buf b;

	buf_init(&b, sizeof m->r->frame - 1);
	cells_print(&m->frame, &b);
	text_copy(m->r->frame, sizeof m->r->frame, buf_str(&b));
	buf_release(&b);
}

/* The same ui at the same time gives the same frame, whoever asks. */
static void check_pure(struct monkey *m)
{
	struct sight s = monkey_sight(m);
	struct ui keep = m->ui;

	cells_init(&m->again, m->frame.rows, m->frame.cols);
	m->ui.health = health_new(); /* nothing that was kept may make a difference */
	ui_draw(&m->ui, &s, &m->again);
	health_free(m->ui.health);
	if (memcmp(m->again.v, m->frame.v, (size_t)m->frame.rows * (size_t)m->frame.cols * sizeof *m->frame.v) != 0)
		oracle_no(&m->o, "the same frame drawn twice is another one");
	cells_release(&m->again);
	m->ui = keep;
}

static void tick(struct monkey *m)
{
	struct sight s = monkey_sight(m);

	m->cause = CAUSE_TICK;
	m->asks_of_key = 0;
	ui_tick(&m->ui, &s);
	m->cause = CAUSE_NONE;
}

/* The mark stands in the line of the item that the cursor is on, and in no other. */
static void check_cursor(struct monkey *m)
{
	struct sight s = monkey_sight(m);
	struct scene sc;
	struct page p;
	int marked = -1, rows, cols = m->cols;
	const struct item *it;
	char want[2000], got[2000];

	if (m->ui.confirm.state != CONFIRM_NONE || *m->ui.message || m->rows < 12 || m->cols < 40) /* something may stand over it */
		return;
	scene_make(&sc, &m->ui, &s, m->rows, m->cols);
	cols -= sc.side ? 70 : 0;
	views_page(&sc, &p, cols);
	page_fit(&p, m->rows - header_rows(&sc) - 2);
	it = page_cursor_item(&p);
	rows = p.n;
	for (int row = header_rows(&sc); row < m->rows - 2; row++) {
		const struct cell *c = cells_at(&m->frame, row, 0);
		if (c->cp[0] != '>' || c->role != ROLE_KEY)
			continue;
		if (marked >= 0)
			oracle_no(&m->o, "two lines are marked, %d and %d", marked, row);
		marked = row;
	}
	if (!it != (marked < 0))
		oracle_no(&m->o, it ? "the cursor's item is on the page and no line is marked" : "line %d is marked and the cursor's item is not there", marked);
	if (it && marked >= 0) {
		struct cells whole;
		int line = it->line;
		cells_init(&whole, rows, cols);
		page_show(&p, &whole, 0, rows, 0, cols);
		oracle_row(&whole, line, want, sizeof want);
		oracle_row(&m->frame, marked, got, sizeof got);
		size_t n = strcspn(got, " ") < 20 ? 24 : 20; /* its beginning: at the end may stand " more " */
		if (strncmp(want, got, n < strlen(want) ? n : strlen(want)) != 0)
			oracle_no(&m->o, "the cursor is on '%.60s' and the line that is marked is '%.60s'", want, got);
		cells_release(&whole);
	}
	page_release(&p);
}

static void count_frame(struct monkey *m)
{
	struct sight s = monkey_sight(m);
	struct scene sc;

	scene_make(&sc, &m->ui, &s, m->frame.rows, m->frame.cols);
	m->r->screens[sc.screen % 16]++;
	m->r->views[(unsigned)ui_place(&m->ui)->view % 32]++;
	m->r->at_depth[m->ui.depth]++;
	m->r->in_panel += m->ui.confirm.state == CONFIRM_OPEN;
	m->r->frames++;
}

/* As console.c does it: the clock, then the size, then the frame, and only when it is out the letters count. */
void monkey_draw(struct monkey *m)
{
	struct sight s;
	int64_t wait;

	tick(m);
	look_back(m);
	s = monkey_sight(m);
	if (m->rows != m->frame.rows || m->cols != m->frame.cols) {
		cells_release(&m->frame);
		cells_init(&m->frame, m->rows, m->cols);
		m->cause = CAUSE_RESIZE;
		m->asks_of_key = 0;
		ui_resized(&m->ui, &s, m->rows, m->cols);
		m->cause = CAUSE_NONE;
		oracle_resized(&m->o);
	}
	ui_draw(&m->ui, &s, &m->frame);
	m->ui.redraw = false;
	if (m->r->frames % 16 == 0)
		check_pure(m);
	if (m->r->frames % 4 == 0)
		check_cursor(m);
	count_frame(m);
	struct now drawn_at = m->w.now;
	m->w.now.mono += 20 + rng_below(&m->rng, 3000);
	m->w.now.at += m->w.now.mono - drawn_at.mono;
	ui_shown(&m->ui, m->w.now.mono);
	m->r->in_past += ui_looks_back(&m->ui);
	if (ui_looks_back(&m->ui) != m->was_back)
		*m->o.clock_of = 0; /* another moment */
	m->was_back = ui_looks_back(&m->ui);
	oracle_frame(&m->o, s.m, looked_at(m), ui_looks_back(&m->ui) ? NULL : &drawn_at, &m->frame, m->w.now.mono);
	if (m->ui.confirm.state == CONFIRM_OPEN && confirm_can_fire(&m->ui.confirm) && m->rows >= 12 && m->cols >= 40 && !m->o.shown)
		oracle_no(&m->o, "a panel that can fire shows no letters (%dx%d)", m->cols, m->rows);
	wait = ui_wait(&m->ui, &s);
	if (wait == 0 || wait > US_MINUTE)
		oracle_no(&m->o, "the next frame would come in %lld us", (long long)wait);
	check_ui(m);
	if (*m->o.why)
		monkey_keep_frame(m);
}

/* ---- what comes from the engine ----------------------------------------------------------------- */

void monkey_answered(void *ctx, enum tag tag, const char *verb, enum status st, const struct json *result, const struct fault *f)
{
	struct monkey *m = ctx;
	struct sight s = monkey_sight(m);
	enum confirm_state before = m->ui.confirm.state;

	monkey_say(m, "  <- %s: %d %s", verb, (int)st, f ? f->what : "");
	m->cause = CAUSE_ANSWER;
	m->asks_of_key = 0;
	ui_answer(&m->ui, &s, tag, verb, st, result, f);
	m->cause = CAUSE_NONE;
	if (tag == TAG_ARM && before == CONFIRM_ASKING && m->ui.confirm.state == CONFIRM_OPEN) {
		m->r->panels++;
		oracle_armed(&m->o, m->w.shown, result, m->w.now.mono);
	}
	if (tag == TAG_FIRE && m->ui.confirm.state == CONFIRM_FIRING)
		oracle_no(&m->o, "fire was answered and the panel still waits");
	if (rng_chance(&m->rng, 900))
		monkey_draw(m);
}

void monkey_told(void *ctx, const struct json *what)
{
	struct monkey *m = ctx;
	struct sight s = monkey_sight(m);

	m->cause = CAUSE_TELL;
	m->asks_of_key = 0;
	ui_tell(&m->ui, &s, what);
	m->cause = CAUSE_NONE;
}

void monkey_down(void *ctx, const char *why)
{
	struct monkey *m = ctx;
	struct sight s = monkey_sight(m);

	m->cause = CAUSE_DOWN;
	m->asks_of_key = 0;
	ui_down(&m->ui, &s, why);
	m->cause = CAUSE_NONE;
}

/* ---- keys ---------------------------------------------------------------------------------------- */

/* q while commanding must have been typed twice. */
static void left(struct monkey *m)
{
	const struct model_incident *i = m->w.shown ? ui_incident(&m->ui, m->w.shown) : NULL;

	if (i && i->commander && !m->ui.read_only && !strcmp(i->commander, m->ui.person) && m->w.now.mono - m->leave_at > 5 * US_SECOND)
		oracle_no(&m->o, "it left at the first q while commanding %s", i->name);
	m->r->quits++;
}

void monkey_key(void *ctx, const struct key *k)
{
	struct monkey *m = ctx;
	struct sight s = monkey_sight(m);

	m->r->keys++;
	m->cause = CAUSE_KEY;
	m->key = k;
	m->asks_of_key = 0;
	oracle_key(&m->o, k, m->feed, m->decoder_was_free);
	ui_key(&m->ui, &s, k);
	m->cause = CAUSE_NONE;
	m->key = NULL;
	check_ui(m);
	look_back(m);
	if (m->ui.quit)
		left(m);
	if (m->ui.leave_asked == m->w.now.mono)
		m->leave_at = m->w.now.mono;
	m->r->suspends += m->ui.suspend;
	m->ui.quit = m->ui.suspend = m->ui.theme_changed = false;
}

/* ---- time ------------------------------------------------------------------------------------------ */

/* Time passes up to `to`; what is due by itself on the way happens in its order. */
void monkey_pass(struct monkey *m, int64_t us)
{
	int64_t to = m->w.now.mono + us, second = m->w.now.mono + US_SECOND;
	int ticks = 0;

	for (;;) {
		int64_t next = to, esc = keys_wait(&m->keys, m->w.now.mono), due = world_due(&m->w);
		if (esc >= 0 && m->w.now.mono + esc < next)
			next = m->w.now.mono + esc;
		if (due < next)
			next = due;
		if (second < next && ticks < 4)
			next = second;
		if (next > m->w.now.mono) {
			m->w.now.at += next - m->w.now.mono;
			m->w.now.mono = next;
		}
		keys_tick(&m->keys, m->w.now.mono, monkey_key, m);
		world_run(&m->w);
		if (next == second) {
			world_tick(&m->w);
			monkey_draw(m);
			ticks++;
			second = m->w.now.mono + (ticks < 3 ? US_SECOND : us / 3 + 1);
		}
		if (*m->o.why || m->w.now.mono >= to)
			return;
	}
}

void monkey_feed(struct monkey *m, const char *bytes, size_t n, enum fed what)
{
	long before = m->r->keys;

	m->feed = what;
	m->decoder_was_free = (m->keys.state == KEYS_GROUND || m->keys.state == KEYS_ESC_LONE) && !m->keys.pasting && !m->keys.need_utf8;
	keys_feed(&m->keys, bytes, n, m->w.now.mono, monkey_key, m);
	m->feed = FEED_BROKEN; /* what time makes of the rest */
	m->r->swallowed += m->r->keys == before;
	if (m->o.shown || m->ui.confirm.state != CONFIRM_NONE || rng_chance(&m->rng, 950))
		monkey_draw(m);
}

void monkey_type(struct monkey *m, const char *s, int64_t most)
{
	size_t len;

	for (; *s && !*m->o.why; s += len) {
		uint32_t cp;
		len = utf8_next(s, strlen(s), &cp);
		len = len ? len : 1;
		monkey_feed(m, s, len, FEED_TYPED);
		monkey_pass(m, 15000 + (int64_t)rng_below(&m->rng, (uint32_t)most));
	}
}
