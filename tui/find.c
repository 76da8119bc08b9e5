/* From the words of a command line to a kit's directory and an engine's paths. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kit/kit_read.h"
#include "tui/find.h"

/* Name and socket of the kit there; a kit with errors still has a running engine that uses the old one. */
static enum status kit_paths(const struct cli *c, struct found *out, struct fault *f)
{
	struct kit_files files = {0};
	struct problems problems = {0};
	struct kit *k = NULL;
	enum status s = kit_read(out->kit, &files, &problems, f);

	if (s == STATUS_OK)
		s = kit_parse(files.v, files.n, &k, &problems);
	if (k) {
		s = client_paths_of(c->store, k->name, k->engine_socket, &out->paths, f);
	} else if (problems.n) {
		const struct problem *p = &problems.v[0];
		s = fault_set(f, STATUS_USAGE, "bad-kit", "%s", p->what);
		fault_mend(f, "%s; `backout check %s` shows everything", p->mend, out->kit);
		fault_where(f, p->file, p->line, p->column);
	}
	kit_free(k);
	problems_release(&problems);
	kit_files_release(&files);
	return s;
}

static bool in_config(const char *kit)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[4096];

	if (xdg && *xdg)
		snprintf(path, sizeof path, "%s/backout/kit", xdg);
	else
		snprintf(path, sizeof path, "%s/.config/backout/kit", home ? home : "");
	return !strcmp(kit, path);
}

enum status find_kit(const struct cli *c, const char *word, struct found *out, struct fault *f)
{
	char running[4096];
	const char *arg = word ? word : c->kit;
	const char *store = c->store ? c->store : getenv("BACKOUT_STORE");
	enum status s;

	memset(out, 0, sizeof *out);
	s = kit_find(arg, out->kit, sizeof out->kit, f);
	if (!arg && !(store && *store) && (s != STATUS_OK || in_config(out->kit)) &&
	    client_paths_running(NULL, &out->paths, running, sizeof running, NULL) == STATUS_OK) {
		text_copy(out->kit, sizeof out->kit, running);
		return STATUS_OK;
	}
	if (s != STATUS_OK && !arg && store && *store) {
		*out->kit = 0; /* a store that was named is enough to find its engine; to start one is not */
		return client_paths_of(c->store, NULL, NULL, &out->paths, f);
	}
	if (s != STATUS_OK)
		return s;
	if (!(store && *store) && (client_paths_running(out->kit, &out->paths, running, sizeof running, NULL) == STATUS_OK ||
	    client_paths_beside(out->kit, &out->paths, NULL) == STATUS_OK))
		return STATUS_OK;
	return kit_paths(c, out, f);
}
