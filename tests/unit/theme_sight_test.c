/* The colours of our themes for eyes that see other colours: every two status
 * roles stay apart under protanopia, deuteranopia and tritanopia, and every role
 * can be read on the grounds that the theme is for.  A terminal's own letters
 * and ground are not ours, so common ones stand for them.
 *
 * Simulated after Machado, Oliveira and Fernandes (2009), severity 1.0, on linear
 * RGB.  Distances are CIEDE2000: 1 is what people just notice between two large
 * fields side by side; 10 is asked for, since letters are thin, stand apart, and
 * are looked at in a hurry.  Contrast is that of WCAG 2: 4.5 is level AA for
 * text, 7 level AAA. */
#include "config.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tui/screen/theme.h"

#define APART 10.0
#define PI 3.14159265358979323846

enum { EYES = 4 };
static const struct {
	const char *name;
	double m[3][3];
} eyes[EYES] = {
	{"everybody", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
	{"protanopia", {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
	{"deuteranopia", {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
	{"tritanopia", {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}},
};

struct colour { double v[3]; };

/* ---- colours -------------------------------------------------------------------------- */

static struct colour linear(unsigned rgb)
{
	struct colour c;

	for (int i = 0; i < 3; i++) {
		double s = (double)(rgb >> (16 - 8 * i) & 0xff) / 255;
		c.v[i] = s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
	}
	return c;
}

static struct colour seen(struct colour c, int eye)
{
	struct colour out;

	for (int i = 0; i < 3; i++) {
		double s = 0;
		for (int k = 0; k < 3; k++)
			s += eyes[eye].m[i][k] * c.v[k];
		out.v[i] = s < 0 ? 0 : s > 1 ? 1 : s;
	}
	return out;
}

static double luminance(struct colour c)
{
	return 0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2];
}

static double contrast(struct colour a, struct colour b)
{
	double x = luminance(a), y = luminance(b);

	return ((x > y ? x : y) + 0.05) / ((x > y ? y : x) + 0.05);
}

static double lab_curve(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* L*, a*, b* under D65. */
static struct colour lab(struct colour c)
{
	double r = c.v[0], g = c.v[1], b = c.v[2];
	double x = lab_curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
	double y = lab_curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
	double z = lab_curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);

	return (struct colour){{116 * y - 16, 500 * (x - y), 200 * (y - z)}};
}

static double degrees(double b, double a)
{
	double h = a == 0 && b == 0 ? 0 : atan2(b, a) * 180 / PI;

	return h < 0 ? h + 360 : h;
}

static double cosd(double d)
{
	return cos(d * PI / 180);
}

/* Mean of two hues, and their difference, the short way round; with a grey among them there is none. */
static void hues(double c, double h1, double h2, double *out_mean, double *out_diff)
{
	double d = h2 - h1, sum = h1 + h2;

	*out_diff = c == 0 ? 0 : fabs(d) <= 180 ? d : d > 0 ? d - 360 : d + 360;
	*out_mean = c == 0 ? sum : fabs(d) <= 180 ? sum / 2 : sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2;
}

/* CIEDE2000 with all factors 1, after Sharma, Wu and Dalal (2005). */
static double ciede(struct colour p, struct colour q)
{
	double mean = (hypot(p.v[1], p.v[2]) + hypot(q.v[1], q.v[2])) / 2, m7 = pow(mean, 7);
	double g = 1 + 0.5 * (1 - sqrt(m7 / (m7 + 6103515625.0)));
	double c1 = hypot(p.v[1] * g, p.v[2]), c2 = hypot(q.v[1] * g, q.v[2]), h, dh;
	double l = (p.v[0] + q.v[0]) / 2 - 50, c = (c1 + c2) / 2, c7 = pow(c, 7);

	hues(c1 * c2, degrees(p.v[2], p.v[1] * g), degrees(q.v[2], q.v[1] * g), &h, &dh);
	double t = 1 - 0.17 * cosd(h - 30) + 0.24 * cosd(2 * h) + 0.32 * cosd(3 * h + 6) - 0.20 * cosd(4 * h - 63);
	double rt = -sin(2 * 30 * exp(-((h - 275) / 25) * ((h - 275) / 25)) * PI / 180) * 2 * sqrt(c7 / (c7 + 6103515625.0));
	double dl = (q.v[0] - p.v[0]) / (1 + 0.015 * l * l / sqrt(20 + l * l)), dc = (c2 - c1) / (1 + 0.045 * c);
	double dhue = 2 * sqrt(c1 * c2) * sin(dh / 2 * PI / 180) / (1 + 0.015 * c * t);

	return sqrt(dl * dl + dc * dc + dhue * dhue + rt * dc * dhue);
}

/* Of the data that Sharma, Wu and Dalal published for it. */
static const struct {
	struct colour a, b;
	double distance;
} known[] = {
	{{{50, 2.6772, -79.7751}}, {{50, 0, -82.7485}}, 2.0425}, {{{50, 0, 0}}, {{50, -1, 2}}, 2.3669},
	{{{50, 2.49, -0.001}}, {{50, -2.49, 0.0011}}, 7.2195}, {{{50, 2.5, 0}}, {{73, 25, -18}}, 27.1492},
	{{{50, 2.5, 0}}, {{58, 24, 15}}, 19.4535}, {{{60.2574, -34.0099, 36.2677}}, {{60.4626, -34.1751, 39.4387}}, 1.2644},
	{{{22.7233, 20.0904, -46.694}}, {{23.0331, 14.973, -42.5619}}, 2.0373}, {{{2.0776, 0.0795, -1.135}}, {{0.9033, -0.0636, -0.5514}}, 0.9082},
};

static void formula(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		row_true(i, fabs(ciede(known[i].a, known[i].b) - known[i].distance) < 0.0001);
		row_true(i, fabs(ciede(known[i].b, known[i].a) - known[i].distance) < 0.0001);
	}
	assert_true(fabs(contrast(linear(0xffffff), linear(0)) - 21) < 0.0001);
	assert_true(fabs(contrast(linear(0x767676), linear(0xffffff)) - 4.54) < 0.01); /* the palest grey for AA on white */
	for (int e = 0; e < EYES; e++) { /* white is white for every eye */
		struct colour w = seen(linear(0xffffff), e);
		assert_true(w.v[0] > 0.999 && w.v[1] > 0.999 && w.v[2] > 0.999);
	}
}

/* ---- what a role looks like ---------------------------------------------------------------- */

struct sight { struct colour letters, ground; };

static struct colour painted(short c, unsigned own)
{
	unsigned char v[3];

	if (c < 0)
		return linear(own);
	colour_rgb(c, v);
	return linear((unsigned)(v[0] << 16 | v[1] << 8 | v[2]));
}

static struct sight look(const struct theme *t, enum role r, unsigned own_letters, unsigned own_ground)
{
	const struct paint *p = &t->paint[r];
	struct sight s = {painted(p->fg, own_letters), painted(p->bg, own_ground)};

	return p->attributes & PAINT_REVERSE ? (struct sight){s.ground, s.letters} : s;
}

/* Two roles are apart where their letters are, or their grounds. */
static double apart(struct sight a, struct sight b, int eye)
{
	double letters = ciede(lab(seen(a.letters, eye)), lab(seen(b.letters, eye)));
	double grounds = ciede(lab(seen(a.ground, eye)), lab(seen(b.ground, eye)));

	return letters > grounds ? letters : grounds;
}

static const enum role status_roles[] = {ROLE_GOOD, ROLE_SOON, ROLE_ALARM, ROLE_UNKNOWN, ROLE_TEXT};
static const enum role beside_alarm[] = {ROLE_KEY, ROLE_DEMO, ROLE_ENVIRONMENT, ROLE_MESSAGE, ROLE_CHALLENGE, ROLE_PAST};

/* Roles that are letters; a rule is none. */
static bool to_be_read(enum role r)
{
	return r != ROLE_RULE;
}

static bool two_apart(const struct theme *t, enum role a, enum role b, unsigned letters, unsigned ground, char *out, size_t cap)
{
	for (int e = 0; e < EYES; e++) {
		double d = apart(look(t, a, letters, ground), look(t, b, letters, ground), e);
		if (d < APART) {
			snprintf(out, cap, "%s on %06x: %s and %s are %.1f apart for %s", t->name, ground, role_word(a), role_word(b), d, eyes[e].name);
			return false;
		}
	}
	return true;
}

/* False with the reason. */
static bool sound(const struct theme *t, unsigned letters, unsigned ground, double least, char *out, size_t cap)
{
	for (size_t i = 0; i < COUNT(status_roles); i++)
		for (size_t k = i + 1; k < COUNT(status_roles); k++)
			if (!two_apart(t, status_roles[i], status_roles[k], letters, ground, out, cap))
				return false;
	for (size_t i = 0; i < COUNT(beside_alarm); i++)
		if (!two_apart(t, ROLE_ALARM, beside_alarm[i], letters, ground, out, cap))
			return false;
	for (int r = 0; r < ROLE_COUNT; r++) {
		struct sight s = look(t, (enum role)r, letters, ground);
		double c = contrast(s.letters, s.ground);
		if (to_be_read((enum role)r) && c < least) {
			snprintf(out, cap, "%s on %06x: %s has a contrast of %.2f", t->name, ground, role_word((enum role)r), c);
			return false;
		}
	}
	return true;
}

/* ---- ours ------------------------------------------------------------------------------------ */

/* Letters and grounds of terminals as they come: xterm, GNOME of Ubuntu, VS Code, One Dark; black on white, pale paper, grey. */
static const struct {
	const char *theme;
	unsigned letters, ground;
	double least;
} terminals[] = {
	{"default", 0xffffff, 0x000000, 4.5}, {"default", 0xffffff, 0x300a24, 4.5}, {"default", 0xd4d4d4, 0x1e1e1e, 4.5},
	{"default", 0xabb2bf, 0x282c34, 4.5}, {"light", 0x000000, 0xffffff, 4.5}, {"light", 0x24292e, 0xfafafa, 4.5},
	{"light", 0x000000, 0xfdf6e3, 4.5}, {"light", 0x1a1a1a, 0xeeeeee, 4.5}, {"ascii", 0xffffff, 0x000000, 4.5},
	{"high-contrast", 0xffffff, 0x000000, 7}, {"high-contrast", 0x000000, 0xffffff, 7}, {"high-contrast", 0x839496, 0x002b36, 7},
};

static void ours(void **state)
{
	char why[200];

	(void)state;
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	for (size_t i = 0; i < COUNT(terminals); i++) {
		struct theme t;
		struct problems p = {0};
		struct fault f;
		assert_int_equal(theme_load(terminals[i].theme, &t, &p, &f), STATUS_OK);
		assert_int_equal(p.n, 0);
		if (!sound(&t, terminals[i].letters, terminals[i].ground, terminals[i].least, why, sizeof why))
			fail_msg("%s", why);
	}
}

/* Themes that somebody might well make, and what is wrong with them. */
static const struct {
	const char *lines, *why;
} bad[] = {
	{"good = green\nalarm = red", "for protanopia"},
	{"good = 149", "good and soon are"},
	{"unknown = 250", "unknown and text are"},
	{"soon = 208", "soon and alarm are"},
	{"key = 209", "alarm and key are"},
	{"dim = 240", "dim has a contrast"},
	{"good = blue", "good has a contrast"},
	{"demo = 247 on 117", "demo has a contrast"},
};

static void others(void **state)
{
	char text[200], why[200];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct theme t;
		struct problems p = {0};
		snprintf(text, sizeof text, "inherit = default\n%s\n", bad[i].lines);
		theme_parse("bad", "bad.theme", text, &t, &p);
		assert_int_equal(p.n, 0);
		if (sound(&t, 0xd4d4d4, 0x1e1e1e, 4.5, why, sizeof why))
			fail_msg("row %zu: nothing was found", i);
		if (!strstr(why, bad[i].why))
			fail_msg("row %zu: %s", i, why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(formula), cmocka_unit_test(ours), cmocka_unit_test(others)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
