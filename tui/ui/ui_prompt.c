/* One-line questions: the editor, and what is asked of the engine with the answer. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ui/scene.h"

void ui_ask_text(struct ui *u, enum prompt_kind kind, const char *a, const char *b, const char *text, const char *fmt, ...)
{
	struct prompt *p = &u->prompt;
	va_list ap;

	if (ui_back_refuses(u, kind))
		return;
	memset(p, 0, sizeof *p);
	p->kind = kind;
	va_start(ap, fmt);
	vsnprintf(p->label, sizeof p->label, fmt, ap);
	va_end(ap);
	text_copy(p->a, sizeof p->a, a);
	text_copy(p->b, sizeof p->b, b);
	text_copy(p->text, sizeof p->text, text);
	p->n = p->at = strlen(p->text);
	p->ready = p->n > 0 && kind != PROMPT_FILTER; /* of a search: Enter looks for the same again */
}

/* ---- the editor ----------------------------------------------------------------- */

static size_t before(const struct prompt *p, size_t at)
{
	if (at)
		do
			at--;
		while (at && ((unsigned char)p->text[at] & 0xc0) == 0x80);
	return at;
}

static size_t after(const struct prompt *p, size_t at)
{
	if (at < p->n)
		do
			at++;
		while (at < p->n && ((unsigned char)p->text[at] & 0xc0) == 0x80);
	return at;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, p->n - to + 1);
	p->n -= to - from;
	p->at = from;
}

static void insert(struct prompt *p, uint32_t cp)
{
	char s[4];
	size_t n = utf8_put(cp, s);

	if (!n || p->n + n >= sizeof p->text)
		return;
	memmove(p->text + p->at + n, p->text + p->at, p->n - p->at + 1);
	memcpy(p->text + p->at, s, n);
	p->n += n;
	p->at += n;
}

static void control(struct prompt *p, uint32_t cp)
{
	size_t at = p->at;

	if (cp == 'u')
		cut(p, 0, p->at);
	else if (cp == 'k')
		cut(p, p->at, p->n);
	else if (cp == 'a')
		p->at = 0;
	else if (cp == 'e')
		p->at = p->n;
	else if (cp == 'w') {
		while (at && p->text[at - 1] == ' ')
			at--;
		while (at && p->text[at - 1] != ' ')
			at--;
		cut(p, at, p->at);
	}
}

static void edit(struct prompt *p, const struct key *k)
{
	if (p->ready && k->kind == KEY_CHAR)
		cut(p, 0, p->n);
	p->ready = false;
	switch (k->kind) {
	case KEY_CHAR:
		insert(p, k->cp);
		break;
	case KEY_BACKSPACE:
		cut(p, before(p, p->at), p->at);
		break;
	case KEY_DELETE:
		cut(p, p->at, after(p, p->at));
		break;
	case KEY_LEFT:
		p->at = before(p, p->at);
		break;
	case KEY_RIGHT:
		p->at = after(p, p->at);
		break;
	case KEY_HOME:
		p->at = 0;
		break;
	case KEY_END:
		p->at = p->n;
		break;
	case KEY_CTRL:
		control(p, k->cp);
		break;
	case KEY_ENTER:
	case KEY_ESC:
	case KEY_TAB:
	case KEY_BACKTAB:
	case KEY_UP:
	case KEY_DOWN:
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
	case KEY_PASTED:
		break;
	}
}

void prompt_key(struct ui *u, const struct sight *s, const struct key *k)
{
	struct prompt *p = &u->prompt;

	if (k->kind == KEY_ESC || (k->kind == KEY_CTRL && (k->cp == 'c' || k->cp == 'g'))) {
		if (p->kind == PROMPT_FILTER)
			*ui_place(u)->filter = 0;
		p->kind = PROMPT_NONE;
	} else if (k->kind == KEY_ENTER) {
		prompt_done(u, s);
	} else if (p->kind == PROMPT_PALETTE && (k->kind == KEY_TAB || k->kind == KEY_BACKTAB)) {
		palette_tab(u, s, k->kind == KEY_BACKTAB);
	} else if (p->kind == PROMPT_PALETTE && (k->kind == KEY_UP || k->kind == KEY_DOWN)) {
		palette_recall(u, k->kind == KEY_UP);
	} else {
		p->pick = p->recalled = 0;
		edit(p, k);
		if (p->kind == PROMPT_FILTER)
			text_copy(ui_place(u)->filter, sizeof ui_place(u)->filter, p->text);
	}
}

/* ---- what the answers mean -------------------------------------------------------- */

/* Most are one ask: its verb, the name of what the prompt is about, the name of
 * the second thing, the name of the text, and whether an empty text will do. */
static const struct {
	enum prompt_kind kind;
	const char *verb, *a, *b, *text;
	bool empty_ok, incident;
} asks[] = {
	{PROMPT_NOTE, "note", NULL, NULL, "text", false, true},
	{PROMPT_SAID, "report", "signal", NULL, "note", true, false},
	{PROMPT_GONE, "report", "signal", "service", "note", true, false},
	{PROMPT_CANCEL, "cancel", "key", NULL, NULL, true, false},
	{PROMPT_VETO, "veto", "key", NULL, NULL, true, false},
	{PROMPT_FREEZE, "freeze", "service", NULL, "reason", false, false},
	{PROMPT_UNFREEZE, "unfreeze", "service", NULL, "reason", false, false},
	{PROMPT_PIN, "pin", "service", "version", "reason", false, false},
	{PROMPT_UNPIN, "unpin", "service", "version", "reason", false, false},
	{PROMPT_HAND_OVER, "hand-over", "incident", NULL, "person", false, false},
	{PROMPT_CLOSE, "close", "incident", NULL, "as", false, false},
};

/* A report without a service concerns the only one that it can: the focused one, or the incident's only one. */
static const char *said_about(struct ui *u, const struct sight *s)
{
	const struct model_incident *i = ui_incident(u, s->m);
	const struct place *p = ui_place(u);

	if (*p->service)
		return p->service;
	return i && i->services.n == 1 ? i->services.v[0].name : NULL;
}

static bool ask_row(struct ui *u, const struct sight *s, const struct prompt *p)
{
	const struct model_incident *i = ui_incident(u, s->m);
	struct buf b;
	struct jw w;

	for (size_t n = 0; n < sizeof asks / sizeof *asks; n++) {
		if (asks[n].kind != p->kind)
			continue;
		if (!asks[n].empty_ok && !p->n) {
			ui_say(u, s, false, "nothing was typed: nothing was done");
			return true;
		}
		buf_init(&b, 65536);
		jw_init(&w, &b);
		jw_obj(&w);
		if (asks[n].a)
			jw_kstr(&w, asks[n].a, p->a);
		if (asks[n].b && *p->b)
			jw_kstr(&w, asks[n].b, p->b);
		if (asks[n].text && p->n)
			jw_kstr(&w, asks[n].text, p->text);
		if (asks[n].incident && i)
			jw_kstr(&w, "incident", i->name);
		if (p->kind == PROMPT_GONE)
			jw_kbool(&w, "gone", true);
		if (p->kind == PROMPT_SAID && said_about(u, s))
			jw_kstr(&w, "service", said_about(u, s));
		jw_obj_end(&w);
		ui_ask(u, asks[n].verb, &b, TAG_SAY);
		return true;
	}
	return false;
}

/* Words of a list, blanks or commas between. */
static void words_put(struct jw *w, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, " ,");
		if (n)
			jw_strn(w, s, n);
		s += n + (s[n] != 0);
	}
}

static void title_done(struct ui *u, const struct prompt *p)
{
	char title[sizeof p->text + 40];
	struct buf b;
	struct jw w;

	snprintf(title, sizeof title, "%s%s", p->n ? p->text : p->a, p->n ? "" : ": this deploy is bad");
	buf_init(&b, 65536);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "title", title);
	jw_key(&w, "services");
	jw_arr(&w);
	words_put(&w, p->a);
	jw_arr_end(&w);
	jw_obj_end(&w);
	ui_ask(u, "declare", &b, TAG_SAY);
}

static void services_done(struct ui *u, const struct sight *s, const struct prompt *p)
{
	char name[72];

	for (const char *x = p->text; *x;) {
		size_t n = strcspn(x, " ,");
		snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : sizeof name - 1), x);
		if (n && !kit_service(s->m->kit, name)) {
			ui_say(u, s, true, "the kit has no service '%s': nothing was declared", name);
			return;
		}
		x += n + (x[n] != 0);
	}
	if (p->n) {
		char services[sizeof p->text];
		text_copy(services, sizeof services, p->text);
		ui_ask_text(u, PROMPT_TITLE, services, "", "", "title (Enter: %s: this deploy is bad):", services);
	}
}

/* "done it serves 41": the first word is the outcome, the rest the reason. */
static void resolve_done(struct ui *u, const struct sight *s, const struct prompt *p)
{
	size_t n = strcspn(p->text, " :,");
	const char *reason = p->text + n + strspn(p->text + n, " :,");
	bool done = n == 4 && !strncmp(p->text, "done", 4), failed = n == 6 && !strncmp(p->text, "failed", 6);
	struct buf b;
	struct jw w;

	if ((!done && !failed) || !*reason) {
		ui_say(u, s, true, "it stays unknown: type done or failed, and then the reason");
		return;
	}
	buf_init(&b, 65536);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "key", p->a);
	jw_kstr(&w, "outcome", done ? "done" : "failed");
	jw_kstr(&w, "reason", reason);
	jw_obj_end(&w);
	ui_ask(u, "resolve", &b, TAG_SAY);
}

/* Blanks before and behind what was typed mean nothing. */
static void trim(struct prompt *p)
{
	size_t from = strspn(p->text, " ");

	while (p->n > from && p->text[p->n - 1] == ' ')
		p->n--;
	p->text[p->n] = 0;
	memmove(p->text, p->text + from, p->n - from + 1);
	p->n -= from;
}

void prompt_done(struct ui *u, const struct sight *s)
{
	struct prompt p = u->prompt;

	u->prompt.kind = PROMPT_NONE;
	trim(&p);
	if (ask_row(u, s, &p))
		return;
	if (p.kind == PROMPT_TITLE)
		title_done(u, &p);
	else if (p.kind == PROMPT_SERVICES)
		services_done(u, s, &p);
	else if (p.kind == PROMPT_RESOLVE)
		resolve_done(u, s, &p);
	else if (p.kind == PROMPT_FIND && p.n)
		ui_find(u, s, p.text);
	else if (p.kind == PROMPT_PALETTE)
		palette_run(u, s, p.text);
	else if (p.kind == PROMPT_LOOK_BACK && p.n)
		ui_back_go(u, s, p.text);
}
