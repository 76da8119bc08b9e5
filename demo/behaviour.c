/* What a release does, read from its directory. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "demo/behaviour.h"

static unsigned read_formats(const char *value)
{
	return (strstr(value, "v1") ? 1U << 1 : 0) | (strstr(value, "v2") ? 1U << 2 : 0);
}

static void take(struct behaviour *b, const char *key, const char *value)
{
	if (!strcmp(key, "issues"))
		b->issues = strstr(value, "v2") ? 2 : 1;
	else if (!strcmp(key, "reads"))
		b->reads = read_formats(value);
	else if (!strcmp(key, "error_every"))
		b->error_every = (int)strtol(value, NULL, 10);
	else if (!strcmp(key, "delay_us"))
		b->delay_us = (int)strtol(value, NULL, 10);
}

/* First line of DIR/current/NAME without its end. */
static FILE *open_current(const char *dir, const char *name)
{
	char path[4200];
	snprintf(path, sizeof path, "%s/current/%s", dir, name);
	return fopen(path, "re");
}

bool behaviour_load(const char *dir, struct behaviour *out)
{
	struct behaviour b = {.issues = 1, .reads = 1U << 1};
	char line[256], key[64], value[160];
	FILE *version = open_current(dir, "VERSION"), *conf = open_current(dir, "behaviour.conf");
	bool good = version && conf && fgets(line, sizeof line, version);
	if (good) {
		line[strcspn(line, "\r\n")] = '\0';
		good = text_is_version(line) && text_copy(b.release, sizeof b.release, line);
	}
	while (good && fgets(line, sizeof line, conf))
		if (line[0] != '#' && sscanf(line, "%63[a-z_] = %159[^\n]", key, value) == 2)
			take(&b, key, value);
	if (version)
		fclose(version);
	if (conf)
		fclose(conf);
	if (good)
		*out = b;
	return good;
}
