/* What a frame of the past says that no other frame says: that it is one, of
 * when, and what happened live meanwhile. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/views.h"

/* "02:13:52", with the day where it is not today's; "4:10", or whole days. */
static void moment(const struct scene *s, char at[WHEN_LEN], char ago[WHEN_LEN])
{
	int64_t back = s->real.at - s->now.at;
	char then[WHEN_LEN], today[WHEN_LEN], d[DURATION_LEN];

	instant_local(s->now.at, "%F", then, sizeof then);
	instant_local(s->real.at, "%F", today, sizeof today);
	instant_local(s->now.at, strcmp(then, today) != 0 ? "%a %e %b %H:%M:%S" : "%H:%M:%S", at, WHEN_LEN);
	if (back < US_DAY)
		text_copy(ago, WHEN_LEN, duration_clock(back > 0 ? back : 0, d));
	else
		snprintf(ago, WHEN_LEN, "%lld d", (long long)(back / US_DAY));
}

void past_line_draw(const struct scene *s, struct cells *out, int col, const char *silent)
{
	const struct back *b = &s->ui->back;
	char at[WHEN_LEN], ago[WHEN_LEN], how[40] = "";
	int right = out->cols, room;

	moment(s, at, ago);
	if (back_slow(b, &s->real))
		snprintf(how, sizeof how, ", reading %d %%", b->percent);
	else if (b->playing)
		snprintf(how, sizeof how, ", plays x%d", back_speed(b));
	cells_fill(out, 0, col, out->cols - col, ROLE_PAST, ' ');
	if (*silent && right - text_cols(silent) - 2 >= col + 12) { /* that this is the past comes first */
		right -= text_cols(silent) + 2;
		cells_textf(out, 0, right, out->cols - right, ROLE_ALARM, " %s ", silent);
	}
	col = cells_textf(out, 0, col, right - col, ROLE_PAST, " %s at %s, %s ago%s", out->cols < 60 ? "BACK" : "LOOKING BACK", at, ago, how);
	col = cells_textf(out, 0, col, right - col, ROLE_PAST, "   %s live", key_of(s->ui, COMMAND_LIVE));
	room = right - col - 4;
	if (room >= 6 && s->inc)
		cells_textf(out, 0, col + 3, room, ROLE_PAST, "%s %s", s->inc->name, room >= 12 ? s->inc->title : "");
}

void past_news_draw(const struct scene *s, struct cells *out)
{
	const struct back *b = &s->ui->back;
	char t[WHEN_LEN], more[40] = "", tail[100];
	int row = out->rows - 2, room = out->cols - 2, col;

	if (b->state == BACK_READING && *b->why)
		cells_textf(out, row, 1, room, ROLE_SOON, " looking back waits: %s.  Esc: no ", b->why);
	else if (b->state == BACK_READING)
		cells_textf(out, row, 1, room, ROLE_TITLE, " reading the journal, %d %%; this is live still.  Esc: no ", b->percent);
	if (b->state != BACK_ON)
		return;
	if (*b->news) {
		if (b->n_news > 1)
			snprintf(more, sizeof more, " (%d before)", b->n_news - 1);
		snprintf(tail, sizeof tail, "%s   %s live", more, key_of(s->ui, COMMAND_LIVE));
		cells_fill(out, row, 0, out->cols, ROLE_MESSAGE, ' ');
		col = cells_textf(out, row, 1, room - text_cols(tail), ROLE_MESSAGE, "live %s: %s", when_clock(b->news_at, t), b->news);
		cells_text(out, row, col, room + 1 - col, ROLE_MESSAGE, tail);
	} else if (*b->why) {
		cells_textf(out, row, 1, room, ROLE_SOON, " %s; it is tried again ", b->why);
	}
}
