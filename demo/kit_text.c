/* The templates filled in and written out. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/instant.h"
#include "demo/kit_text.h"

int64_t kit_scale(int64_t us, double speed)
{
	double ms = (double)us / 1000.0 / speed;
	int64_t step = ms >= 2000 ? 1000 : 100; /* a person reads them: 3s, not 2667ms */
	int64_t scaled = (int64_t)(ms / (double)step + 0.5) * step;
	return scaled > 0 ? scaled : step;
}

static bool put_duration(const char *word, double speed, struct buf *out)
{
	int64_t us;
	if (!duration_parse(word, &us))
		return false;
	int64_t ms = kit_scale(us, speed);
	return ms % 1000 ? buf_addf(out, "%" PRId64 "ms", ms) : buf_addf(out, "%" PRId64 "s", ms / 1000);
}

static bool put(const char *word, const struct kit_world *w, struct buf *out)
{
	if (isdigit((unsigned char)word[0]))
		return put_duration(word, w->speed, out);
	if (!strncmp(word, "n:", 2))
		return buf_addf(out, "%.0f", strtod(word + 2, NULL) * w->pace / w->speed);
	for (const struct kit_value *v = w->values; v->name; v++)
		if (!strcmp(v->name, word))
			return buf_adds(out, v->value);
	return false;
}

bool kit_fill(const char *text, const struct kit_world *w, struct buf *out)
{
	const char *s = text;
	for (const char *at; (at = strchr(s, '@')); ) {
		char word[48];
		size_t len = strcspn(at + 1, "@\n");
		if (at[1 + len] != '@' || len >= sizeof word)
			return false;
		memcpy(word, at + 1, len);
		word[len] = '\0';
		buf_add(out, s, (size_t)(at - s));
		if (!put(word, w, out))
			return false;
		s = at + len + 2;
	}
	return buf_adds(out, s);
}

static bool write_file(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "we");
	if (!f)
		return false;
	size_t n = fwrite(buf_str(b), 1, b->len, f);
	return !fclose(f) && n == b->len;
}

bool kit_write(const char *dir, const struct kit_world *w)
{
	bool good = true;
	char path[4200];
	snprintf(path, sizeof path, "%s/services", dir);
	if ((mkdir(dir, 0700) && errno != EEXIST) || (mkdir(path, 0700) && errno != EEXIST))
		return false;
	for (const struct kit_template *t = kit_templates; good && t->path; t++) {
		struct buf b;
		buf_init(&b, 1 << 20);
		snprintf(path, sizeof path, "%s/%s", dir, t->path);
		good = kit_fill(t->text, w, &b) && write_file(path, &b);
		buf_release(&b);
	}
	return good;
}
