/* Times, levels and verbs in the words of the screen. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "tui/ui/words.h"

/* ---- times --------------------------------------------------------------- */

const char *when_clock(int64_t at, char out[WHEN_LEN])
{
	return instant_local(at, "%H:%M:%S", out, WHEN_LEN);
}

const char *when_day(int64_t now, int64_t at, char out[WHEN_LEN])
{
	char day[WHEN_LEN], today[WHEN_LEN];

	instant_local(at, "%F", day, sizeof day);
	instant_local(now, "%F", today, sizeof today);
	if (!strcmp(day, today))
		return instant_local(at, "%H:%M", out, WHEN_LEN);
	return instant_local(at, now - at < 6 * US_DAY ? "%a %H:%M" : "%e %b", out, WHEN_LEN);
}

const char *age_minutes(int64_t us, char out[WHEN_LEN])
{
	if (us < US_MINUTE)
		return text_copy(out, WHEN_LEN, "now") ? out : out;
	if (us >= US_DAY)
		snprintf(out, WHEN_LEN, "%lld d", (long long)(us / US_DAY));
	else if (us >= US_HOUR)
		snprintf(out, WHEN_LEN, "%lldh", (long long)(us / US_HOUR));
	else
		snprintf(out, WHEN_LEN, "%lldm", (long long)(us / US_MINUTE));
	return out;
}

const char *age_long(int64_t us, char out[WHEN_LEN])
{
	if (us < US_MINUTE)
		return text_copy(out, WHEN_LEN, "under 1m") ? out : out;
	return age_minutes(us, out);
}

const char *span_about(int64_t us, char out[WHEN_LEN])
{
	char d[DURATION_LEN];

	if (us < 0)
		text_copy(out, WHEN_LEN, "time not known");
	else if (us < US_SECOND)
		text_copy(out, WHEN_LEN, "under 1 s");
	else if (us < US_MINUTE)
		snprintf(out, WHEN_LEN, "about %lld s", (long long)(us / US_SECOND));
	else
		snprintf(out, WHEN_LEN, "about %s", duration_clock(us, d));
	return out;
}

/* ---- words --------------------------------------------------------------- */

const char *level_word(int level)
{
	static const char *const words[] = {"?", "flag", "deploy", "migration", "data"};

	return words[level >= 1 && level <= 4 ? level : 0];
}

const char *verb_words(const struct kit_action *a, char *out, size_t cap)
{
	static const struct {
		const char *verb, *words;
	} table[] = {
		{"rollback", "roll back"}, {"flag-off", "switch off a flag of"}, {"flag-on", "switch on a flag of"},
		{"revert", "revert"}, {"weight", "shift traffic of"}, {"drain", "drain"}, {"pause", "pause"},
		{"resume", "resume"}, {"freeze", "freeze"}, {"swap", "swap"},
	};
	const char *words = a->verb;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strcmp(a->verb, table[i].verb))
			words = table[i].words;
	snprintf(out, cap, "%s %s", words, a->service->name);
	return out;
}

void target_words(const char *target, char *out, size_t cap)
{
	struct json *j = NULL;

	*out = 0;
	if (json_parse(target, strlen(target), JSON_LINE_MAX, &j, NULL) != STATUS_OK)
		return;
	for (const struct json *v = json_first(j); v; v = json_next(v)) {
		size_t n = strlen(out);
		if (json_type(v) == JSON_STRING)
			snprintf(out + n, cap - n, "%s%s %s", n ? ", " : "", json_key(v), json_str(v, ""));
		else if (json_type(v) == JSON_NUMBER)
			snprintf(out + n, cap - n, "%s%s %g", n ? ", " : "", json_key(v), json_num(v, 0));
	}
	json_free(j);
}
