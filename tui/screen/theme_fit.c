/* A theme on a terminal that has fewer than 256 colours, or none. */
#include "config.h"

#include <string.h>

#include "tui/screen/theme.h"

#define OWN (-1)

/* The first sixteen as xterm has them; others are near enough for what is asked here. */
static const unsigned char first[16][3] = {{0, 0, 0}, {205, 0, 0}, {0, 205, 0}, {205, 205, 0}, {0, 0, 238}, {205, 0, 205}, {0, 205, 205},
	{229, 229, 229}, {127, 127, 127}, {255, 0, 0}, {0, 255, 0}, {255, 255, 0}, {92, 92, 255}, {255, 0, 255}, {0, 255, 255}, {255, 255, 255}};

void colour_rgb(short c, unsigned char out[3])
{
	static const unsigned char cube[6] = {0, 95, 135, 175, 215, 255};

	if (c < 16) {
		memcpy(out, first[c < 0 ? 0 : c], 3);
	} else if (c < 232) {
		c = (short)(c - 16);
		out[0] = cube[c / 36];
		out[1] = cube[c / 6 % 6];
		out[2] = cube[c % 6];
	} else {
		out[0] = out[1] = out[2] = (unsigned char)(8 + 10 * (c - 232));
	}
}

/* Between 0 and 1, roughly as bright as people see it. */
static double brightness(short c)
{
	unsigned char v[3];

	colour_rgb(c, v);
	return (0.2126 * v[0] * v[0] + 0.7152 * v[1] * v[1] + 0.0722 * v[2] * v[2]) / (255.0 * 255.0);
}

static double contrast(short a, short b)
{
	double x = brightness(a), y = brightness(b);

	return ((x > y ? x : y) + 0.05) / ((x > y ? y : x) + 0.05);
}

static int spread(const unsigned char v[3])
{
	int max = v[0] > v[1] ? v[0] : v[1], min = v[0] < v[1] ? v[0] : v[1];

	max = v[2] > max ? v[2] : max;
	min = v[2] < min ? v[2] : min;
	return max - min;
}

static bool is_grey(short c)
{
	unsigned char v[3];

	colour_rgb(c, v);
	return c >= 0 && spread(v) < 60;
}

/* Degrees around the colour circle: red 0, green 120, blue 240. */
static int hue(const unsigned char v[3])
{
	int d = spread(v), h;

	if (v[0] >= v[1] && v[0] >= v[2])
		h = 60 * (v[1] - v[2]) / d;
	else if (v[1] >= v[2])
		h = 120 + 60 * (v[2] - v[0]) / d;
	else
		h = 240 + 60 * (v[0] - v[1]) / d;
	return (h + 360) % 360;
}

/* Which of six colours people would call it, by where on the circle its name ends. */
static const struct {
	int until;
	short colour;
} called[] = {{30, 1}, {75, 3}, {170, 2}, {205, 6}, {265, 4}, {345, 5}, {360, 1}};

static int distance(short a, short b)
{
	unsigned char x[3], y[3];
	int sum = 0;

	colour_rgb(a, x);
	colour_rgb(b, y);
	for (int i = 0; i < 3; i++)
		sum += (x[i] - y[i]) * (x[i] - y[i]);
	return sum;
}

static short grey_fit(short c, int colours)
{
	static const short greys[] = {0, 7, 15, 8};
	short best = 0;

	for (int i = 1; i < (colours < 16 ? 2 : 4); i++)
		if (distance(c, greys[i]) < distance(c, best))
			best = greys[i];
	return best;
}

static short colour_fit(short c, int colours)
{
	unsigned char v[3];
	size_t i = 0;
	int h;

	if (c < colours)
		return c;
	if (is_grey(c))
		return grey_fit(c, colours);
	colour_rgb(c, v);
	for (h = hue(v); h >= called[i].until; i++)
		;
	if (colours >= 16 && distance(c, (short)(called[i].colour + 8)) < distance(c, called[i].colour))
		return (short)(called[i].colour + 8);
	return called[i].colour;
}

/* A dark letter that becomes a bright one was made for a bright ground, where it would be gone; and the reverse. */
static bool out_of_place(short was, short is)
{
	return (brightness(was) < 0.18 && brightness(is) > 0.35) || (brightness(was) > 0.28 && brightness(is) < 0.1);
}

static struct paint paint_fit(struct paint p, const struct paint *text, int colours)
{
	struct paint out = p;

	if (!colours) {
		out.fg = out.bg = OWN;
		if (p.bg != text->bg)
			out.attributes |= PAINT_REVERSE;
		return out;
	}
	if (p.bg == OWN && is_grey(p.fg) && p.fg >= colours) { /* on a ground that we do not know */
		out.fg = OWN;
		if (brightness(p.fg) > 0.06 && brightness(p.fg) < 0.5)
			out.attributes |= PAINT_DIM;
		return out;
	}
	out.fg = colour_fit(p.fg, colours);
	out.bg = colour_fit(p.bg, colours);
	if (out.bg == OWN && p.fg >= colours && out_of_place(p.fg, out.fg))
		out.fg = OWN;
	if (out.fg != OWN && out.bg != OWN && contrast(out.fg, out.bg) < 3)
		out.fg = brightness(out.bg) > 0.18 ? 0 : colours >= 16 ? 15 : 7;
	return out;
}

/* What these get where there is no colour at all; and among few colours, what makes one look unlike those before it. */
static const struct {
	enum role role;
	unsigned without, ways[3];
} status[] = {
	{ROLE_TEXT, 0, {0, 0, 0}},
	{ROLE_GOOD, 0, {0, 0, 0}}, /* may look like text: nothing has to be done about it */
	{ROLE_SOON, PAINT_BOLD, {PAINT_BOLD, PAINT_UNDERLINE, PAINT_BOLD | PAINT_UNDERLINE}},
	{ROLE_UNKNOWN, PAINT_UNDERLINE, {PAINT_UNDERLINE, PAINT_BOLD | PAINT_UNDERLINE, PAINT_REVERSE}},
	{ROLE_ALARM, PAINT_BOLD | PAINT_REVERSE, {PAINT_BOLD, PAINT_BOLD | PAINT_REVERSE, PAINT_BOLD | PAINT_REVERSE | PAINT_UNDERLINE}},
};
#define N_STATUS (sizeof status / sizeof *status)

static bool same(const struct paint *a, const struct paint *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->attributes == b->attributes;
}

static bool taken(const struct theme *t, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same(&t->paint[status[k].role], &t->paint[status[i].role]))
			return true;
	return false;
}

static void colourless(struct theme *t)
{
	bool all = true;

	for (size_t i = 2; i < N_STATUS; i++)
		all = all && !taken(t, i);
	for (size_t i = 1; i < N_STATUS && !all; i++)
		t->paint[status[i].role].attributes = status[i].without;
}

void theme_fit(const struct theme *t, int colours, struct theme *out)
{
	*out = *t;
	if (colours >= 256)
		return;
	colours = colours >= 16 ? 16 : colours >= 8 ? 8 : 0;
	for (int i = 0; i < ROLE_COUNT; i++)
		out->paint[i] = paint_fit(t->paint[i], &t->paint[ROLE_TEXT], colours);
	if (!colours)
		colourless(out);
	for (size_t i = 2; i < N_STATUS; i++) {
		struct paint *p = &out->paint[status[i].role];
		unsigned had = p->attributes;
		for (int way = 0; way < 3 && taken(out, i); way++)
			p->attributes = had | status[i].ways[way];
	}
}
