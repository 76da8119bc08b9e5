/* A front end without a terminal: a script of events, keys and times in, frames
 * and asks out as text.  Proves that the screen is a pure function of what it
 * is given, and makes the golden frames.  See tests/screen/README. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/text.h"
#include "report/report.h"
#include "tests/screen/points.h"
#include "tui/screen/ascii.h"
#include "tui/linear/linear.h"
#include "tui/ui/scene.h"
#include "tests/screen/kit_body.h"
#include "tests/screen/paints.h"
#include "tui/screen/theme.h"

#define DAY "2026-11-24T"
#define BOOT "00000000-0000-0000-0000-000000000001"

struct told { struct event e; char *kind, *actor, *incident, *body; };
struct stage {
	struct model *m;
	struct ui ui;
	struct link link;
	struct now now;
	struct keys keys;
	struct cells frame;
	struct linear *linear; /* lines instead of frames */
	bool batch;            /* several events are one turn of the loop */
	int64_t seq;
	struct past *past;       /* fed from `told` */
	VEC(struct told) told;   /* every event there was */
	bool held;               /* the journal is not read on until it is let go */
	uint32_t seed;
	struct buf asks, own_keys;
	struct keyfile keyfile;
	struct theme theme;
	char verb[24], late[24];
	enum tag tag;
	int line;
};

static void die(const struct stage *s, const char *what, const char *more)
{
	fprintf(stderr, "headless: line %d: %s %s\n", s->line, what, more);
	exit(2);
}

static struct sight sight(struct stage *s)
{
	struct sight x = ui_sight(s->m, &s->link, &s->now);

	ui_sight_back(&s->ui, s->past, &x);
	return x;
}

/* ---- events -------------------------------------------------------------------- */

static void event(struct stage *s, const char *kind, const char *actor, const char *incident, const char *body)
{
	struct event e = {0};
	struct json *j = NULL;
	struct fault f;

	if (json_parse(body, strlen(body), JSON_KIT_MAX, &j, &f) != STATUS_OK)
		die(s, f.what, body);
	json_free(j);
	if (event_kind_of(kind) == EVENT_KIND_UNKNOWN)
		die(s, "no such kind:", kind);
	e.seq = ++s->seq;
	e.at = s->now.at;
	e.mono = s->now.mono;
	e.boot = BOOT;
	e.incident = strcmp(incident, "-") != 0 ? incident : NULL;
	e.kind = kind;
	e.actor = actor;
	e.body = body;
	e.body_len = strlen(body);
	model_reduce(s->m, &e);
	struct told *t = vec_push(&s->told);
	t->e = e;
	t->e.kind = t->kind = mem_str(kind);
	t->e.actor = t->actor = mem_str(actor);
	t->e.incident = t->incident = mem_str(e.incident);
	t->e.body = t->body = mem_str(body);
}

/* ---- the past --------------------------------------------------------------------- */

/* What history does over a socket, from the list of what was told: at most n events, or all. */
static void look_back(struct stage *s, long n)
{
	struct back *b = &s->ui.back;
	enum past_turn turn = PAST_THERE;

	b->stop = false;
	if (b->wished) {
		b->wished = false;
		past_go(s->past, &b->wish, s->seq);
	}
	while (b->waits && n-- && (turn = past_turn(s->past)) != PAST_THERE)
		if (turn == PAST_NEEDS)
			past_take(s->past, &s->told.v[past_needs(s->past) - 1].e);
	if (!b->waits)
		return;
	struct sight x = ui_sight(s->m, &s->link, &s->now);
	ui_back_moved(&s->ui, &x, s->past, turn == PAST_THERE, "");
}

static void load_kit(struct stage *s, const char *dir)
{
	struct buf b;
	char why[300];

	buf_init(&b, JSON_KIT_MAX);
	if (!kit_body(dir, &b, why, sizeof why))
		die(s, "kit:", why);
	event(s, "kit.loaded", "engine", "-", buf_str(&b));
	buf_release(&b);
	if (!s->m->kit)
		die(s, "the kit did not parse:", dir);
}

/* ---- time ------------------------------------------------------------------------- */

static void at(struct stage *s, const char *clock)
{
	char text[64];

	snprintf(text, sizeof text, DAY "%sZ", clock);
	if (!instant_parse(text, &s->now.at))
		die(s, "no such time:", clock);
	s->now.mono = s->now.at - INT64_C(1790000000) * US_SECOND;
	snprintf(s->now.boot, sizeof s->now.boot, BOOT);
	struct sight x = sight(s);
	ui_tick(&s->ui, &x);
	if (!s->held)
		look_back(s, -1);
}

static void pass(struct stage *s, int64_t us)
{
	s->now.at += us;
	s->now.mono += us;
}

/* FROM TO EVERY NAME=A..B ...: ticks of samples on a line from A to B, as a backend sends them. */
static void series(struct stage *s, char *text)
{
	char *save = NULL, *from = strtok_r(text, " ", &save), *to = strtok_r(NULL, " ", &save), *every = strtok_r(NULL, " ", &save);
	char *word[16], stamp[64];
	int64_t begin, end, step = every ? strtol(every, NULL, 10) * US_SECOND : 0;
	int n = 0;

	if (!every || step <= 0)
		die(s, "series FROM TO EVERY NAME=A..B", "");
	while (n < 16 && (word[n] = strtok_r(NULL, " ", &save)))
		n++;
	at(s, to);
	end = s->now.at;
	at(s, from);
	begin = s->now.at;
	for (int64_t t = begin; t <= end; t += step) {
		struct buf b;
		pass(s, t - s->now.at);
		buf_init(&b, 8192);
		buf_addf(&b, "{\"backend\":\"metrics\",\"at\":\"%s\",\"v\":{", instant_print(t, stamp));
		for (int i = 0; i < n; i++) {
			char *eq = strchr(word[i], '='), *dots = eq ? strstr(eq, "..") : NULL;
			double a = eq ? strtod(eq + 1, NULL) : 0, z = dots ? strtod(dots + 2, NULL) : a;
			buf_addf(&b, "%s\"%.*s\":%.4f", i ? "," : "", eq ? (int)(eq - word[i]) : 0, word[i],
				a + (z - a) * (double)(t - begin) / (double)(end > begin ? end - begin : 1));
		}
		buf_adds(&b, "}}");
		event(s, "samples", "plugin:metrics", "-", buf_str(&b));
		buf_release(&b);
	}
}

/* ---- keys --------------------------------------------------------------------------- */

static void key(void *ctx, const struct key *k)
{
	struct stage *s = ctx;
	struct sight x = sight(s);

	if (s->linear)
		linear_key(s->linear, &s->ui, &x, k);
	else
		ui_key(&s->ui, &x, k);
	if (!s->held)
		look_back(s, -1);
}

static void draw(struct stage *s)
{
	struct sight x = sight(s);

	ui_tick(&s->ui, &x);
	if (!s->held)
		look_back(s, -1);
	x = sight(s);
	if (s->linear) {
		linear_say(s->linear, &s->ui, &x);
		printf("%s", linear_text(s->linear));
		linear_written(s->linear);
	} else {
		ui_draw(&s->ui, &x, &s->frame);
	}
	ui_shown(&s->ui, s->now.mono);
}

static void bytes(struct stage *s, const char *b, size_t n)
{
	pass(s, 100000);
	keys_feed(&s->keys, b, n, s->now.mono, key, s);
	pass(s, 60000);
	keys_tick(&s->keys, s->now.mono, key, s);
	draw(s);
}

static const struct {
	const char *name, *bytes;
} named[] = {{"<Enter>", "\r"}, {"<Esc>", "\033"}, {"<Tab>", "\t"}, {"<Down>", "\033[B"}, {"<Up>", "\033[A"}, {"<Space>", " "},
	{"<BackTab>", "\033[Z"}, {"<PageUp>", "\033[5~"}, {"<PageDown>", "\033[6~"}, {"<Home>", "\033[H"}, {"<End>", "\033[F"},
	{"<Left>", "\033[D"}, {"<Right>", "\033[C"}, {"<C-d>", "\004"}, {"<C-f>", "\006"}, {"<C-u>", "\025"}, {"<C-y>", "\031"}};

static void type(struct stage *s, const char *text)
{
	while (*text) {
		size_t n = 0;
		for (size_t i = 0; i < sizeof named / sizeof *named; i++)
			if (!strncmp(text, named[i].name, strlen(named[i].name))) {
				bytes(s, named[i].bytes, strlen(named[i].bytes));
				n = strlen(named[i].name);
			}
		if (!n) {
			bytes(s, text, 1);
			n = 1;
		}
		text += n;
	}
}

/* ---- the ui's outside ------------------------------------------------------------------ */

static void ask(void *ctx, const char *verb, const char *params, enum tag tag)
{
	struct stage *s = ctx;

	buf_addf(&s->asks, "%s %s\n", verb, params);
	if (tag == TAG_QUIET)
		return;
	text_copy(s->verb, sizeof s->verb, verb);
	s->tag = tag;
}

static uint32_t chance(void *ctx)
{
	struct stage *s = ctx;

	s->seed = s->seed * 1664525u + 1013904223u;
	return s->seed >> 8;
}

static const char *copy(void *ctx, const char *text)
{
	struct stage *s = ctx;

	buf_addf(&s->asks, "copy:\n%s\n", text);
	return "if the terminal allows it";
}

static void answer(struct stage *s, const char *text)
{
	struct json *j = NULL;
	struct fault f = {0};
	char *rest;
	long status = strtol(text, &rest, 10);
	struct sight x = sight(s);

	if (json_parse(rest, strlen(rest), JSON_LINE_MAX, &j, &f) != STATUS_OK)
		die(s, "bad answer:", rest);
	text_copy(f.what, sizeof f.what, json_get_str(j, "what", ""));
	text_copy(f.mend, sizeof f.mend, json_get_str(j, "mend", ""));
	ui_answer(&s->ui, &x, s->tag, s->verb, (enum status)status, status ? NULL : j, status ? &f : NULL);
	json_free(j);
	draw(s);
}

static void tell(struct stage *s, const char *text)
{
	struct json *j = NULL;
	struct fault f;
	struct sight x = sight(s);

	if (json_parse(text, strlen(text), JSON_LINE_MAX, &j, &f) != STATUS_OK)
		die(s, "bad tell:", text);
	ui_tell(&s->ui, &x, j);
	json_free(j);
}

/* "900 fire": for so many ms nothing came since that was asked; -1 over. */
static void late(struct stage *s, const char *text)
{
	char *rest;
	long ms = strtol(text, &rest, 10);

	s->link.unanswered = ms < 0 ? -1 : ms * 1000;
	text_copy(s->late, sizeof s->late, *rest ? rest + 1 : "");
	s->link.unanswered_verb = s->late;
}

static void size(struct stage *s, const char *text)
{
	char *rest;
	long cols = strtol(text, &rest, 10), rows = *rest == 'x' ? strtol(rest + 1, NULL, 10) : 0;
	struct sight x = sight(s);

	cells_release(&s->frame);
	cells_init(&s->frame, (int)rows, (int)cols);
	ui_resized(&s->ui, &x, (int)rows, (int)cols);
}

static void frame(struct stage *s, const char *name, bool roles)
{
	struct cells signs = {0};
	struct buf b;

	s->ui.ascii = s->theme.ascii;
	draw(s);
	buf_init(&b, 1 << 20);
	if (s->theme.ascii)
		cells_ascii(&s->frame, &signs);
	if (roles)
		cells_print_roles(&s->frame, &b);
	else
		cells_print(s->theme.ascii ? &signs : &s->frame, &b);
	cells_release(&signs);
	printf("== %s%s %dx%d\n%s", roles ? "roles " : "", name, s->frame.cols, s->frame.rows, buf_str(&b));
	buf_release(&b);
}

static void theme(struct stage *s, const char *name)
{
	struct problems p = {0};
	struct fault f;

	if (theme_load(name, &s->theme, &p, &f) != STATUS_OK || p.n)
		die(s, "theme:", p.n ? p.v[0].what : f.what);
}

/* One more line of the user's file of keys. */
static void bind(struct stage *s, const char *line)
{
	struct problems p = {0};
	char text[600];

	buf_addf(&s->own_keys, "%s\n", line);
	keyfile_parse("~/.config/backout/keys", buf_str(&s->own_keys), &s->keyfile, &p);
	keyfile_apply(&s->keyfile, NULL, &s->ui.keys, &p);
	s->ui.keyfile = &s->keyfile;
	*s->ui.keys_kit = 0;
	ui_notice(&s->ui, ui_problems(&p, "`backout help keys`", text, sizeof text));
	problems_release(&p);
}

/* One frame in each of the sizes that must be good; with a panel open, its letters stay as they were. */
static void frames(struct stage *s, const char *name)
{
	static const char *const sizes[] = {"80x23", "200x50", "39x11", "80x24"};
	struct ui before = s->ui;

	frame(s, name, false);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct ui keep = before;
		size(s, sizes[i]);
		keep.rows = s->frame.rows;
		keep.cols = s->frame.cols;
		if (before.confirm.state == CONFIRM_NONE)
			s->ui = keep;
		else if (s->frame.rows >= 12)
			s->ui = keep;
		if (i < 3)
			frame(s, name, false);
		s->ui = keep;
	}
	buf_reset(&s->asks);
}

/* Every size there is between nothing and large, then as it was: nothing may break. */
static void storm(struct stage *s)
{
	char text[32];
	int rows = s->frame.rows, cols = s->frame.cols;
	struct ui keep = s->ui;

	for (int r = 1; r <= 60; r += r < 30 ? 1 : 7)
		for (int c = 1; c <= 240; c += c < 90 ? 3 : 17) {
			snprintf(text, sizeof text, "%dx%d", c, r);
			size(s, text);
			draw(s);
			s->ui = keep;
		}
	snprintf(text, sizeof text, "%dx%d", cols, rows);
	size(s, text);
	s->ui = keep;
}

/* n keys at random, of every kind; what is asked is counted and not answered, but for panels. */
static void monkey(struct stage *s, long n)
{
	static const char *const odd[] = {"\033", "\r", "\t", "\033[A", "\033[B", "\033[200~x\033[201~", "\x7f", "\033[24;80R", "\xc3\xa4"};
	char one[2] = "";
	long fires = 0;

	for (long i = 0; i < n; i++) {
		uint32_t r = chance(s);
		if (r % 4 == 0) {
			const char *b = odd[(r >> 2) % (sizeof odd / sizeof *odd)];
			bytes(s, b, strlen(b));
		} else {
			one[0] = (char)(0x20 + (r >> 2) % 0x5f);
			bytes(s, one, 1);
		}
		fires += strstr(buf_str(&s->asks), "fire {") != NULL;
		if (s->ui.confirm.state == CONFIRM_ASKING)
			answer(s, "0 {\"action\":\"auth-rollback\",\"service\":\"auth\",\"digest\":\"00\",\"from\":\"2\",\"to\":\"1\",\"ready\":true,\"may\":true,\"may_why\":\"\"}");
		if (s->ui.confirm.state == CONFIRM_ASKING || s->ui.confirm.state == CONFIRM_FIRING)
			answer(s, "4 {\"what\":\"no\"}");
		buf_reset(&s->asks);
		s->ui.quit = s->ui.suspend = false;
	}
	printf("== monkey, fires: %ld\n", fires);
	s->ui.confirm.state = CONFIRM_NONE;
	s->ui.prompt.kind = PROMPT_NONE;
	ui_go_live(&s->ui);
	s->ui.depth = 0;
	memset(s->ui.places, 0, sizeof s->ui.places);
	*s->ui.message = 0;
}

/* ---- the script --------------------------------------------------------------------------- */

static void event_line(struct stage *s, char *rest)
{
	char *kind = rest, *actor = strchr(kind, ' '), *incident = actor ? strchr(actor + 1, ' ') : NULL;
	char *body = incident ? strchr(incident + 1, ' ') : NULL;

	if (!body)
		die(s, "event KIND ACTOR INCIDENT BODY:", rest);
	*actor++ = *incident++ = *body++ = 0;
	event(s, kind, actor, incident, body);
}

static void script(struct stage *s, const char *path);

static void command(struct stage *s, char *line)
{
	char *rest = strchr(line, ' ');

	if (s->linear && (!strncmp(line, "key", 3) || !strncmp(line, "letters", 7) || !strncmp(line, "burst", 5)))
		printf("  [%s]\n", line);
	if (rest)
		*rest++ = 0;
	else
		rest = line + strlen(line);
	if (!strcmp(line, "kit"))
		load_kit(s, rest);
	else if (!strcmp(line, "include"))
		script(s, rest);
	else if (!strcmp(line, "series"))
		series(s, rest);
	else if (!strcmp(line, "at"))
		at(s, rest);
	else if (!strcmp(line, "event"))
		event_line(s, rest);
	else if (!strcmp(line, "batch") || !strcmp(line, "batch-end"))
		s->batch = !s->batch;
	else if (!strcmp(line, "linear"))
		s->linear = linear_new(&s->ui);
	else if (!strcmp(line, "person"))
		text_copy(s->ui.person, sizeof s->ui.person, rest);
	else if (!strcmp(line, "observe"))
		s->ui.read_only = true;
	else if (!strcmp(line, "demo"))
		s->ui.demo = true;
	else if (!strcmp(line, "size"))
		size(s, rest);
	else if (!strcmp(line, "key"))
		type(s, rest);
	else if (!strcmp(line, "theme"))
		theme(s, rest);
	else if (!strcmp(line, "paints")) {
		theme(s, rest);
		paints_print(&s->theme);
	}
	else if (!strcmp(line, "bind"))
		bind(s, rest);
	else if (!strcmp(line, "burst"))
		bytes(s, rest, strlen(rest));
	else if (!strcmp(line, "letters"))
		type(s, s->ui.confirm.ch.letters);
	else if (!strcmp(line, "burst-letters"))
		bytes(s, s->ui.confirm.ch.letters, 3);
	else if (!strcmp(line, "answer"))
		answer(s, rest);
	else if (!strcmp(line, "points")) {
		struct sight x = sight(s);
		if (!points_answer(&s->ui, &x, rest))
			die(s, "points DATE-AND-TIME EVERY STRETCH...:", rest);
	} else if (!strcmp(line, "tell"))
		tell(s, rest);
	else if (!strcmp(line, "read")) { /* that many events of the journal, and no more; all: again as it comes */
		s->held = strcmp(rest, "all") != 0;
		look_back(s, s->held ? strtol(rest, NULL, 10) : -1);
	} else if (!strcmp(line, "beat"))
		s->link.beat_age = strtol(rest, NULL, 10) * 1000;
	else if (!strcmp(line, "line"))
		s->link.line = strtol(rest, NULL, 10) * 1000;
	else if (!strcmp(line, "late"))
		late(s, rest);
	else if (!strcmp(line, "frame"))
		frame(s, rest, false);
	else if (!strcmp(line, "roles"))
		frame(s, rest, true);
	else if (!strcmp(line, "frames"))
		frames(s, rest);
	else if (!strcmp(line, "storm"))
		storm(s);
	else if (!strcmp(line, "monkey"))
		monkey(s, strtol(rest, NULL, 10));
	else if (!strcmp(line, "asks")) {
		printf("== asks\n%s", buf_str(&s->asks));
		buf_reset(&s->asks);
	} else
		die(s, "no such command:", line);
}

/* Lines may be long: a tick of a thousand services is one. */
static void script(struct stage *s, const char *path)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	int number = s->line;

	if (!in)
		die(s, "cannot read", path);
	for (s->line = 1; getline(&line, &cap, in) > 0; s->line++) {
		line[strcspn(line, "\n")] = 0;
		if (*line && *line != '#')
			command(s, line);
		if (s->linear && !s->batch)
			draw(s);
	}
	s->line = number;
	free(line);
	fclose(in);
}

int main(int argc, char **argv)
{
	struct stage s = {.seed = 7};
	struct ui_out out = {.ask = ask, .random = chance, .brief = report_brief, .copy = copy, .ctx = &s};

	if (!getenv("TZ"))
		setenv("TZ", "CET-1", 1);
	tzset();
	s.m = model_new();
	s.past = past_new(NULL);
	ui_init(&s.ui, &out);
	keys_init(&s.keys);
	cells_init(&s.frame, 24, 80);
	buf_init(&s.asks, 1 << 20);
	buf_init(&s.own_keys, 1 << 16);
	s.link = (struct link){.up = true, .ever = true, .beat_age = 300000, .unanswered = -1, .line = -1};
	script(&s, argc > 1 ? argv[1] : "/dev/stdin");
	cells_release(&s.frame);
	linear_free(s.linear);
	ui_release(&s.ui);
	buf_release(&s.asks);
	buf_release(&s.own_keys);
	model_free(s.m);
	past_free(s.past);
	vec_each(struct told, t, &s.told) {
		free(t->kind);
		free(t->actor);
		free(t->incident);
		free(t->body);
	}
	vec_release(&s.told);
	return 0;
}
