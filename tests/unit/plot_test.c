/* tui/screen/plot: axes with round figures and times, peaks that never vanish, gaps
 * that are never joined, and pictures that people can read in review. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "tui/screen/plot.h"

#define T0 INT64_C(1795482000000000) /* 2026-11-24T01:00:00Z, 02:00 in the zone of this test */
#define POINTS 4000

static struct plot_point points[POINTS];

static struct plot plot_new(size_t n, int64_t seconds)
{
	return (struct plot){.from = T0, .to = T0 + seconds * US_SECOND, .now = T0 + seconds * US_SECOND, .join = 15 * US_SECOND,
		.stale = 60 * US_SECOND, .points = points, .n = n, .unit = UNIT_RATIO, .limit = NAN, .before = "not recorded"};
}

static void put(size_t i, int64_t second, double v)
{
	float f = (float)v;

	points[i] = (struct plot_point){T0 + second * US_SECOND, f, f, f};
}

/* ---- axes ---------------------------------------------------------------------- */

static const struct {
	double least, most, limit;
	enum unit unit;
	const char *figures; /* with a blank between */
	bool above;
} scales[] = {
	{0.001, 0.61, 0.05, UNIT_RATIO, "0 %|20 %|40 %|60 %|80 %", false},
	{0.001, 0.01, 0.05, UNIT_RATIO, "0 %|2 %|4 %|6 %", false},
	{0.001, 0.0019, 0.05, UNIT_RATIO, "0.00 %|0.05 %|0.10 %|0.15 %|0.20 %", true},
	{0, 0, NAN, UNIT_RATIO, "0.0 %|0.5 %|1.0 %", false},
	{0, 0, 0.05, UNIT_RATIO, "0 %|2 %|4 %|6 %", false},
	{0.1, 0.31, 0.8, UNIT_S, "0 ms|200 ms|400 ms|600 ms|800 ms", false},
	{0.1, 3.1, 0.8, UNIT_S, "0 s|1 s|2 s|3 s|4 s", false},
	{12, 84, NAN, UNIT_COUNT, "0|50|100", false},
	{12, 84000, NAN, UNIT_COUNT, "0k|50k|100k", false},
	{-3, 4, NAN, UNIT_NUMBER, "-4|-2|0|2|4", false},
	{1e-9, 2e-9, NAN, UNIT_NUMBER, "0|5e-10|1e-09|1.5e-09|2e-09", false},
	{220, 240, 200, UNIT_MS, "0 ms|100 ms|200 ms|300 ms", false},
};

static void figures(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scales); i++) {
		struct plot p = plot_new(2, 900);
		struct plot_scale s;
		char all[120] = "", one[PLOT_LABEL];
		p.unit = scales[i].unit;
		p.limit = scales[i].limit;
		put(0, 10, scales[i].least);
		put(1, 20, scales[i].most);
		plot_scale_of(&p, &s);
		for (int k = 0; k <= s.n; k++)
			snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", k ? "|" : "", plot_figure(&s, p.unit, k, one));
		if (strcmp(all, scales[i].figures) != 0)
			fail_msg("row %zu: %s", i, all);
		row_true(i, s.limit_above == scales[i].above);
	}
}

static const struct {
	const char *zone;
	int64_t from, seconds;
	int cols;
	const char *times;
} axes[] = {
	{"CET-1", T0, 900, 70, "02:00 02:05 02:10 02:15"},
	{"CET-1", T0 + 7 * US_SECOND, 60, 70, "02:00:15 02:00:30 02:00:45 02:01:00"},
	{"CET-1", T0 - 4 * US_HOUR, 6 * 3600, 70, "22:00 Tue 24 02:00 04:00"},
	{"IST-5:30", T0, 3600, 70, "06:30 06:45 07:00 07:15 07:30"},
	{"IST-5:30", T0, 86400, 70, "12:00 18:00 Wed 25 06:00"},
	/* the clock goes back: an hour comes twice, the times stay round */
	{"CET-1CEST,M3.5.0,M10.5.0/3", INT64_C(1792879200000000), 6 * 3600, 70, "Sun 25 02:00 04:00"},
};

static void times(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(axes); i++) {
		int64_t to = axes[i].from + axes[i].seconds * US_SECOND, step;
		char all[200] = "", one[PLOT_LABEL];
		setenv("TZ", axes[i].zone, 1);
		tzset();
		step = plot_time_step(axes[i].from, to, axes[i].cols);
		for (int64_t t = plot_time_round(axes[i].from, step); t <= to; t = plot_time_round(t + step / 2 + 1, step))
			snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", *all ? " " : "", plot_time_label(t, step, one));
		if (strcmp(all, axes[i].times) != 0)
			fail_msg("row %zu: %s", i, all);
	}
	setenv("TZ", "CET-1", 1);
	tzset();
}

/* ---- pictures -------------------------------------------------------------------- */

static char *picture(const struct plot *p, int rows, int cols)
{
	struct cells c;
	struct buf b;

	cells_init(&c, rows + 2, cols + 2);
	for (int i = 0; i < (rows + 2) * (cols + 2); i++)
		c.v[i].cp[0] = '#'; /* a frame of them must stay */
	for (int i = 1; i <= rows; i++)
		cells_fill(&c, i, 1, cols, ROLE_TEXT, ' ');
	plot_draw(p, &c, 1, 1, rows, cols);
	for (int i = 0; i < rows + 2; i++) {
		assert_true(cells_at(&c, i, 0)->cp[0] == '#' && cells_at(&c, i, cols + 1)->cp[0] == '#');
		cells_at(&c, i, 0)->cp[0] = cells_at(&c, i, cols + 1)->cp[0] = ' ';
	}
	for (int i = 0; i < cols + 2; i++) {
		assert_true(i == 0 || i == cols + 1 || (cells_at(&c, 0, i)->cp[0] == '#' && cells_at(&c, rows + 1, i)->cp[0] == '#'));
		cells_at(&c, 0, i)->cp[0] = cells_at(&c, rows + 1, i)->cp[0] = ' ';
	}
	buf_init(&b, 1 << 20);
	cells_print(&c, &b);
	cells_release(&c);
	return buf_take(&b);
}

static void is_picture(const struct plot *p, int rows, int cols, const char *want)
{
	char *got = picture(p, rows, cols);

	if (strcmp(got, want) != 0)
		fail_msg("the picture is another one:\n%s", got);
	free(got);
}

/* An incident: a peak, a gap, the turn, and a source that went silent. */
static size_t incident(void)
{
	size_t n = 0;

	for (int i = 0; i < 162; i++) {
		double v = i == 60 ? 0.3 : i > 90 ? 0.55 * (1 - exp(-(i - 90) / 20.0)) : 0.004;
		if (i < 40 || i >= 52)
			put(n++, 5 * i, v);
	}
	return n;
}

static const struct plot_mark marks[] = {
	{T0 + 430 * US_SECOND, 'D', ROLE_TEXT, "auth 8.14.0"},
	{T0 + 570 * US_SECOND, '!', ROLE_ALARM, "breach of locked-out"},
	{T0 + 572 * US_SECOND, 'B', ROLE_TEXT, "declared by ravi"},
};

static struct plot incident_plot(enum plot_ink ink)
{
	struct plot p = plot_new(incident(), 900);

	p.ink = ink;
	p.limit = 0.05;
	p.limit_text = "limit 5 % for 2m";
	p.marks = marks;
	p.n_marks = COUNT(marks);
	p.focus = T0 + 450 * US_SECOND;
	return p;
}

static void dots(void **state)
{
	struct plot p = incident_plot(PLOT_DOTS);

	(void)state;
	is_picture(&p, 13, 60,
		"\n"
		"                                D        !B\n"
		"  60 %┤                         ┊        ┊\n"
		"      │                         ┊        ┊   ⢀⣀⠤⠤⠖⠒⠒⠋⠉⠉⠁\n"
		"      │                         ┊        ┊⡠⠔⠊⠁\n"
		"  40 %┤                         ┊      ⢀⡴⠊\n"
		"      │                  ⡆      ┊     ⡰⠃ ┊\n"
		"  20 %┤                  ⡇      ┊   ⢀⠞   ┊\n"
		"      │                 ⢀⡇      ┊  ⢀⠇    ┊\n"
		"      │                 ⢸⡇      ┊ ⢀⠎     ┊  limit 5 % for 2m\n"
		"   0 %┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀···⢀⣀⣸⣇⣀⣀⣀⣀⣀⣀⣀⣀⡎⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉·····\n"
		"      └┴─────────────────┴─────────────────┴────────────────┴\n"
		"                       02:05             02:10            CET\n"
		" D 02:07 auth 8.14.0   ! 02:09 breach of locked-out\n"
		"\n");
}

static void blocks(void **state)
{
	struct plot p = incident_plot(PLOT_BLOCKS);

	(void)state;
	is_picture(&p, 13, 60,
		"\n"
		"                                D        !B\n"
		"  60 %┤                         │        │\n"
		"      │                         │        │   ░▁▃▄▅▆▆▇▇██\n"
		"      │                         │        │▁▄▆███████████\n"
		"  40 %┤                         │      ░▂▆██████████████\n"
		"      │                  ░      │     ▂▆████████████████\n"
		"  20 %┤                  ░      │   ░▃██████████████████\n"
		"      │                  ░      │  ░▄███████████████████\n"
		"      │ limit 5 % for 2m ░      │ ░▅████████████████████\n"
		"   0 %┤▁▁▁▁▁▁▁▁▁▁▁▁···▁▁▁▁▁▁▁▁▁▁▁▁▁█████████████████████·····\n"
		"      └┴─────────────────┴─────────────────┴────────────────┴\n"
		"                       02:05             02:10            CET\n"
		" D 02:07 auth 8.14.0   ! 02:09 breach of locked-out\n"
		"\n");
}

static void ascii(void **state)
{
	struct plot p = incident_plot(PLOT_ASCII);
	char *got = picture(&p, 13, 60);

	(void)state;
	for (char *c = got; *c; c++)
		assert_true(*c == '\n' || (*c >= ' ' && *c < 0x7f));
	free(got);
	is_picture(&p, 13, 60,
		"\n"
		"                                D        !B\n"
		"  60 %+                         :        :\n"
		"      |                         :        :    ....''''''\n"
		"      |                         :        :.*'''\n"
		"  40 %+                         :      .*'\n"
		"      |                  *      :     *' :\n"
		"  20 %+                  *      :   .*   :\n"
		"      |                 .*      :  .'    :\n"
		"      |                 **      : .'     :  limit 5 % for 2m\n"
		"   0 %+............???..**........*- - - - - - - - - - -?????\n"
		"      ++-----------------+-----------------+----------------+\n"
		"                       02:05             02:10            CET\n"
		" D 02:07 auth 8.14.0   ! 02:09 breach of locked-out\n"
		"\n");
}

/* ---- what must hold whatever is drawn -------------------------------------------------- */

/* A peak of one sample among thousands is drawn to its full height, in every ink. */
static void peaks(void **state)
{
	(void)state;
	for (int ink = PLOT_DOTS; ink <= PLOT_ASCII; ink++)
		for (int at = 0; at < POINTS; at += 333) {
			struct plot p = plot_new(POINTS, POINTS);
			struct cells c;
			bool there = false;
			p.ink = (enum plot_ink)ink;
			for (int i = 0; i < POINTS; i++)
				put((size_t)i, i, i == at ? 0.8 : 0.01);
			cells_init(&c, 14, 60);
			plot_draw(&p, &c, 0, 0, 14, 60);
			for (int i = 0; i < 60; i++)
				there = there || (i >= 6 && cells_at(&c, 1, i)->cp[0] != ' ');
			row_true(at, there);
			cells_release(&c);
		}
}

/* Between two samples that do not belong together no cell holds anything but the words for it. */
static void gaps(void **state)
{
	static const double middle[] = {NAN, 0.5}; /* one that could not be measured; none at all */

	(void)state;
	for (int ink = PLOT_DOTS; ink <= PLOT_ASCII; ink++)
		for (size_t kind = 0; kind < COUNT(middle); kind++) {
			struct plot p = plot_new(0, 600);
			struct cells c;
			p.ink = (enum plot_ink)ink;
			p.join = kind ? p.join : 1000 * US_SECOND; /* a failure is one however close the good ones are */
			for (int i = 0; i <= 120; i++)
				if (i < 40 || i > 80 || (!kind && i % 2))
					put(p.n++, 5 * i, i < 40 || i > 80 ? middle[1] : middle[kind]);
			cells_init(&c, 14, 64);
			plot_draw(&p, &c, 0, 0, 14, 64);
			for (int r = 1; r < 11; r++)
				for (int i = 28; i < 42; i++) { /* well inside it */
					uint32_t cp = cells_at(&c, r, i)->cp[0];
					row_true(10 * kind + (size_t)ink, cp == ' ' || cells_at(&c, r, i)->role == ROLE_UNKNOWN);
				}
			cells_release(&c);
		}
}

/* Any size, any values: nothing outside the rectangle, and no end of it. */
static void storm(void **state)
{
	static const double odd[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 0, -0.0, 1e-300, 3, 0.05, -7};
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		size_t n = (seed = seed * 1664525u + 1013904223u) >> 26;
		struct plot p = plot_new(n, 1 + (seed >> 8) % 100000);
		int64_t at = -50;
		for (size_t k = 0; k < n; k++) {
			seed = seed * 1664525u + 1013904223u;
			put(k, at += (seed >> 20) % 300, odd[(seed >> 8) % COUNT(odd)]);
			points[k].hi = (float)odd[(seed >> 13) % COUNT(odd)];
		}
		p.unit = (enum unit)(seed % 5);
		p.ink = (enum plot_ink)(i % 3);
		p.limit = odd[(seed >> 16) % COUNT(odd)];
		p.limit_text = "limit";
		p.bad_below = i & 1;
		p.marks = marks;
		p.n_marks = COUNT(marks);
		p.empty = n ? NULL : "nothing";
		free(picture(&p, 1 + (int)(seed >> 9) % 40, 1 + (int)(seed >> 17) % 150));
	}
}

int main(void)
{
	setenv("TZ", "CET-1", 1);
	tzset();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures), cmocka_unit_test(times), cmocka_unit_test(dots), cmocka_unit_test(blocks),
		cmocka_unit_test(ascii), cmocka_unit_test(peaks), cmocka_unit_test(gaps), cmocka_unit_test(storm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
