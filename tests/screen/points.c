/* Points for a chart. */
#include "config.h"

#include "tests/screen/points.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stretch(struct jw *w, const char *word, int64_t *second, long every)
{
	char *rest;
	double from = strtod(word, &rest), to = from;

	if (!strncmp(rest, "..", 2))
		to = strtod(rest + 2, &rest);
	rest = strchr(word, '*');
	long n = rest ? strtol(rest + 1, NULL, 10) : 1;
	for (long i = 0; i < n; i++, *second += every) {
		if (*word == '-')
			continue;
		double v = *word == 'x' ? (double)NAN : from + (to - from) * (double)i / (double)n;
		jw_arr(w);
		jw_int(w, *second);
		for (int k = 0; k < 3; k++)
			jw_num(w, v);
		jw_int(w, *word == 'x');
		jw_arr_end(w);
	}
}

static void answer(struct ui *u, const struct sight *x, const struct buf *b)
{
	struct json *j = NULL;
	struct fault replaced = {0};

	while (u->chart.waiting > 1)
		ui_answer(u, x, TAG_SERIES, "samples", STATUS_NO, NULL, &replaced);
	if (json_parse(buf_str(b), b->len, JSON_LINE_MAX, &j, NULL) == STATUS_OK)
		ui_answer(u, x, TAG_SERIES, "samples", STATUS_OK, j, NULL);
	json_free(j);
}

bool points_answer(struct ui *u, const struct sight *x, char *text)
{
	char *save = NULL, *from = strtok_r(text, " ", &save), *every = strtok_r(NULL, " ", &save), *word, when[64];
	struct buf b;
	struct jw w;
	int64_t at;

	snprintf(when, sizeof when, "%s%sZ", from && strchr(from, 'T') ? "" : "2026-11-24T", from ? from : "");
	if (!every || !instant_parse(when, &at))
		return false;
	buf_init(&b, JSON_LINE_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "service", u->chart.service);
	jw_kstr(&w, "signal", u->chart.signal);
	jw_ktime(&w, "measured_from", at);
	jw_kbool(&w, "complete", true);
	jw_key(&w, "points");
	jw_arr(&w);
	for (at /= US_SECOND; (word = strtok_r(NULL, " ", &save));)
		stretch(&w, word, &at, strtol(every, NULL, 10));
	jw_arr_end(&w);
	jw_obj_end(&w);
	answer(u, x, &b);
	buf_release(&b);
	return true;
}
