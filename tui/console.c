/* The console's loop: bytes, the engine's words and time come in on one libuv
 * loop, frames go out.  At most one frame a turn of the loop, and none where
 * nothing changed. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"
#include "base/os.h"
#include "base/text.h"
#include "client/history.h"
#include "tui/find.h"
#include "tui/front.h"
#include "tui/linear/linear.h"
#include "tui/own.h"
#include "tui/ui/late.h"
#include "tui/line.h"
#include "tui/linear/plain.h"
#include "tui/ui/scene.h"
#include "tui/screen/term.h"
#include "tui/tui.h"

#define SILENT_AFTER (2 * US_SECOND)
#define FIRST_PAINT (400 * 1000) /* a console on a living engine waits this long for its first snapshot */
#define CALM_EVERY (5 * US_SECOND) /* a screen that nothing moves on need not follow each figure behind it */
#define FRAME_EVERY (33 * 1000)  /* the pace of frames that no key asked for, but one: what samples decided comes right behind them */

struct console {
	uv_loop_t loop;
	uv_poll_t tty, out;       /* out: while the terminal takes no more */
	uv_prepare_t before_wait;
	uv_timer_t timer, esc;
	uv_signal_t signals[5];
	int n_signals, signal;
	struct client *client;
	struct history *history;  /* NULL until somebody looks back */
	struct link link;
	struct ui ui;
	struct keys keys;
	struct line line;
	struct own own;
	struct cells frame;
	struct linear *linear;    /* lines instead of frames; NULL: a screen */
	struct now now;
	int64_t opened, drawn, drawn_before; /* mono */
	bool dirty, keyed, painted, ended, lost_tty;
	bool calm, owed;          /* calm: nothing on the screen moves by the second; owed: figures came that it may show */
	bool stuck;               /* the last frame is not out yet: no other is made */
};

/* ---- what a key and a frame are made from ------------------------------------------ */

static struct sight sight_live(struct console *c)
{
	os_now(&c->now);
	c->link.up = c->client && client_is_up(c->client);
	c->link.beat_age = c->client ? client_beat_age(c->client, &c->now) : -1;
	c->link.line = pulse_line(&c->line.pulse, c->now.mono);
	c->link.unanswered = c->client ? client_unanswered(c->client, &c->now, &c->link.unanswered_verb) : -1;
	return ui_sight(c->client ? client_model(c->client) : NULL, &c->link, &c->now);
}

static struct sight sight(struct console *c)
{
	struct sight s = sight_live(c);

	ui_sight_back(&c->ui, c->history ? history_past(c->history) : NULL, &s);
	return s;
}

/* ---- looking back ------------------------------------------------------------------ */

/* A part of the way was made; small ones are seen only when they have led somewhere. */
static void past_moved(void *ctx)
{
	struct console *c = ctx;
	struct sight s = sight_live(c);
	bool there = history_there(c->history);

	ui_back_moved(&c->ui, &s, history_past(c->history), there, history_why(c->history));
	c->dirty = c->dirty || there || back_slow(&c->ui.back, &s.real);
	c->keyed = c->keyed || (there && !c->ui.back.playing);
}

/* What a key or the time asked for. */
static void past_wished(struct console *c)
{
	struct back *b = &c->ui.back;

	if (b->stop && c->history)
		history_stop(c->history);
	b->stop = false;
	if (!b->wished)
		return;
	b->wished = false;
	if (!c->history)
		c->history = history_new(&c->loop, c->client, past_moved, c);
	ui_model_gone(&c->ui); /* the one shown may go at once */
	history_go(c->history, &b->wish);
	ui_model_gone(&c->ui); /* the way may begin with another model than the one shown */
}

static void end(struct console *c)
{
	c->ended = true;
	uv_stop(&c->loop);
}

static void timer_fired(uv_timer_t *t)
{
	struct console *c = t->data;

	c->dirty = true;
}

/* Wake up when the frame will have changed by itself, or when the engine will have been silent for too long. */
static void timer_set(struct console *c, const struct sight *s)
{
	bool look;
	int64_t wait = ui_wait(&c->ui, s), silent = SILENT_AFTER - c->link.beat_age;

	c->calm = !c->linear && !ui_looks_back(&c->ui) && ui_by_minutes(&c->ui, s);
	if (c->link.up && c->link.beat_age >= 0 && silent > 0 && (wait < 0 || silent < wait))
		wait = silent;
	wait = late_wait(c->link.unanswered, wait, &look);
	if (look)
		client_look(c->client);
	if (wait >= 0)
		uv_timer_start(&c->timer, timer_fired, (uint64_t)(wait / 1000 + 1), 0);
}

/* The terminal has all of the frame. */
static void frame_out(struct console *c)
{
	if (c->ui.shows_letters && !c->ui.confirm.ch.drawn)
		front_flush_input(); /* what was typed before these letters stood there was not meant for them */
	os_now(&c->now);
	ui_shown(&c->ui, c->now.mono);
}

/* A terminal that had stopped taking bytes takes them again. */
static void writable(uv_poll_t *p, int status, int events)
{
	struct console *c = p->data;

	(void)status;
	(void)events;
	if (!front_flush())
		return;
	uv_poll_stop(&c->out);
	c->stuck = false;
	if (front_is_gone())
		end(c);
	if (!c->dirty) /* else the frame is an old one, and so may be its letters */
		frame_out(c);
}

/* Nobody reads what we say any more. */
static void unread(uv_poll_t *p, int status, int events)
{
	struct console *c = p->data;

	if (status < 0 || events & UV_DISCONNECT) {
		c->lost_tty = true;
		end(c);
	}
}

static void draw_frame(struct console *c, const struct sight *s)
{
	int rows, cols;

	term_size(&rows, &cols);
	if (rows != c->frame.rows || cols != c->frame.cols) {
		cells_release(&c->frame);
		cells_init(&c->frame, rows, cols);
		term_resize(rows, cols);
		ui_resized(&c->ui, s, rows, cols);
	}
	c->ui.ascii = term_is_ascii();
	ui_draw(&c->ui, s, &c->frame);
	if (c->ui.cues.ring && !c->ui.bell_off)
		term_bell();
	c->ui.cues.ring = false;
	line_ask(&c->line, &c->ui, s->m, c->now.mono);
	c->stuck = !term_draw(&c->frame, c->ui.redraw);
	c->ui.redraw = false;
}

/* A window has no part in it: what is said stays said whatever its size. */
static void draw_lines(struct console *c, const struct sight *s)
{
	linear_say(c->linear, &c->ui, s);
	c->stuck = !plain_write(linear_text(c->linear), strlen(linear_text(c->linear)));
	linear_written(c->linear);
	if (front_is_gone())
		end(c);
}

static void draw(struct console *c)
{
	struct sight s = sight(c);

	ui_tick(&c->ui, &s);
	past_wished(c);
	s = sight(c);
	if (c->linear)
		draw_lines(c, &s);
	else
		draw_frame(c, &s);
	if (*c->ui.curves_of)
		client_want_curves(c->client, c->ui.curves_of);
	c->painted = true;
	c->drawn_before = c->drawn;
	c->drawn = c->now.mono;
	c->dirty = c->keyed = c->owed = false;
	if (c->stuck)
		uv_poll_start(&c->out, UV_WRITABLE, writable);
	else
		frame_out(c);
	timer_set(c, &s);
}

/* Once a turn, before the loop waits. */
static void before_wait(uv_prepare_t *p)
{
	struct console *c = p->data;
	int64_t since;

	if (!c->dirty || c->ended || c->stuck)
		return;
	os_now(&c->now);
	since = c->now.mono - c->drawn;
	if (!c->painted && !c->keyed && !client_model(c->client) && c->now.mono - c->opened < FIRST_PAINT)
		uv_timer_start(&c->timer, timer_fired, FIRST_PAINT / 1000 / 4, 0);
	else if (!c->keyed && c->painted && since < FRAME_EVERY && c->drawn - c->drawn_before < 3 * FRAME_EVERY)
		uv_timer_start(&c->timer, timer_fired, (uint64_t)((FRAME_EVERY - since) / 1000 + 1), 0);
	else
		draw(c);
}

/* ---- the engine ------------------------------------------------------------------------ */

struct asked {
	struct console *c;
	enum tag tag;
	char verb[24];
};

static void answered(void *ctx, enum status st, const struct json *result, const struct fault *f)
{
	struct asked *a = ctx;
	struct console *c = a->c;

	if (!c->ended) {
		struct sight s = sight(c);
		ui_answer(&c->ui, &s, a->tag, a->verb, st, result, f);
		c->dirty = c->keyed = true;
	}
	free(a);
}

static void ask(void *ctx, const char *verb, const char *params, enum tag tag)
{
	struct console *c = ctx;
	struct asked *a = mem_new(sizeof *a);

	a->c = c;
	a->tag = tag;
	text_copy(a->verb, sizeof a->verb, verb);
	client_ask(c->client, verb, "key", params, NULL, answered, a);
}

static uint32_t fresh(void *ctx)
{
	uint32_t v;

	(void)ctx;
	os_random(&v, sizeof v);
	return v;
}

static const char *copy(void *ctx, const char *text)
{
	(void)ctx;
	return term_copy(text);
}

static void on_up(struct client *cl, void *ctx)
{
	struct console *c = ctx;
	const char *who = client_person(cl);

	c->link.ever = true;
	c->link.why[0] = 0;
	text_copy(c->ui.person, sizeof c->ui.person, who ? who : "");
	snprintf(c->ui.seat, sizeof c->ui.seat, "uid:%lld", (long long)getuid());
	c->dirty = true;
}

static void on_snapshot(struct client *cl, void *ctx)
{
	struct console *c = ctx;

	(void)cl;
	ui_model_gone(&c->ui);
	c->dirty = true;
}

static void on_event(struct client *cl, void *ctx, const struct event *e)
{
	struct console *c = ctx;

	(void)cl;
	if (c->calm && !strcmp(e->kind, "samples"))
		c->owed = true; /* what they mean comes as an event of its own */
	else
		c->dirty = true;
}

static void on_tell(struct client *cl, void *ctx, const struct json *what)
{
	struct console *c = ctx;
	struct sight s = sight(c);

	(void)cl;
	ui_tell(&c->ui, &s, what);
	c->dirty = c->keyed = true;
}

static void on_beat(struct client *cl, void *ctx)
{
	struct console *c = ctx;

	(void)cl;
	if (c->link.beat_age > SILENT_AFTER)
		c->dirty = true; /* it speaks again */
	struct sight s = sight(c);
	if (c->owed && c->now.mono - c->drawn >= CALM_EVERY)
		c->dirty = true;
	if (!c->dirty)
		timer_set(c, &s);
}

static void on_down(struct client *cl, void *ctx, const struct fault *why)
{
	struct console *c = ctx;
	struct sight s = sight(c);

	(void)cl;
	snprintf(c->link.why, sizeof c->link.why, "%s%s%s", why ? why->what : "", why && *why->mend ? "; " : "", why ? why->mend : "");
	ui_down(&c->ui, &s, why ? why->what : "the engine went away");
	c->dirty = c->keyed = true;
}

/* ---- the terminal -------------------------------------------------------------------------- */

static void resumed(struct console *c)
{
	struct sight s = sight(c);

	keys_init(&c->keys);
	c->line.answers = 0;
	ui_resized(&c->ui, &s, c->ui.rows, c->ui.cols);
	c->dirty = c->keyed = true;
}

static void suspend(struct console *c)
{
	line_await(&c->line, &c->keys);
	front_suspend();
	resumed(c);
}

static void key(void *ctx, const struct key *k)
{
	struct console *c = ctx;
	struct sight s = sight(c);

	if (c->linear)
		linear_key(c->linear, &c->ui, &s, k);
	else
		ui_key(&c->ui, &s, k);
	past_wished(c);
	c->dirty = c->keyed = c->line.typed = true;
	if (c->ui.theme_changed) {
		own_theme_change(&c->own, &c->ui, &s);
		term_theme(&c->own.theme);
	}
	if (c->ui.quit)
		end(c);
}

static void esc_due(uv_timer_t *t);

static void esc_set(struct console *c)
{
	int64_t wait = keys_wait(&c->keys, c->now.mono);

	if (wait >= 0)
		uv_timer_start(&c->esc, esc_due, (uint64_t)(wait / 1000 + 1), 0);
}

static void esc_due(uv_timer_t *t)
{
	struct console *c = t->data;

	os_now(&c->now);
	keys_tick(&c->keys, c->now.mono, key, c);
	esc_set(c);
}

static void typed(uv_poll_t *p, int status, int events)
{
	struct console *c = p->data;
	char bytes[4096];
	ssize_t n;

	(void)events;
	n = status < 0 ? -1 : read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0 && status >= 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) { /* the terminal is gone; nothing ends with it */
		c->lost_tty = true;
		end(c);
		return;
	}
	os_now(&c->now);
	keys_feed(&c->keys, bytes, (size_t)n, c->now.mono, key, c);
	c->dirty = line_read(&c->line, &c->keys, c->now.mono) || c->dirty;
	esc_set(c);
	if (c->ui.suspend && !c->ended) {
		c->ui.suspend = false;
		suspend(c);
	}
}

static void signalled(uv_signal_t *h, int number)
{
	struct console *c = h->data;

	if (number == SIGWINCH) {
		/* a window that shrank and grew between two looks has the size it had, and not what stood in it */
		c->dirty = c->keyed = c->ui.redraw = true;
	} else if (number == SIGTSTP) {
		suspend(c);
	} else {
		c->signal = number;
		c->lost_tty = number == SIGHUP;
		end(c);
	}
}

/* ---- beginning and end ------------------------------------------------------------------------ */

static void loop_start(struct console *c)
{
	static const int numbers[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP};

	uv_prepare_init(&c->loop, &c->before_wait);
	c->before_wait.data = c;
	uv_prepare_start(&c->before_wait, before_wait);
	uv_timer_init(&c->loop, &c->timer);
	c->timer.data = c;
	uv_timer_init(&c->loop, &c->esc);
	c->esc.data = c;
	for (c->n_signals = 0; c->n_signals < 5; c->n_signals++) {
		uv_signal_t *h = &c->signals[c->n_signals];
		uv_signal_init(&c->loop, h);
		h->data = c;
		uv_signal_start(h, signalled, numbers[c->n_signals]);
	}
	c->tty.data = c->out.data = c;
	front_watch(&c->loop, &c->tty, typed, &c->out, unread);
}

static void close_handle(uv_handle_t *h, void *ctx)
{
	(void)ctx;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void loop_end(struct console *c)
{
	history_free(c->history);
	c->history = NULL;
	if (c->client)
		client_free(c->client);
	c->client = NULL;
	uv_walk(&c->loop, close_handle, NULL);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	uv_loop_close(&c->loop);
	front_unwatch();
}

/* What leaving left: said on the terminal that was given back. */
static void farewell(const struct console *c, const struct model *m)
{
	const struct model_incident *i = m ? ui_incident(&c->ui, m) : NULL;

	if (i && !c->lost_tty && !c->ui.demo) /* the demo says what becomes of it */
		fprintf(stderr, "backout: %s is open and goes on without this console; `backout` looks again\n", i->name);
}

static enum status open_front(struct console *c, struct fault *f)
{
	bool lines = c->linear;
	enum status s = front_open(&c->own.theme, &lines, f);

	if (s != STATUS_OK || !lines)
		return s;
	if (!c->linear)
		c->linear = linear_new(&c->ui);
	if (!front_has_keys())
		linear_keyless(c->linear);
	return STATUS_OK;
}

static enum status run(struct console *c, const struct cli *cli, const struct found *where, struct fault *f)
{
	static const struct client_events events = {on_up, on_snapshot, on_event, on_tell, on_beat, on_down};
	struct client_spec spec = {.paths = &where->paths, .kit_dir = *where->kit ? where->kit : NULL,
		.role = c->ui.read_only ? "observer" : "console", .follow = true};
	enum status s;

	(void)cli;
	uv_loop_init(&c->loop);
	s = client_new(&c->loop, &spec, &events, c, &c->client, f);
	if (s == STATUS_OK)
		s = open_front(c, f);
	if (s != STATUS_OK) {
		c->ended = true;
		loop_end(c);
		return s;
	}
	front_catch_crashes();
	loop_start(c);
	c->dirty = true;
	os_now(&c->now);
	c->opened = c->now.mono;
	uv_run(&c->loop, UV_RUN_DEFAULT);
	if (!c->lost_tty)
		line_await(&c->line, &c->keys);
	front_close();
	farewell(c, c->client ? client_model(c->client) : NULL);
	loop_end(c);
	return STATUS_OK;
}

enum status tui_console(struct cli *cli)
{
	struct console *c = mem_new(sizeof *c);
	struct found *where = mem_new(sizeof *where);
	struct ui_out out = {.ask = ask, .random = fresh, .brief = cli_brief, .copy = copy, .ctx = c};
	bool look_only = cli_option(cli, "--read-only", NULL), lines = cli_option(cli, "--linear", NULL);
	struct fault f = {0};
	enum status s;
	int number;

	ui_init(&c->ui, &out);
	if (lines || cli->linear)
		c->linear = linear_new(&c->ui);
	c->ui.demo = !strcmp(cli->argv[0], "demo");
	c->ui.read_only = look_only || !strcmp(cli->argv[0], "observe");
	if (c->ui.read_only)
		(void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 10); /* fifty who look on leave the machine to who commands */
	if (cli->incident)
		text_copy(c->ui.incident, sizeof c->ui.incident, cli->incident);
	keys_init(&c->keys);
	line_init(&c->line);
	s = cli_done(cli, 0, 1);
	if (s == STATUS_OK) {
		s = own_load(&c->own, &c->ui, cli->theme, &f);
		if (s == STATUS_OK)
			s = find_kit(cli, cli->argc > 1 ? cli->argv[1] : NULL, where, &f);
		where->paths.demo = c->ui.demo; /* the paths are filled whole by whoever finds them */
		if (s == STATUS_OK)
			s = run(c, cli, where, &f);
		if (s != STATUS_OK)
			cli_fail(cli, s, &f);
	}
	cells_release(&c->frame);
	linear_free(c->linear);
	ui_release(&c->ui);
	number = c->signal;
	free(where);
	free(c);
	if (number && number != SIGHUP)
		raise(number);
	return s;
}
