/* The rights of the files that hold secrets, judged as the engine will judge them. */
#include "config.h"

#include "cli/check_secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "host/trust.h"
#include "kit/problems.h"

/* ~/ is this user's home, anything else relative begins at the kit. */
static bool whole_path(const char *path, const char *dir, char *out, size_t cap)
{
	const char *home = getenv("HOME");
	int n;
	if (strncmp(path, "~/", 2) == 0 && home)
		n = snprintf(out, cap, "%s/%s", home, path + 2);
	else if (path[0] == '/')
		n = snprintf(out, cap, "%s", path);
	else
		n = snprintf(out, cap, "%s/%s", dir, path);
	return n > 0 && (size_t)n < cap;
}

static void check_file(const struct kit_backend *b, const char *name, const char *path, const char *dir, struct problems *p)
{
	char whole[PATH_MAX];
	struct fault f = {0};
	struct place at = {"kit.yaml", b->line, 1};
	if (!whole_path(path, dir, whole, sizeof whole))
		return;
	int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		mend_with(complain(p, at, PROBLEM_WARNING, "the secret `%s` of %s is not here: %s: %s", name, b->id, whole, strerror(errno)),
			"the engine's user must be able to read it, and nobody else");
		return;
	}
	if (trust_secret(fd, whole, &f) != STATUS_OK)
		mend_with(complain(p, at, PROBLEM_ERROR, "the secret `%s` of %s: %s", name, b->id, f.what), "%s", f.mend[0] ? f.mend : "chmod 600 it");
	close(fd);
}

static void check_each(const struct kit_backend *b, const char *secrets, const char *dir, struct problems *p)
{
	struct json *root;
	if (!secrets || json_parse(secrets, strlen(secrets), JSON_LINE_MAX, &root, NULL) != STATUS_OK)
		return;
	for (const struct json *one = json_first(root); one; one = json_next(one)) {
		const char *file = json_get_str(one, "file", NULL);
		if (file)
			check_file(b, json_key(one), file, dir, p);
	}
	json_free(root);
}

void check_secrets(const struct kit *k, const char *dir, struct problems *p)
{
	for (size_t i = 0; i < k->n_backends; i++) {
		check_each(&k->backends[i], k->backends[i].secrets, dir, p);
		check_each(&k->backends[i], k->backends[i].acting_secrets, dir, p);
	}
	problems_sort(p);
}
