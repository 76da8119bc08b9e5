/* What an exit status means: 0 is done, everything else is a failure of which
 * nobody knows how far it came, unless the kit says better. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "exec/exec.h"

static const struct { const char *word; enum sdk_changed changed; } changed_words[] = {
	{"none", SDK_NONE}, {"partial", SDK_PARTIAL}, {"full", SDK_FULL}, {"unknown", SDK_CHANGED_UNKNOWN},
};

bool changed_of(const char *word, enum sdk_changed *out)
{
	for (size_t i = 0; i < sizeof changed_words / sizeof *changed_words; i++)
		if (!strcmp(changed_words[i].word, word)) {
			*out = changed_words[i].changed;
			return true;
		}
	return false;
}

bool meaning_of(const struct plugin *pl, int exit, struct meaning *out, struct fault *f)
{
	char key[16];
	const struct json *map = json_get(pl->config, "exit");
	(void)snprintf(key, sizeof key, "%d", exit);
	const struct json *row = json_get(map, key);
	if (json_type(row) == JSON_NONE && exit != 0)
		row = json_get(map, "*");
	*out = (struct meaning){.known = true, .done = exit == 0, .changed = exit == 0 ? SDK_FULL : SDK_CHANGED_UNKNOWN};
	if (json_type(row) == JSON_NONE)
		return true;
	const char *outcome = json_str(json_first(row), "");
	const struct json *second = json_first(row) ? json_next(json_first(row)) : NULL;
	out->done = !strcmp(outcome, "done");
	out->known = strcmp(outcome, "unknown") != 0;
	out->changed = out->done ? SDK_FULL : SDK_CHANGED_UNKNOWN;
	if ((out->known && !out->done && strcmp(outcome, "failed")) || (second && !changed_of(json_str(second, ""), &out->changed))) {
		fault_set(f, STATUS_USAGE, "bad-config",
			"`exit` maps a status to [done|failed|unknown, none|partial|full|unknown]; %.20s does not", key);
		return false;
	}
	return true;
}
