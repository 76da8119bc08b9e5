/* The table of the views, and which screen the main one is. */
#include "config.h"

#include "tui/views/views.h"

const struct view views[VIEW_COUNT] = {
#define X(id, fn, name, enter, shows) {name, enter, shows, view_##fn},
	VIEWS(X)
#undef X
};

void view_main(const struct scene *s, struct page *p, const struct place *place)
{
	(void)place;
	switch (s->screen) {
	case SCREEN_WAITING:
		break;
	case SCREEN_QUIET:
		screen_quiet(s, p);
		break;
	case SCREEN_PENDING:
		screen_pending(s, p);
		break;
	case SCREEN_COUNTDOWN:
		screen_countdown(s, p);
		break;
	case SCREEN_DECIDING:
		screen_deciding(s, p);
		break;
	case SCREEN_RUNNING:
		screen_running(s, p);
		break;
	case SCREEN_VERIFYING:
		screen_verifying(s, p);
		break;
	case SCREEN_VERIFIED:
		screen_verified(s, p);
		break;
	}
}

void views_page(const struct scene *s, struct page *p, int cols)
{
	const struct place *place = &s->ui->places[s->ui->depth];

	page_init(p, cols, &place->cursor, place->filter);
	p->ctx = s;
	p->begins = *views[place->view].enter && place->view != VIEW_MAIN;
	if (s->screen != SCREEN_WAITING)
		views[place->view].draw(s, p, place);
}
