/* The last head of each store that a client of this user saw, kept in a file
 * of its own beside no store: a journal that was cut, or put back from an older
 * copy, is noticed by the next client. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/wire.h"

static bool path_of(const char *store, char *dir, char *path, size_t cap)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n;
	if (strlen(store) != 32 || strspn(store, "0123456789abcdef") != 32)
		return false;
	if (xdg && xdg[0] == '/')
		n = snprintf(dir, cap, "%s/backout/.heads", xdg);
	else
		n = snprintf(dir, cap, "%s/.local/state/backout/.heads", home && home[0] == '/' ? home : "/nonexistent");
	return n > 0 && (size_t)n < cap && snprintf(path, cap, "%.4000s/%s", dir, store) < (int)cap;
}

/* File times come from a clock that ticks in milliseconds. */
#define TICK_US 20000

static bool written_before(int fd, int64_t before)
{
	struct stat st;
	return fstat(fd, &st) == 0 && (int64_t)st.st_mtim.tv_sec * US_SECOND + st.st_mtim.tv_nsec / 1000 < before - TICK_US;
}

bool heads_read(const char *store, int64_t before, int64_t *out_seq, char out_chain[SHA_HEX])
{
	char dir[4096], path[4096], text[160];
	long long seq;
	if (!path_of(store, dir, path, sizeof path))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 || !written_before(fd, before) ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	char *end;
	seq = strtoll(text, &end, 10);
	if (seq < 1 || *end != ' ' || strspn(end + 1, "0123456789abcdef") != SHA_HEX - 1)
		return false;
	memcpy(out_chain, end + 1, SHA_HEX - 1);
	out_chain[SHA_HEX - 1] = '\0';
	*out_seq = seq;
	return true;
}

/* Renamed into place; that a power cut may lose it is well: then less is known, nothing false. */
void heads_write(const char *store, int64_t seq, const char *chain)
{
	char dir[4096], path[4096], tmp[4200], text[160];
	if (!path_of(store, dir, path, sizeof path))
		return;
	mkdir(dir, 0700);
	snprintf(tmp, sizeof tmp, "%.4090s.%ld", path, (long)getpid());
	int n = snprintf(text, sizeof text, "%lld %s\n", (long long)seq, chain);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	bool good = write(fd, text, (size_t)n) == n;
	close(fd);
	if (!good || rename(tmp, path))
		unlink(tmp);
}
