/* The condition grammar, read left to right with one cursor.  Numbers are put
 * together from their digits and not by strtod, whose decimal point depends on
 * the locale of whoever runs the console. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "kit/cond.h"

#define COND_MAX 256
#define DIGITS_MAX 15 /* every such number is a whole double */

static const char grammar_mend[] = "write it as \"> 5% for 2m\", \"> 3 in 1h\", \"burn 99.9% > 14.4 in 5m and 1h\" or \"any\"";

struct cursor {
	const char *s;
	size_t at;
	enum unit unit;
	struct fault *f;
};

static bool fail(struct cursor *c, size_t at, const char *mend, const char *what)
{
	fault_set(c->f, STATUS_USAGE, "bad-condition", "%s", what);
	fault_mend(c->f, "%s", mend);
	if (c->f)
		c->f->column = (int)at + 1;
	return false;
}

static void skip_blanks(struct cursor *c)
{
	while (c->s[c->at] == ' ')
		c->at++;
}

/* The word at the cursor, up to a blank; false where it is empty or too long. */
static bool read_word(struct cursor *c, char *out, size_t cap)
{
	skip_blanks(c);
	size_t n = strcspn(c->s + c->at, " ");
	if (n == 0 || n >= cap)
		return false;
	memcpy(out, c->s + c->at, n);
	out[n] = '\0';
	c->at += n;
	return true;
}

static bool take_word(struct cursor *c, const char *word)
{
	char got[16];
	size_t before = c->at;
	if (read_word(c, got, sizeof got) && !strcmp(got, word))
		return true;
	c->at = before;
	return false;
}

static bool read_duration(struct cursor *c, int64_t *out)
{
	char word[32];
	skip_blanks(c);
	size_t at = c->at;
	if (!read_word(c, word, sizeof word) || !strcmp(word, "immediate") || !duration_parse(word, out) || *out <= 0)
		return fail(c, at, "write a duration above zero: 90s, 5m, 2h, 7d", "a duration is missing or not understood");
	return true;
}

static bool at_end(struct cursor *c)
{
	skip_blanks(c);
	if (c->s[c->at])
		return fail(c, c->at, grammar_mend, "the condition should have ended here");
	return true;
}

/* ---- numbers ---------------------------------------------------------------- */

struct number {
	bool negative, whole;
	int64_t digits;
	int places;     /* digits behind the point */
};

static bool read_number(struct cursor *c, struct number *out)
{
	size_t start = c->at;
	int count = 0;
	*out = (struct number){.whole = true};
	if (c->s[c->at] == '-') {
		out->negative = true;
		c->at++;
	}
	for (;; c->at++) {
		char ch = c->s[c->at];
		if (ch == '.' && out->whole && count > 0) {
			out->whole = false;
			continue;
		}
		if (ch < '0' || ch > '9')
			break;
		if (++count > DIGITS_MAX)
			return fail(c, start, "at most 15 digits", "the number is too long");
		out->digits = out->digits * 10 + (ch - '0');
		out->places += !out->whole;
	}
	if (count == 0 || (!out->whole && out->places == 0))
		return fail(c, start, grammar_mend, "a number is missing here");
	return true;
}

/* digits x 10^shift: one division, or one multiplication, so that 5% is the double nearest to 0.05. */
static double number_value(const struct number *n, int shift)
{
	double power = 1, v = (double)n->digits;
	shift -= n->places;
	for (int i = shift < 0 ? -shift : shift; i > 0; i--)
		power *= 10;
	v = shift < 0 ? v / power : v * power;
	return n->negative ? -v : v;
}

static bool is_time(enum unit u)
{
	return u == UNIT_S || u == UNIT_MS;
}

/* The suffix behind a number of a comparison, turned into the power of ten that
 * brings the number into the signal's own unit. */
static bool read_suffix(struct cursor *c, int *out_shift, bool *out_given)
{
	char word[8] = "";
	size_t at = c->at, n = strcspn(c->s + at, " ");
	*out_shift = 0;
	*out_given = n > 0;
	if (n == 0)
		return true;
	if (n < sizeof word) {
		memcpy(word, c->s + at, n);
		word[n] = '\0';
	}
	c->at += n;
	if (!strcmp(word, "%")) {
		*out_shift = -2;
		return c->unit == UNIT_RATIO || fail(c, at, "give the signal `unit: ratio`, or leave the % out", "% is only for ratios");
	}
	bool ms = !strcmp(word, "ms");
	if (!ms && strcmp(word, "s") != 0)
		return fail(c, at, "behind the number stands %, ms, s or nothing", "the number ends in a unit that is not known");
	if (!is_time(c->unit))
		return fail(c, at, "give the signal `unit: s` or `unit: ms`, or leave the unit out", "ms and s are only for times");
	*out_shift = ms && c->unit == UNIT_S ? -3 : !ms && c->unit == UNIT_MS ? 3 : 0;
	return true;
}

/* ---- the three forms ---------------------------------------------------------- */

static bool read_op(struct cursor *c, enum cmp_op *out)
{
	skip_blanks(c);
	char ch = c->s[c->at];
	if (ch != '>' && ch != '<')
		return fail(c, c->at, grammar_mend, "the condition should begin with > >= < or <=");
	bool equal = c->s[c->at + 1] == '=';
	*out = ch == '>' ? (equal ? CMP_GE : CMP_GT) : (equal ? CMP_LE : CMP_LT);
	c->at += equal ? 2 : 1;
	skip_blanks(c);
	return true;
}

static bool parse_count(struct cursor *c, size_t number_at, const struct number *n, bool suffix, struct cond *out)
{
	if (out->op != CMP_GT && out->op != CMP_GE)
		return fail(c, 0, "counts are held against > or >=", "a count \"in\" a time cannot be < or <=");
	if (!n->whole || n->negative || suffix)
		return fail(c, number_at, "write a whole number: > 3 in 1h", "a count is a whole number without a unit");
	if (c->unit != UNIT_COUNT)
		return fail(c, number_at, "only reports and signals with `unit: count` are counted; for others write \"for\"",
			"this signal is not a count");
	out->kind = COND_COUNT;
	return read_duration(c, &out->in_us) && at_end(c);
}

static bool parse_cmp(struct cursor *c, struct cond *out)
{
	struct number n;
	int shift;
	bool suffix;
	if (!read_op(c, &out->op))
		return false;
	size_t number_at = c->at;
	if (!read_number(c, &n) || !read_suffix(c, &shift, &suffix))
		return false;
	out->kind = COND_CMP;
	out->number = number_value(&n, shift);
	if (take_word(c, "in"))
		return parse_count(c, number_at, &n, suffix, out);
	if (take_word(c, "for") && !read_duration(c, &out->for_us))
		return false;
	return at_end(c);
}

static bool parse_objective(struct cursor *c, struct cond *out)
{
	struct number n;
	skip_blanks(c);
	size_t at = c->at;
	if (!read_number(c, &n))
		return false;
	if (c->s[c->at] != '%')
		return fail(c, c->at, "write the objective as a share: 99.9%", "the objective needs a %");
	c->at++;
	out->objective = number_value(&n, -2);
	if (!(out->objective > 0 && out->objective < 1))
		return fail(c, at, "write the objective as a share: 99.9%", "the objective must lie between 0% and 100%");
	return true;
}

static bool parse_burn(struct cursor *c, struct cond *out)
{
	struct number n;
	out->kind = COND_BURN;
	if (c->unit != UNIT_RATIO)
		return fail(c, 0, "burn needs a signal with `unit: ratio`, the share of what fails", "burn is only for ratios");
	if (!parse_objective(c, out))
		return false;
	if (!take_word(c, ">"))
		return fail(c, c->at, grammar_mend, "a > is missing behind the objective");
	skip_blanks(c);
	size_t at = c->at;
	if (!read_number(c, &n))
		return false;
	out->factor = number_value(&n, 0);
	if (!(out->factor > 0))
		return fail(c, at, "a factor above zero, such as 14.4", "the factor must be above zero");
	if (!take_word(c, "in"))
		return fail(c, c->at, grammar_mend, "\"in\" is missing behind the factor");
	if (!read_duration(c, &out->in_us))
		return false;
	if (!take_word(c, "and"))
		return fail(c, c->at, grammar_mend, "\"and\" with the second window is missing");
	if (!read_duration(c, &out->and_us) || !at_end(c))
		return false;
	if (out->in_us > out->and_us) { /* the shorter one first, whichever was written first */
		int64_t longer = out->in_us;
		out->in_us = out->and_us;
		out->and_us = longer;
	}
	return true;
}

static bool parse_from(struct cursor *c, struct cond *out)
{
	*out = (struct cond){.kind = COND_ANY};
	if (strlen(c->s) > COND_MAX)
		return fail(c, 0, grammar_mend, "the condition is longer than 256 bytes");
	skip_blanks(c);
	if (!c->s[c->at])
		return fail(c, c->at, grammar_mend, "the condition is missing");
	if (take_word(c, "any"))
		return at_end(c);
	if (take_word(c, "burn"))
		return parse_burn(c, out);
	return parse_cmp(c, out);
}

enum status cond_parse(const char *s, enum unit unit, struct cond *out, struct fault *f)
{
	struct cursor c = {.s = s, .unit = unit, .f = f};
	return parse_from(&c, out) ? STATUS_OK : STATUS_USAGE;
}

enum status cond_parse_signal(const char *s, cond_unit_fn unit_of_signal, void *ctx,
	char *out_signal, size_t cap, struct cond *out, struct fault *f)
{
	struct cursor c = {.s = s, .f = f};
	skip_blanks(&c);
	size_t at = c.at, n = strcspn(s + at, " <>=");
	*out = (struct cond){.kind = COND_ANY};
	if (n == 0 || n >= cap || n > 64) {
		fail(&c, at, "write it as \"error_rate < 1% for 1m\"", "the condition should begin with a signal's name");
		return STATUS_USAGE;
	}
	memcpy(out_signal, s + at, n);
	out_signal[n] = '\0';
	if (!unit_of_signal(ctx, out_signal, &c.unit)) {
		char what[120];
		text_copy(what, sizeof what, "no signal of this service is called ");
		text_copy(what + strlen(what), sizeof what - strlen(what), out_signal);
		fail(&c, at, "declare it under `signals`, or use one that is there", what);
		return STATUS_USAGE;
	}
	c.at = at + n;
	return parse_from(&c, out) ? STATUS_OK : STATUS_USAGE;
}

bool cond_satisfied(const struct cond *c, double value)
{
	if (c->kind == COND_ANY)
		return value > 0;
	switch (c->op) {
	case CMP_GT: return value > c->number;
	case CMP_GE: return value >= c->number;
	case CMP_LT: return value < c->number;
	case CMP_LE: return value <= c->number;
	}
	return false;
}

struct cond cond_opposite(const struct cond *c)
{
	static const enum cmp_op other[] = {[CMP_GT] = CMP_LE, [CMP_GE] = CMP_LT, [CMP_LT] = CMP_GE, [CMP_LE] = CMP_GT};
	struct cond o = *c;
	o.op = other[c->op];
	return o;
}
