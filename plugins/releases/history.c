/* Which version ran when: a file of lines beside the releases.  It is a help
 * for choosing where to go back to, never a proof of what runs. */
#include "config.h"

#include "releases/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HISTORY_TAIL 65536 /* bytes of the file's end that are read */

/* TIME ran|left VERSION */
static bool line_read(const char *line, struct ran *out)
{
	char at[40], what[8], version[VERSION_LEN];
	if (sscanf(line, "%39s %7s %256s", at, what, version) != 3 || !instant_parse(at, &out->at) || !place_version(version))
		return false;
	out->left = !strcmp(what, "left");
	(void)snprintf(out->version, sizeof out->version, "%s", version);
	return out->left || !strcmp(what, "ran");
}

void history_load(const struct place *p, struct history *out)
{
	char *text = mem_new(HISTORY_TAIL + 1), *save = NULL;
	*out = (struct history){0};
	int fd = open(place_path(p, ".backout-history"), O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd >= 0 && !fstat(fd, &st)) {
		off_t from = st.st_size > HISTORY_TAIL ? st.st_size - HISTORY_TAIL : 0;
		ssize_t n = pread(fd, text, HISTORY_TAIL, from);
		text[n > 0 ? n : 0] = '\0';
	}
	if (fd >= 0)
		close(fd);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct ran r;
		if (line_read(line, &r))
			*vec_push(out) = r;
	}
	free(text);
}

void history_release(struct history *h)
{
	vec_release(h);
}

void history_add(const struct place *p, bool left, const char *version)
{
	struct history h;
	history_load(p, &h);
	const struct ran *last = h.n ? &h.v[h.n - 1] : NULL;
	bool same = last && last->left == left && !strcmp(last->version, version);
	history_release(&h);
	if (same)
		return;
	int fd = open(place_path(p, ".backout-history"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	char line[VERSION_LEN + 64], at[INSTANT_LEN];
	int n = snprintf(line, sizeof line, "%s %s %s\n", instant_print(sdk_wall(), at), left ? "left" : "ran", version);
	/* One write to a file opened for appending: watcher and actor never mix their lines. */
	if (write(fd, line, (size_t)n) == n)
		(void)fsync(fd);
	close(fd);
}

bool history_left(const struct history *h, const char *version)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].left && !strcmp(h->v[i].version, version))
			return true;
	return false;
}

const char *history_previous(const struct history *h, const char *now)
{
	for (size_t i = h->n; i-- > 0; )
		if (!h->v[i].left && strcmp(h->v[i].version, now))
			return h->v[i].version;
	return NULL;
}

static bool has_ran(const struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (!h->v[i].left)
			return true;
	return false;
}

/* The complete release whose directory is the newest that is older than that of `from`. */
static bool next_older(const struct place *p, const char *from, char out[VERSION_LEN])
{
	struct release now, r;
	int64_t best = INT64_MIN;
	DIR *d = opendir(place_path(p, "releases"));
	release_read(p, from, &now);
	for (struct dirent *e; d && (e = readdir(d)); ) {
		if (!place_version(e->d_name) || !strcmp(e->d_name, from))
			continue;
		release_read(p, e->d_name, &r);
		if (!r.complete || r.at <= best || (now.at && r.at > now.at))
			continue;
		best = r.at;
		(void)snprintf(out, VERSION_LEN, "%s", e->d_name);
	}
	if (d)
		closedir(d);
	return best != INT64_MIN;
}

bool history_default(const struct place *p, const struct history *h, const char *from, char out[VERSION_LEN], bool *out_seen)
{
	*out_seen = true;
	for (size_t i = h->n; i-- > 0; ) {
		const struct ran *r = &h->v[i];
		struct release rel;
		if (r->left || !strcmp(r->version, from) || history_left(h, r->version))
			continue;
		release_read(p, r->version, &rel);
		if (!rel.complete)
			continue;
		(void)snprintf(out, VERSION_LEN, "%s", r->version);
		return true;
	}
	*out_seen = false;
	/* What ran is known and none of it can be gone back to: guessing another would be worse. */
	if (has_ran(h) && history_previous(h, from))
		return false;
	return next_older(p, from, out);
}
