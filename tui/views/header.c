/* The top of every frame: environment, incident, who commands, the clocks.
 * The big clock is the largest thing; an engine that is silent says so above it. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/decide.h"
#include "tui/screen/pulse.h"
#include "tui/ui/sources.h"
#include "tui/views/views.h"

#define SILENT (2 * US_SECOND)

static const char *practice(const struct scene *s)
{
	return s->inc && s->inc->kind == INCIDENT_DRILL ? "DRILL" : "DEMO";
}

/* The line under the header; what is only practice says so in it, too. */
static void rule(const struct scene *s, struct cells *out, int row)
{
	char line[48];

	cells_fill(out, row, 0, out->cols, ROLE_RULE, s->demo ? 0x254c : 0x2500);
	if (ui_looks_back(s->ui))
		cells_text(out, row, out->cols > 66 ? 32 : 2, out->cols - 4, ROLE_PAST, " THE PAST: nothing can be done here ");
	if (s->demo)
		cells_textf(out, row, 2, out->cols - 4, ROLE_DEMO, " %s, NOT PRODUCTION ", practice(s));
	if (s->link->line >= PULSE_SLOW) {
		snprintf(line, sizeof line, " your line is slow, %.1f s ", (double)s->link->line / (double)US_SECOND);
		cells_text(out, row, out->cols - 2 - text_cols(line), 40, ROLE_SOON, line);
	}
}

/* PRODUCTION; a demo or a drill is marked in words, in every frame. */
static int environment_draw(const struct scene *s, struct cells *out)
{
	char name[80] = "NO ENVIRONMENT";
	const char *env = s->inc && s->inc->environment ? s->inc->environment : s->m ? s->m->environment : NULL;
	int col = 0;

	if (env && *env)
		text_copy(name, sizeof name, env);
	for (char *p = name; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (s->demo)
		col = cells_textf(out, 0, col, out->cols, ROLE_DEMO, " %s ", practice(s)) + 1;
	if (!s->demo || (s->m && strcmp(name, practice(s)) != 0))
		col = cells_textf(out, 0, col, out->cols - col, ROLE_ENVIRONMENT, " %s ", name) + 1;
	return col;
}

static bool engine_silent(const struct scene *s, char *out, size_t cap)
{
	const struct link *l = s->link;

	if (l->up && l->beat_age >= 0 && l->beat_age < SILENT)
		return false;
	if (!l->ever)
		return snprintf(out, cap, "no engine yet") > 0;
	if (l->beat_age >= SILENT)
		snprintf(out, cap, "ENGINE SILENT %lld s", (long long)(l->beat_age / US_SECOND));
	else
		snprintf(out, cap, l->up ? "" : "ENGINE GONE");
	return *out;
}

/* Right end of the first line: the time, or that nobody tells us any more; never over the environment. */
static int time_draw(const struct scene *s, struct cells *out, int left)
{
	char t[WHEN_LEN], silent[64];
	bool ticking = s->inc || s->screen == SCREEN_PENDING;
	const char *format = ticking && out->cols >= 60 ? "%H:%M:%S %Z" : out->cols >= 60 ? "%a %H:%M %Z" : "%H:%M";
	int cols;

	if (engine_silent(s, silent, sizeof silent)) {
		int at = out->cols - text_cols(silent) - 2;
		at = at < left ? left : at;
		cells_textf(out, 0, at, out->cols - at, ROLE_ALARM, " %s ", silent);
		return at;
	}
	instant_local(s->now.at, format, t, sizeof t);
	cols = text_cols(t);
	if (out->cols - 1 - cols < left)
		return out->cols;
	cells_text(out, 0, out->cols - 1 - cols, cols, ROLE_HEAD, t);
	return out->cols - 1 - cols;
}

/* "ravi, on-call, watching" or "ravi COMMANDS"; drawn before column `right`. */
static int people_draw(const struct scene *s, struct cells *out, int left, int right)
{
	char text[200];
	const char *you = s->ui->person;
	int cols, room = right - left - 11;

	if (s->inc && s->inc->open) {
		const char *c = s->inc->commander;
		if (!c)
			snprintf(text, sizeof text, "NOBODY COMMANDS");
		else if ((s->ui->read_only || strcmp(c, you) != 0) && text_cols(c) + 21 <= room)
			snprintf(text, sizeof text, "%s COMMANDS, you watch", c);
		else
			snprintf(text, sizeof text, "%s COMMANDS", c);
	} else if (!*you) {
		snprintf(text, sizeof text, "not in the kit, watching");
	} else {
		snprintf(text, sizeof text, "%s, watching", you);
	}
	cols = text_cols(text);
	if (right - cols - 3 < left + 8)
		return right;
	cells_text(out, 0, right - cols - 3, cols, ROLE_HEAD, text);
	return right - cols - 4;
}

static void first_line(const struct scene *s, struct cells *out)
{
	char silent[64] = "";
	int col = environment_draw(s, out);
	size_t open = s->m ? model_open_incidents(s->m, NULL) : 0;

	if (ui_looks_back(s->ui)) {
		past_line_draw(s, out, col, engine_silent(s, silent, sizeof silent) ? silent : "");
		return;
	}
	int right = time_draw(s, out, col);

	right = people_draw(s, out, col + (s->inc ? 10 : 0), right);
	if (s->inc && s->screen == SCREEN_VERIFIED)
		col = cells_textf(out, 0, col, right - col, ROLE_HEAD, "%s VERIFIED: %s", s->inc->name, s->inc->title);
	else if (s->inc)
		col = cells_textf(out, 0, col, right - col, ROLE_HEAD, "%s %s", s->inc->name, s->inc->title);
	else if (s->m && s->m->kit_name)
		col = cells_text(out, 0, col, right - col, ROLE_HEAD, s->m->kit_name);
	if (open > 1)
		cells_textf(out, 0, col, right - col, ROLE_SOON, " (+%zu :incidents)", open - 1);
}

/* ---- no incident ------------------------------------------------------------- */

static void sources_draw(const struct scene *s, struct cells *out, int col)
{
	char text[64];
	size_t n, well = sources_well(s, &n);
	int cols;

	snprintf(text, sizeof text, "sources %zu/%zu", well, n);
	cols = text_cols(text);
	if (out->cols - 1 - cols > col)
		cells_text(out, 1, out->cols - 1 - cols, cols, well < n ? ROLE_UNKNOWN : ROLE_DIM, text);
}

static int counts_draw(const struct scene *s, struct cells *out, int col, bool quiet)
{
	size_t by[RANKS], n = health_services(s->health);

	for (int i = 0; i < RANKS; i++)
		by[i] = health_count(s->health, (enum rank)i);
	if (quiet)
		col = cells_textf(out, 1, col, out->cols, ROLE_TEXT, "%zu service%s: ", n, n == 1 ? "" : "s");
	col = cells_textf(out, 1, col, out->cols, by[RANK_GOOD] == n ? ROLE_GOOD : ROLE_TEXT, "%zu good", by[RANK_GOOD]);
	if (by[RANK_UNKNOWN])
		col = cells_textf(out, 1, col + 2, out->cols, ROLE_UNKNOWN, "%zu unknown", by[RANK_UNKNOWN]);
	if (quiet)
		col = cells_textf(out, 1, col + 2, out->cols, ROLE_TEXT, "%zu bad", by[RANK_BAD] + by[RANK_NEAR]);
	if (!s->m->kit->armed)
		col = cells_text(out, 1, col + 2, out->cols - col - 2, ROLE_SOON, "NOT ARMED: nothing fires");
	return col;
}

static void quiet_line(const struct scene *s, struct cells *out)
{
	char age[WHEN_LEN] = "";
	int64_t last = 0;
	int col;

	for (size_t i = 0; i < s->m->incidents.n; i++)
		if (s->m->incidents.v[i].closed.at > last)
			last = s->m->incidents.v[i].closed.at;
	col = cells_text(out, 1, 1, 8, ROLE_GOOD, "QUIET");
	if (last)
		col = cells_textf(out, 1, col + 1, 12, ROLE_TEXT, "%s", age_long(s->now.at - last, age));
	col = counts_draw(s, out, col + 3, true);
	sources_draw(s, out, col + 2);
}

/* "1 PENDING: checkout, breach in 0:25", the nearest named. */
static void pending_line(const struct scene *s, struct cells *out)
{
	const struct model_row *first = NULL;
	size_t pending = 0, breached = 0;
	char d[DURATION_LEN];
	int col;

	for (size_t i = 0; i < s->m->rows.n; i++) {
		const struct model_row *r = &s->m->rows.v[i];
		bool bad = model_row_standing(r) || r->state == ROW_BREACHED || r->state == ROW_OVERDUE;
		if (!bad && r->state != ROW_PENDING)
			continue;
		if (bad && !breached)
			first = r;
		breached += bad;
		pending += !bad;
		if (!first || (!breached && r->until && (!first->until || r->until < first->until)))
			first = r;
	}
	if (!first)
		return;
	const char *service = *first->service ? first->service : first->row;
	int64_t left = first->until - s->now.at;
	if (breached)
		col = cells_textf(out, 1, 1, out->cols - 1, ROLE_ALARM, "%zu BREACHED: %s, %s", breached, service, first->row);
	else
		col = cells_textf(out, 1, 1, out->cols - 1, ROLE_SOON, "%zu PENDING: %s", pending, service);
	if (!breached && first->until)
		col = cells_textf(out, 1, col, out->cols - col, ROLE_SOON, ", breach in %s", duration_clock(left > 0 ? left : 0, d));
	col = counts_draw(s, out, col + 3, false);
	sources_draw(s, out, col + 2);
}

/* ---- an incident --------------------------------------------------------------- */

static void goal_text(const struct scene *s, char *out, size_t cap)
{
	const struct phases *ph = &s->ph;
	bool running;
	int64_t clock = phases_clock(ph, &s->stamp, &running), left = ph->target - clock;
	char goal[DURATION_LEN], d[DURATION_LEN];

	if (left >= 0)
		left = ph->target - clock / US_SECOND * US_SECOND; /* the clock as it is shown and this add up to the goal */

	bool brief = s->screen == SCREEN_RUNNING;

	if (!ph->target)
		snprintf(out, cap, "no goal set for this tier");
	else if (!running)
		snprintf(out, cap, "goal %s %s, %s %s", duration_clock(ph->target, goal), left >= 0 ? "kept" : "missed",
			duration_clock(left >= 0 ? left : -left, d), left >= 0 ? "to spare" : "over");
	else if (left >= 0)
		snprintf(out, cap, "goal %s%s: %s left", duration_clock(ph->target, goal), brief ? "" : " from \"bad\"", duration_clock(left, d));
	else
		snprintf(out, cap, "goal %s%s: missed by %s", duration_clock(ph->target, goal), brief ? "" : " from \"bad\"", duration_clock(-left, d));
}

static int64_t since(const struct scene *s, enum phase p)
{
	return s->ph.at[p].at ? stamp_diff(&s->ph.at[p], &s->stamp, NULL) : -1;
}

/* One step of the strip: done with its duration, under way in capitals, or to come. */
static void step(char *out, size_t cap, const char *word, int64_t took, bool now, int64_t live)
{
	char up[16], d[DURATION_LEN];
	size_t n = strlen(out);

	for (size_t i = 0; i < sizeof up; i++)
		up[i] = (char)(now ? toupper((unsigned char)word[i < strlen(word) ? i : strlen(word)]) : word[i < strlen(word) ? i : strlen(word)]);
	up[sizeof up - 1] = 0;
	snprintf(out + n, cap - n, "%s%s", n ? " > " : "", up);
	n = strlen(out);
	if (now && live >= 0)
		snprintf(out + n, cap - n, " %s", duration_clock(live, d));
	else if (took >= 0)
		snprintf(out + n, cap - n, " %s", duration_clock(took, d));
}

static void strip_text(const struct scene *s, char *out, size_t cap)
{
	const struct phases *ph = &s->ph;
	bool verified = ph->at[PHASE_VERIFIED].at, acted = ph->at[PHASE_ACTED].at, fired = ph->at[PHASE_FIRED].at;
	bool decided = ph->at[PHASE_DECIDED].at, done = acted || verified;
	int64_t bad = ph->at[PHASE_DETECTED].at && ph->at[PHASE_DECLARED].at ?
		stamp_diff(&ph->at[PHASE_DETECTED], &ph->at[PHASE_DECLARED], NULL) : -1;
	bool again = s->screen == SCREEN_DECIDING;

	snprintf(out, cap, verified ? "" : "hurt");
	step(out, cap, "seen", ph->detect, false, 0);
	step(out, cap, "bad", bad, false, 0);
	step(out, cap, "decide", ph->decide, !decided || (again && !done), decided ? -1 : since(s, PHASE_DECLARED));
	step(out, cap, "run", ph->act, fired && !done && !again, since(s, PHASE_FIRED));
	step(out, cap, "verify", ph->verify, acted && !verified, since(s, PHASE_ACTED));
	if (ph->approximate)
		snprintf(out + strlen(out), cap - strlen(out), " (about)");
}

static void hurt_text(const struct scene *s, char *out, size_t cap)
{
	char from[WHEN_LEN], to[WHEN_LEN], d[DURATION_LEN];
	int64_t hurt = phases_hurt(&s->ph, &s->stamp);

	if (hurt < 0)
		snprintf(out, cap, "users hurt since: not known");
	else if (s->ph.at[PHASE_VERIFIED].at)
		snprintf(out, cap, "users hurt %s - %s: %s", when_clock(s->ph.at[PHASE_ONSET].at, from),
			when_clock(s->ph.at[PHASE_VERIFIED].at, to), duration_clock(hurt, d));
	else
		snprintf(out, cap, "users hurt since %s, for %s", when_clock(s->ph.at[PHASE_ONSET].at, from), duration_clock(hurt, d));
}

static enum role running_lines(const struct scene *s, char line[3][240])
{
	const struct model_action *a = s->act;
	char t[WHEN_LEN], d[DURATION_LEN], e[WHEN_LEN], goal[120];
	const struct kit_action *ka = kit_action(s->m->kit, a->service, a->action);
	const char *why;
	int64_t takes = ka ? expected_time(s->m, ka, &why) : -1;
	bool unknown = a->outcome == OUTCOME_UNKNOWN;

	goal_text(s, goal, sizeof goal);
	if (!a->recovery)
		snprintf(line[0], sizeof line[0], "%s %s %s on %s", unknown ? "OUTCOME NOT KNOWN" : "RUNNING", a->key, a->verb, a->service);
	else
		snprintf(line[0], sizeof line[0], "%s %s %s %s -> %s", unknown ? "OUTCOME NOT KNOWN" : a->outcome == OUTCOME_WAITING ? "WAITING" : "RUNNING",
			a->key, a->service, a->from ? a->from : "?", a->to ? a->to : "?");
	if (!a->fired.at)
		snprintf(line[1], sizeof line[1], "%s asked %s; not fired yet", action_who(a), when_clock(a->requested.at, t));
	else if (unknown)
		snprintf(line[1], sizeof line[1], "fired %s; the backend is being asked.  Look first", when_clock(a->fired.at, t));
	else
		snprintf(line[1], sizeof line[1], "%s%s, on disk %s, running %s", action_by_itself(a) ? "by " : "", action_who(a), when_clock(a->fired.at, t),
			duration_clock(stamp_diff(&a->fired, &s->stamp, NULL), d));
	if (unknown)
		snprintf(line[2], sizeof line[2], "%s.  %s settles it, once you looked", goal, key_of(s->ui, COMMAND_RESOLVE));
	else if (a->fired.at && takes >= 0)
		snprintf(line[2], sizeof line[2], "%s.  %s %s, limit %s", goal,
			stamp_diff(&a->fired, &s->stamp, NULL) > takes + US_SECOND ? "Late since" : "Done about", when_clock(a->fired.at + takes, t),
			when_clock(a->fired.at + a->deadline_us, e));
	else
		snprintf(line[2], sizeof line[2], "%s", goal);
	return unknown ? ROLE_ALARM : ROLE_TITLE;
}

static void verifying_lines(const struct scene *s, char line[3][240])
{
	char t[WHEN_LEN], d[DURATION_LEN], w[DURATION_LEN];
	int64_t within = 0;

	for (size_t i = 0; i < s->inc->services.n; i++) {
		const struct kit_service *svc = kit_service(s->m->kit, s->inc->services.v[i].name);
		if (svc && svc->verify.within > within)
			within = svc->verify.within;
	}
	const char *detail = s->act && s->act->detail ? s->act->detail : "";
	size_t n = s->act ? strlen(s->act->service) : 0;

	if (n && s->inc->services.n == 1 && !strncmp(detail, s->act->service, n) && !strncmp(detail + n, ": ", 2))
		detail += n + 2; /* there is no other service it could speak of */
	snprintf(line[0], sizeof line[0], "REVERTED %s  %s", when_clock(s->ph.at[PHASE_ACTED].at, t), detail);
	snprintf(line[1], sizeof line[1], "NOT YET VERIFIED, %s; gives up at %s.  Needs all:", duration_clock(since(s, PHASE_ACTED), d),
		duration_clock(within, w));
	goal_text(s, line[2], sizeof line[2]);
}

/* room: columns for each of them. */
static enum role left_lines(const struct scene *s, int room, char line[3][240])
{
	if (s->screen == SCREEN_COUNTDOWN) {
		hurt_text(s, line[2], sizeof line[2]);
		countdown_words(s, room, line);
		return ROLE_ALARM;
	}
	if (s->screen == SCREEN_RUNNING)
		return running_lines(s, line);
	if (s->screen == SCREEN_VERIFYING) {
		verifying_lines(s, line);
		return ROLE_TITLE;
	}
	hurt_text(s, line[0], sizeof line[0]);
	if (s->screen == SCREEN_VERIFIED) {
		strip_text(s, line[1], sizeof line[1]);
		goal_text(s, line[2], sizeof line[2]);
		return ROLE_GOOD;
	}
	goal_text(s, line[1], sizeof line[1]);
	strip_text(s, line[2], sizeof line[2]);
	return ROLE_TITLE;
}

void header_words(const struct scene *s, char out_line[3][240])
{
	left_lines(s, 1000, out_line);
}

static void clock_text(const struct scene *s, char *out, size_t cap)
{
	bool running;
	int64_t t = (s->screen == SCREEN_COUNTDOWN ? action_countdown_shown(s->down, &s->stamp) : phases_clock(&s->ph, &s->stamp, &running)) / US_SECOND;

	if (t < 0)
		t = 0;
	if (t >= 360000)
		snprintf(out, cap, "%lld:%02lld", (long long)(t / 3600), (long long)(t / 60 % 60));
	else if (t >= 3600)
		snprintf(out, cap, "%lld:%02lld:%02lld", (long long)(t / 3600), (long long)(t / 60 % 60), (long long)(t % 60));
	else
		snprintf(out, cap, "%02lld:%02lld", (long long)(t / 60), (long long)(t % 60));
}

void header_clock(const struct scene *s, struct cells *out)
{
	char clock[40], silent[64];
	int cols;

	if (!s->inc || out->cols < 30) /* where this is comes first */
		return;
	clock_text(s, clock, sizeof clock);
	cols = text_cols(clock);
	if (s->screen == SCREEN_COUNTDOWN)
		cells_text(out, 0, out->cols - cols - 15, 13, ROLE_ALARM, " BY ITSELF IN");
	else
		cells_text(out, 0, out->cols - cols - 8, 6, ROLE_DIM, " \"bad\"");
	cells_textf(out, 0, out->cols - cols - 2, cols + 2, engine_silent(s, silent, sizeof silent) ? ROLE_CLOCK_OLD : ROLE_CLOCK, " %s ", clock);
}

static void incident_lines(const struct scene *s, struct cells *out)
{
	char clock[40], silent[64], line[3][240] = {"", "", ""};
	const char *label = s->screen == SCREEN_COUNTDOWN ? "by itself in" : s->screen == SCREEN_VERIFIED ? "\"bad\" to good" : "since \"bad\"";
	int left;
	enum role role;

	clock_text(s, clock, sizeof clock);
	left = digits_draw(out, 1, out->cols - 1, ui_looks_back(s->ui) || engine_silent(s, silent, sizeof silent) ? ROLE_CLOCK_OLD : ROLE_CLOCK, clock);
	role = left_lines(s, left - 3, line);
	for (int i = 0; i < 3; i++) {
		int right = left;
		bool fits = text_cols(line[0]) + text_cols(label) + 4 < left;
		/* what was done may be cut so that it is said what the digits count; which action runs may not */
		if (i == 0 && (fits || (s->screen == SCREEN_VERIFYING && left >= 48))) {
			right = left - 2 - text_cols(label);
			cells_text(out, 1, right, 20, ROLE_DIM, label);
		}
		cells_text(out, 1 + i, 1, right - 2, i == 0 ? role : i == 1 && s->screen == SCREEN_COUNTDOWN ? ROLE_TITLE : ROLE_TEXT, line[i]);
	}
}

int header_rows(const struct scene *s)
{
	return s->inc ? 5 : 3;
}

void header_draw(const struct scene *s, struct cells *out)
{
	first_line(s, out);
	if (s->inc)
		incident_lines(s, out);
	else if (s->screen == SCREEN_QUIET)
		quiet_line(s, out);
	else if (s->screen == SCREEN_PENDING)
		pending_line(s, out);
	rule(s, out, header_rows(s) - 1);
}
