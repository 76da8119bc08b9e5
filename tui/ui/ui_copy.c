/* What the copy key takes: the name, value or line that the cursor is on, or the whole brief.  Cleaned and bounded
 * here; the front end hands it on. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

#define COPY_MOST ((size_t)8 << 10)

/* "auth/login_failures 61.0 %": what somebody would type into a chat. */
static void signal_text(const struct scene *sc, const struct item *it, struct buf *out)
{
	const struct kit_signal *sig = NULL;
	const struct kit_service *svc = kit_service(sc->m->kit, it->service);
	const struct model_signal *ms = model_signal(sc->m, it->service, it->name);
	char value[40];

	buf_addf(out, "%s/%s", it->service, it->name);
	sig = svc ? kit_signal(svc, it->name) : NULL;
	if (sig && ms && ms->ok_arrived.at)
		buf_addf(out, " %s", unit_print(ms->value, sig->unit, value, sizeof value));
}

/* The command that a person would type instead, where its panel has told us. */
static void action_text(const struct scene *sc, const struct item *it, struct buf *out)
{
	const struct confirm *c = &sc->ui->confirm;

	if (*c->command && !strcmp(c->service, it->service) && !strcmp(c->action, it->name))
		buf_adds(out, c->command);
	else
		buf_addf(out, "%s/%s", it->service, it->name);
}

/* "Sat 11:00 deploy ledger 3.9.0 -> 3.9.1, ask lena", as whole as the model has it. */
static void change_text(const struct scene *sc, const struct item *it, struct buf *out)
{
	char t[WHEN_LEN];

	for (size_t i = 0; i < sc->m->changes.n; i++) {
		const struct model_change *c = &sc->m->changes.v[i];
		if (c->seq != it->seq)
			continue;
		buf_addf(out, "%s %s%s%s", when_short(sc, c->at, t), c->what, c->service ? " " : "", c->service ? c->service : "");
		if (c->name && strcmp(c->what, "deploy") != 0)
			buf_addf(out, " %s", c->name);
		if (c->from || c->to)
			buf_addf(out, " %s%s%s", c->from ? c->from : "", c->from ? " -> " : "", c->to ? c->to : "");
		if (c->by)
			buf_addf(out, ", ask %s", c->by);
		return;
	}
}

static void said_text(const struct scene *sc, const struct item *it, struct buf *out)
{
	char t[WHEN_LEN];

	for (size_t i = 0; i < sc->m->reports.n; i++) {
		const struct model_report *r = &sc->m->reports.v[i];
		if (r->seq == it->seq)
			buf_addf(out, "%s %s %s%s%s: %s", when_short(sc, r->at.at, t), r->signal, r->by, r->service ? ", " : "",
				r->service ? r->service : "", r->note ? r->note : "");
	}
}

/* The whole line, however little of it fits on the screen. */
static void line_text(const struct scene *sc, struct page *p, const struct item *it, struct buf *out)
{
	enum view_kind view = sc->ui->places[sc->ui->depth].view;
	char t[WHEN_LEN];

	for (size_t i = 0; i < sc->m->lines.n && (view == VIEW_MAIN || view == VIEW_TIMELINE); i++) {
		const struct model_line *l = &sc->m->lines.v[i];
		if (l->seq != it->seq)
			continue;
		buf_addf(out, "%s %s: %s", when_clock(l->at.at, t), l->actor, l->text && *l->text ? l->text : l->kind);
		return;
	}
	page_text(p, it, out);
}

static void item_text(const struct scene *sc, struct page *p, const struct item *it, struct buf *out)
{
	switch (it->kind) {
	case ITEM_NONE:
		break;
	case ITEM_SERVICE:
	case ITEM_FREEZE:
		buf_adds(out, it->service);
		break;
	case ITEM_SIGNAL:
		signal_text(sc, it, out);
		break;
	case ITEM_ACTION:
	case ITEM_TRY:
		action_text(sc, it, out);
		break;
	case ITEM_VERSION:
	case ITEM_REPORT:
	case ITEM_INCIDENT:
	case ITEM_SOURCE:
		buf_adds(out, it->name);
		break;
	case ITEM_ROW:
		buf_addf(out, "%s%s%s", it->service, *it->service ? " " : "", it->name);
		break;
	case ITEM_PIN:
		buf_addf(out, "%s %s", it->service, it->name);
		break;
	case ITEM_LINE:
		line_text(sc, p, it, out);
		break;
	case ITEM_CHANGE:
		change_text(sc, it, out);
		break;
	case ITEM_SAID:
		said_text(sc, it, out);
		break;
	}
}

/* Made harmless; several lines of ours stay lines, a stranger's are shown as what they are.  True where not all of it fits. */
static bool clean(const char *text, bool lines, struct buf *out)
{
	static char line[4 * COPY_MOST];

	for (const char *s = text; *s;) {
		size_t n = lines ? strcspn(s, "\n") : strlen(s);
		text_clean(line, sizeof line, s, n, 0);
		for (const char *c = line; *c;) {
			uint32_t cp;
			size_t len = utf8_next(c, strlen(c), &cp);
			if (!len || out->len + len + 1 > COPY_MOST)
				return true;
			buf_add(out, c, len);
			c += len;
		}
		s += n;
		if (*s == '\n' && s[1])
			buf_addc(out, '\n');
		s += *s == '\n';
	}
	return false;
}

/* Into `out` as it is; what it is called, "" where its text says so itself. */
static const char *what_is_here(struct ui *u, const struct sight *s, struct buf *out)
{
	const struct place *place = ui_place(u);
	struct scene sc;
	struct page p;
	const struct item *it;

	scene_make(&sc, u, s, u->rows, u->cols);
	if (place->view == VIEW_BRIEF && u->out.brief) {
		u->out.brief(s->m, sc.inc, &s->now, out);
		return "the brief";
	}
	views_page(&sc, &p, u->cols);
	it = page_cursor_item(&p);
	if (it)
		item_text(&sc, &p, it, out);
	else
		buf_adds(out, place->service);
	page_release(&p);
	return "";
}

void ui_copy(struct ui *u, const struct sight *s)
{
	struct buf raw, text;
	char head[400];
	const char *what, *how;
	bool cut;

	buf_init(&raw, (size_t)1 << 20);
	buf_init(&text, 4 * COPY_MOST);
	what = what_is_here(u, s, &raw);
	cut = clean(buf_str(&raw), *what, &text);
	text_clean(head, sizeof head, buf_str(&text), text.len, 120);
	how = text.len && u->out.copy ? u->out.copy(u->out.ctx, buf_str(&text)) : NULL;
	if (!text.len)
		ui_say(u, s, false, "the cursor is on nothing: nothing was copied");
	else if (!how)
		ui_say(u, s, false, "this terminal has no way to copy");
	else
		ui_say(u, s, false, "copied%s: %s, %s", cut ? ", its first 8 KiB" : "", *what ? what : head, how);
	buf_release(&raw);
	buf_release(&text);
}
