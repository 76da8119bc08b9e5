/* Finding the store that is meant. */
#include "config.h"

#include "cli/offline.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

static void state_dir(struct buf *out)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (xdg && *xdg == '/')
		buf_addf(out, "%s/backout", xdg);
	else
		buf_addf(out, "%s/.local/state/backout", home ? home : "");
}

/* How many stores lie under dir; the first one's path and all their names. */
static int stores_under(const char *dir, struct buf *path, struct buf *names)
{
	int n = 0;
	DIR *d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		struct buf candidate;
		if (!text_is_kit_name(e->d_name))
			continue;
		buf_init(&candidate, 8192);
		buf_addf(&candidate, "%s/%s/journal.db", dir, e->d_name);
		if (access(buf_str(&candidate), F_OK) == 0) {
			if (n++ == 0)
				buf_adds(path, buf_str(&candidate));
			buf_addf(names, " %s", e->d_name);
		}
		buf_release(&candidate);
	}
	if (d)
		closedir(d);
	return n;
}

enum status offline_store(const struct cli *c, struct buf *out_path, struct fault *f)
{
	const char *env = getenv("BACKOUT_STORE");
	if (c->store || (env && *env)) {
		buf_adds(out_path, c->store ? c->store : env);
		return STATUS_OK;
	}
	struct buf dir, names;
	buf_init(&dir, 8192);
	buf_init(&names, 300);
	state_dir(&dir);
	int n = stores_under(buf_str(&dir), out_path, &names);
	enum status s = STATUS_OK;
	if (n != 1) {
		if (n)
			s = fault_set(f, STATUS_USAGE, "which-store", "there are %d stores:%s", n, buf_str(&names));
		else
			s = fault_set(f, STATUS_USAGE, "no-store", "there is no journal under %s", buf_str(&dir));
		fault_mend(f, "name it: --store PATH, or BACKOUT_STORE");
	}
	buf_release(&dir);
	buf_release(&names);
	return s;
}
