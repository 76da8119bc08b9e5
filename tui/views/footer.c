/* The bottom of every frame: a message, and the keys that can work now. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/ui/late.h"
#include "tui/views/views.h"

struct hints {
	const struct scene *s;
	hint_fn put;
	void *ctx;
};

static void hint_key(struct hints *h, const char *key, const char *word)
{
	h->put(h->ctx, key, word);
}

/* By the keys that a command has now. */
static void hint(struct hints *h, enum command_id id, const char *word)
{
	hint_key(h, key_of(h->s->ui, id), word);
}

/* Nothing is declared yet, and one service is in trouble: the key of what is proposed works as it is. */
static void proposal_hint(struct hints *h)
{
	const struct scene *s = h->s;
	const struct vitals *v = health_services(s->health) ? health_worst(s->health, 0) : NULL;
	char why[160], words[120], key[2] = "";
	const struct kit_action *a;

	if (!v || v->rank != RANK_BAD || health_count(s->health, RANK_BAD) + health_count(s->health, RANK_NEAR) != 1)
		return;
	a = propose(s->m, NULL, v->service->name, why, sizeof why);
	if (!a || !a->key || may_fire(s->m, a, NULL, *s->ui->person ? s->ui->person : NULL, why, sizeof why) != STATUS_OK)
		return;
	key[0] = a->key;
	hint_key(h, key, verb_words(a, words, sizeof words));
}

/* The kit's keys of the incident's services, the proposed one first. */
static void action_hints(struct hints *h)
{
	const struct scene *s = h->s;
	char why[160], words[120], key[2] = "";
	const struct kit_action *first = propose(s->m, s->inc, NULL, why, sizeof why);
	int n = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < s->inc->services.n; i++) {
			const struct kit_service *svc = kit_service(s->m->kit, s->inc->services.v[i].name);
			for (size_t k = 0; svc && k < svc->n_actions; k++) {
				const struct kit_action *a = &svc->actions[k];
				if (!a->key || (pass == 0) != (a == first) || n >= 3)
					continue;
				if (may_fire(s->m, a, s->inc, *s->ui->person ? s->ui->person : NULL, why, sizeof why) != STATUS_OK)
					continue;
				key[0] = a->key;
				hint_key(h, key, pass ? a->name : verb_words(a, words, sizeof words));
				n++;
			}
		}
}

/* What can be pressed on each screen: screens it is for (bits), command, word. */
#define ON(x) (1u << SCREEN_##x)
static const struct {
	unsigned screens;
	enum command_id id;
	const char *word;
} rows[] = {
	{ON(COUNTDOWN), COMMAND_OPEN, "chart"},
	{ON(RUNNING), COMMAND_FREEZE, "stop it where it is"},
	{ON(VERIFYING), COMMAND_REPORT, "people's word"},
	{ON(VERIFIED), COMMAND_CLOSE, "close"},
	{ON(QUIET), COMMAND_OPEN, "open"},
	{ON(QUIET) | ON(PENDING) | ON(DECIDING) | ON(VERIFYING), COMMAND_WAYS, "ways back"},
	{ON(QUIET) | ON(PENDING), COMMAND_CHANGES, "changes"},
	{ON(QUIET) | ON(PENDING), COMMAND_DECLARE, "this deploy is bad"},
	{ON(DECIDING), COMMAND_REPORT, "report"},
	{ON(COUNTDOWN) | ON(DECIDING) | ON(RUNNING) | ON(VERIFYING) | ON(VERIFIED), COMMAND_NOTE, "note"},
	{ON(COUNTDOWN) | ON(DECIDING) | ON(RUNNING) | ON(VERIFYING) | ON(VERIFIED) | ON(QUIET), COMMAND_BRIEF, "brief"},
	{ON(RUNNING), COMMAND_LEAVE, "leave (it goes on)"},
	{ON(DECIDING) | ON(VERIFYING), COMMAND_HAND_OVER, "hand over"},
	{ON(DECIDING) | ON(VERIFYING), COMMAND_CLOSE, "close"},
	{ON(COUNTDOWN) | ON(DECIDING) | ON(RUNNING) | ON(VERIFYING) | ON(VERIFIED), COMMAND_TIMELINE, "timeline"},
	{ON(DECIDING) | ON(VERIFYING) | ON(VERIFIED), COMMAND_PINS, "pins"},
	{ON(VERIFYING), COMMAND_LEAVE, "leave (it goes on)"},
	{ON(QUIET) | ON(PENDING), COMMAND_FILTER, "filter"},
	{ON(WAITING), COMMAND_LEAVE, "leave"},
};

/* H and X are the commander's, or of whoever may take command when nobody has it. */
static bool commands(const struct scene *s)
{
	char why[200];

	if (!s->inc || s->ui->read_only)
		return false;
	if (!s->inc->commander)
		return may_command(s->m, *s->ui->person ? s->ui->person : NULL, why, sizeof why) == STATUS_OK;
	return !strcmp(s->inc->commander, s->ui->person);
}

static bool verify_ended(const struct scene *s)
{
	for (size_t i = 0; i < s->inc->verifies.n; i++)
		if (s->inc->verifies.v[i].state == VERIFY_FAILED || s->inc->verifies.v[i].state == VERIFY_UNMEASURED)
			return true;
	return false;
}

/* A chart's own keys, by what they are called now. */
static void chart_hints(struct hints *h)
{
	const struct scene *s = h->s;
	char pair[2 * CHORD_WRITTEN + 2];

	snprintf(pair, sizeof pair, "%s %s", key_of(s->ui, COMMAND_ZOOM_IN), key_of(s->ui, COMMAND_ZOOM_OUT));
	hint_key(h, pair, "zoom");
	snprintf(pair, sizeof pair, "%s %s", key_of(s->ui, COMMAND_EARLIER), key_of(s->ui, COMMAND_LATER));
	hint_key(h, pair, "earlier, later");
	if (s->ui->chart.to)
		hint(h, COMMAND_NOW, "now");
}

/* While looking back: the way to the present first, and what takes one about. */
static void past_hints(struct hints *h, enum view_kind view)
{
	const struct scene *s = h->s;
	static const struct {
		enum command_id a, b;
		const char *word;
	} keys[] = {
		{COMMAND_LIVE, COMMAND_NONE, "live"}, {COMMAND_EVENT_BEFORE, COMMAND_EVENT_AFTER, "event"},
		{COMMAND_PHASE_BEFORE, COMMAND_PHASE_AFTER, "phase"}, {COMMAND_DECISION_BEFORE, COMMAND_DECISION_AFTER, "decision"},
		{COMMAND_PLAY, COMMAND_NONE, NULL}, {COMMAND_LOOK_BACK, COMMAND_NONE, "time"}, {COMMAND_SLOWER, COMMAND_FASTER, "speed"},
	};
	char both[2 * CHORD_WRITTEN];

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (view == VIEW_CHART && (keys[i].a == COMMAND_EVENT_BEFORE || keys[i].a == COMMAND_SLOWER))
			continue; /* these keys are the chart's */
		const char *word = keys[i].word ? keys[i].word : s->ui->back.playing ? "pause" : "play";
		snprintf(both, sizeof both, "%s%s%s", key_of(s->ui, keys[i].a), keys[i].b != COMMAND_NONE ? " " : "",
			keys[i].b != COMMAND_NONE ? key_of(s->ui, keys[i].b) : "");
		hint_key(h, both, word);
	}
}

/* What counts down can be stopped wherever one is; hurried where one sees what it is. */
static void countdown_hints(struct hints *h, bool main)
{
	char key[120];

	if (!h->s->down || !may_ask(h->s))
		return;
	hint(h, COMMAND_VETO, "not this time");
	if (main && h->s->screen == SCREEN_COUNTDOWN && countdown_now(h->s, key, sizeof key))
		hint_key(h, key, "now");
}

/* What the screen of the incident is about. */
static void main_hints(struct hints *h)
{
	const struct scene *s = h->s;

	if (s->inc && may_ask(s) && (s->screen == SCREEN_DECIDING || (s->screen == SCREEN_VERIFYING && verify_ended(s))))
		action_hints(h);
	if (!s->inc && may_ask(s) && s->screen == SCREEN_PENDING)
		proposal_hint(h);
	if (s->inc && may_ask(s) && (s->inc->commander ? s->inc->offered_to && !strcmp(s->inc->offered_to, s->ui->person) : commands(s)))
		hint(h, COMMAND_TAKE, s->inc->commander ? "accept command" : "take command");
	if (s->inc && commands(s) && s->inc->asked_by && !s->down)
		hint(h, COMMAND_VETO, "refuse");
	if (s->screen == SCREEN_RUNNING && s->act && s->act->outcome == OUTCOME_UNKNOWN && may_ask(s))
		hint(h, COMMAND_RESOLVE, "settle it");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool commanders = rows[i].id == COMMAND_HAND_OVER || rows[i].id == COMMAND_CLOSE;
		if ((rows[i].screens & (1u << s->screen)) && (!keymap[rows[i].id].asks || may_ask(s)) && (!commanders || commands(s)))
			hint(h, rows[i].id, rows[i].word);
	}
}

void footer_hints(const struct scene *s, enum view_kind view, hint_fn put, void *ctx)
{
	struct hints h = {s, put, ctx};
	char both[2 * CHORD_WRITTEN];

	countdown_hints(&h, view == VIEW_MAIN);
	if (view != VIEW_MAIN)
		hint(&h, COMMAND_BACK, "back");
	if (view == VIEW_CHART)
		chart_hints(&h);
	if (ui_looks_back(s->ui)) {
		past_hints(&h, view);
		return;
	}
	if (view == VIEW_MAIN) {
		main_hints(&h);
		return;
	}
	snprintf(both, sizeof both, "%s %s", key_of(s->ui, COMMAND_DOWN), key_of(s->ui, COMMAND_UP));
	hint_key(&h, both, "move");
	if (*views[view].enter)
		hint(&h, COMMAND_OPEN, views[view].enter);
	if (view != VIEW_CHART)
		hint(&h, COMMAND_FILTER, "filter");
	if (view_sorts(view))
		hint(&h, COMMAND_SORT, "sort");
}

struct hint_row {
	struct cells *out;
	int row, col;
	int keep;                /* columns at the right end that are for the last hint */
};

static void hint_draw(void *ctx, const char *key, const char *word)
{
	struct hint_row *r = ctx;
	int need = text_cols(key) + (*word ? 1 + text_cols(word) : 0);

	if (r->col + need > r->out->cols - 1 - r->keep)
		return;
	r->col = cells_text(r->out, r->row, r->col, need, ROLE_KEY, key);
	if (*word)
		r->col = cells_text(r->out, r->row, r->col + 1, 60, ROLE_TEXT, word);
	r->col += 2;
}

/* Whatever else fits: how to learn the rest always does. */
static void keys_draw(const struct scene *s, struct cells *out)
{
	const char *help = key_of(s->ui, COMMAND_HELP);
	struct hint_row r = {out, out->rows - 1, 1, text_cols(help) + 2};

	footer_hints(s, s->ui->places[s->ui->depth].view, hint_draw, &r);
	r.keep = 0;
	hint_draw(&r, help, r.col + text_cols(help) + 5 < out->cols ? "help" : "");
}

/* The prompt's line: its text scrolls where it is longer than the line. */
static void prompt_draw(const struct scene *s, struct cells *out)
{
	const struct prompt *p = &s->ui->prompt;
	int row = out->rows - 1, col = 1, room;
	bool above = text_cols(p->label) > out->cols / 2; /* a long question stands on the line above its answer */
	char before[sizeof p->text];
	const char *shown = p->text;

	if (above) {
		cells_fill(out, row - 1, 0, out->cols, ROLE_TEXT, ' ');
		cells_text(out, row - 1, 1, out->cols - 2, ROLE_PROMPT, p->label);
		col = cells_text(out, row, 1, 1, ROLE_PROMPT, ">") + 1;
	} else {
		col = cells_text(out, row, 1, out->cols - 2, ROLE_PROMPT, p->label) + 1;
	}
	room = out->cols - col - 2;
	snprintf(before, sizeof before, "%.*s", (int)p->at, p->text);
	while (text_cols(before + (shown - p->text)) > room && *shown)
		do
			shown++;
		while (((unsigned char)*shown & 0xc0) == 0x80);
	cells_text(out, row, col, room + 1, ROLE_TEXT, shown);
	cells_paint(out, row, col + text_cols(before + (shown - p->text)), 1, ROLE_CURSOR);
}

/* At most two lines, over the rule. */
static void message_draw(const struct scene *s, struct cells *out, const char *m, bool bad)
{
	enum role role = bad ? ROLE_MESSAGE : ROLE_TITLE;
	int room = out->cols - 2, row = out->rows - 2;
	size_t cut = strlen(m);

	if (text_cols(m) > room) {
		char head[sizeof s->ui->message];
		while (cut && (m[cut] != ' ' || (snprintf(head, sizeof head, "%.*s", (int)cut, m), text_cols(head) > room)))
			cut--;
		if (!cut)
			cut = strlen(m);
		else
			row--;
	}
	for (; row < out->rows; row++) {
		char part[sizeof s->ui->message];
		snprintf(part, sizeof part, "%.*s", (int)cut, m);
		cells_fill(out, row, 0, out->cols, role, ' ');
		cells_text(out, row, 1, room, role, part);
		m += cut;
		if (!*m)
			break;
		m++;
		cut = strlen(m);
	}
}

/* A filter hides lines: it says so for as long as it does. */
static void filter_draw(const struct scene *s, struct cells *out)
{
	const char *filter = s->ui->places[s->ui->depth].filter;

	if (*filter)
		cells_textf(out, out->rows - 2, 2, out->cols - 4, ROLE_TITLE, " only lines with \"%s\"   Esc shows all ", filter);
}

/* What happened meanwhile stands on the rule, so that nothing moves for it; what the screen itself is about is no news. */
static void cue_draw(const struct scene *s, struct cells *out)
{
	if (ui_looks_back(s->ui))
		return; /* what happens live has a line of its own there */

	const struct cues *c = &s->ui->cues;
	bool main = s->ui->places[s->ui->depth].view == VIEW_MAIN;
	bool its_own = s->inc && *c->service && incident_has_service(s->inc, c->service);
	bool news = s->screen == SCREEN_PENDING ? !c->breach : !main || (c->breach && !its_own) || c->source;

	if (*c->text && news)
		cells_textf(out, out->rows - 2, 2, out->cols - 4, ROLE_SOON, " %s ", c->text);
}

/* What counts down while another incident is looked at: the header does not say it. */
static void countdown_draw(const struct scene *s, struct cells *out)
{
	char line[600];

	if (!s->down || ui_looks_back(s->ui) || (s->inc && !strcmp(s->inc->name, s->down->incident)))
		return;
	countdown_line(s, line, sizeof line);
	cells_fill(out, out->rows - 2, 0, out->cols, ROLE_RULE, s->demo ? 0x254c : 0x2500);
	cells_textf(out, out->rows - 2, 2, out->cols - 4, ROLE_ALARM, " %s ", line);
}

static void standing_draw(const struct scene *s, struct cells *out)
{
	const char *text = standing_text(&s->ui->standing);

	if (text)
		cells_textf(out, out->rows - 2, 2, out->cols - 4, ROLE_MESSAGE, " %s ", text);
}

void footer_draw(const struct scene *s, struct cells *out)
{
	char late[200];

	cells_fill(out, out->rows - 2, 0, out->cols, ROLE_RULE, s->demo ? 0x254c : 0x2500);
	cue_draw(s, out);
	standing_draw(s, out);
	countdown_draw(s, out);
	past_news_draw(s, out);
	filter_draw(s, out);
	if (s->ui->prompt.kind == PROMPT_PALETTE)
		choices_draw(s, out);
	if (s->ui->prompt.kind != PROMPT_NONE)
		prompt_draw(s, out);
	else
		keys_draw(s, out);
	if (s->link->unanswered >= LATE_AFTER)
		message_draw(s, out, late_words(s->link->unanswered, s->link->unanswered_verb, late, sizeof late), true);
	else if (*s->ui->message)
		message_draw(s, out, s->ui->message, s->ui->message_bad);
}
