/* The key table as text, from the same rows that the binder reads by. */
#include "config.h"

#include <string.h>

#include "kit/kit.h"
#include "kit/schema.h"

#define KEY_COLUMNS 20  /* where types begin */
#define TYPE_COLUMNS 40 /* where help begins */

static const char *type_word(const struct key *k)
{
	switch (k->type) {
	case KEY_TEXT: return "text";
	case KEY_NAME: case KEY_KIT_NAME: return "name";
	case KEY_VERSION: return "version";
	case KEY_DATE: return "day";
	case KEY_BOOL: return "true|false";
	case KEY_INT: case KEY_UID: return "number";
	case KEY_DURATION: return "duration";
	case KEY_ENUM: return k->words;
	case KEY_LIMIT: return "\"N in D\"";
	case KEY_LETTER: return "letter";
	case KEY_NAMES: return "[name]";
	case KEY_SERVICES: return "all|[name]";
	case KEY_CONDS: return "[condition]";
	case KEY_JSON: case KEY_SECRETS: case KEY_KEYS: return "{…}";
	case KEY_ANY: return "…";
	case KEY_PLUGIN: return "name|{…}";
	case KEY_SECTION: return "{…}";
	case KEY_MAP: return "{ID: {…}}";
	case KEY_LIST: return "[{…}]";
	case KEY_LISTS: return "{ID: [{…}]}";
	}
	return "";
}

/* A hole in the words is a value that cannot be written. */
static void put_words(struct buf *out, const char *words)
{
	for (const char *p = words; *p; p++)
		if (!(p[0] == '|' && p[1] == '|'))
			buf_addc(out, *p);
}

/* Columns since byte `from`; all that stands in the rows is one column wide. */
static size_t columns(const struct buf *b, size_t from)
{
	size_t n = 0;
	for (size_t i = from; i < b->len; i++)
		n += (b->data[i] & 0xC0) != 0x80;
	return n;
}

static void pad(struct buf *out, size_t from, size_t to)
{
	do
		buf_addc(out, ' ');
	while (columns(out, from) < to && !out->failed);
}

/* One line where it fits a terminal of 80, else the help on a line of its own. */
static void put_key(struct buf *out, const struct key *k)
{
	size_t at = out->len, help = 0;
	buf_addf(out, "  %s%s", k->name, k->required ? "*" : "");
	pad(out, at, KEY_COLUMNS);
	put_words(out, type_word(k));
	if (k->def)
		buf_addf(out, " = %s", k->def[0] == '=' ? k->def + 1 : k->def);
	for (const char *p = k->help; *p; p++)
		help += (*p & 0xC0) != 0x80;
	if (columns(out, at) >= TYPE_COLUMNS || TYPE_COLUMNS + help > 80) {
		buf_addc(out, '\n');
		at = out->len;
		pad(out, at, KEY_COLUMNS + 2);
	} else {
		pad(out, at, TYPE_COLUMNS);
	}
	buf_addf(out, "%s\n", k->help);
}

static void put_section(struct buf *out, const struct section *s)
{
	buf_addf(out, "\n%s\n", s->title);
	for (size_t i = 0; i < s->n; i++)
		put_key(out, &s->keys[i]);
	for (size_t i = 0; i < s->n; i++) {
		/* the four radii are one section, and defaults repeat those of a service */
		bool again = !s->keys[i].sub || (i > 0 && s->keys[i].sub == s->keys[i - 1].sub) || strcmp(s->title, "defaults") == 0;
		if (!again)
			put_section(out, s->keys[i].sub);
	}
}

void kit_help(struct buf *out)
{
	static const struct section *const files[] = {&section_kit, &section_service, &section_release, &section_procedure, &section_notice};
	buf_adds(out, "A kit is a directory: kit.yaml, services/NAME.yaml, releases/*.yaml, data/*.yaml, comms/*.md.\n"
		"* is required, = shows the default.  Durations: 90s 5m 2h 7d immediate.  Versions are texts.\n"
		"Conditions: \"error_rate > 5% for 2m\", \"> 3 in 1h\", \"burn 99.9% > 14.4 in 5m and 1h\", any;\n"
		"rows leave the signal out.  % only on ratios, ms and s only on times.\n");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		put_section(out, files[i]);
}
