/* The digest of a plugin's program, which acknowledgements are bound to. */
#include "config.h"

#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"

enum { FILES_MAX = 16, CACHE = 64, SIZE_MOST = 256 << 20 };

/* What was read once, by all that changes when the bytes do. */
struct cached {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed, modified;
	unsigned char sha[SHA_LEN];
};
static struct cached cache[CACHE];
static size_t cache_next;

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static const struct cached *cache_find(const struct stat *st)
{
	for (size_t i = 0; i < CACHE; i++) {
		const struct cached *c = &cache[i];
		if (c->ino == st->st_ino && c->dev == st->st_dev && c->size == st->st_size &&
			same_time(&c->changed, &st->st_ctim) && same_time(&c->modified, &st->st_mtim))
			return c;
	}
	return NULL;
}

static void cache_add(const struct stat *st, const unsigned char sha[SHA_LEN])
{
	struct cached *c = &cache[cache_next++ % CACHE];

	*c = (struct cached){ .dev = st->st_dev, .ino = st->st_ino, .size = st->st_size, .changed = st->st_ctim, .modified = st->st_mtim };
	memcpy(c->sha, sha, SHA_LEN);
}

static bool read_whole(int fd, char *to, size_t len)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = read(fd, to + got, len - got);
		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		got += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static enum status file_sha(const char *path, unsigned char out[SHA_LEN], struct fault *f)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size > SIZE_MOST) {
		if (fd >= 0)
			close(fd);
		return fault_set(f, STATUS_OUTSIDE, "no-plugin", "the program %s cannot be read", path);
	}
	const struct cached *c = cache_find(&st);
	bool well = true;
	if (c) {
		memcpy(out, c->sha, SHA_LEN);
	} else {
		char *data = mem_new((size_t)st.st_size);
		well = read_whole(fd, data, (size_t)st.st_size);
		sha256(data, (size_t)st.st_size, out);
		free(data);
		if (well)
			cache_add(&st, out);
	}
	close(fd);
	return well ? STATUS_OK : fault_set(f, STATUS_OUTSIDE, "no-plugin", "the program %s changed while it was read", path);
}

static bool is_file(const char *dir, const char *word, char *path, size_t cap)
{
	struct stat st;
	int n = word[0] == '/' || !dir ? snprintf(path, cap, "%s", word) : snprintf(path, cap, "%s/%s", dir, word);

	return n > 0 && (size_t)n < cap && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

enum status host_program_sha_in(const char *const *argv, const char *dir, char out[65], struct fault *f)
{
	unsigned char shas[FILES_MAX][SHA_LEN], all[SHA_LEN];
	char path[PATH_MAX];
	size_t n = 0;

	for (size_t i = 0; argv[i]; i++) {
		if (!is_file(dir, argv[i], path, sizeof path))
			continue;
		if (n == FILES_MAX)
			return fault_set(f, STATUS_USAGE, "plugin-command", "the command of a plugin names over %d files", (int)FILES_MAX);
		enum status s = file_sha(path, shas[n], f);
		if (s != STATUS_OK)
			return s;
		n++;
	}
	if (!n)
		return fault_set(f, STATUS_OUTSIDE, "no-plugin", "the program %s is not there", argv[0] ? argv[0] : "");
	/* One file is its own digest, as sha256sum prints it; several are the digest of theirs. */
	if (n > 1)
		sha256(shas, n * SHA_LEN, all);
	hex_print(n > 1 ? all : shas[0], SHA_LEN, out);
	return STATUS_OK;
}

enum status host_program_sha(const char *const *argv, char out[65], struct fault *f)
{
	return host_program_sha_in(argv, NULL, out, f);
}
