/* Loaded before libc into an engine: a disk that stands still, or is full.
 * Where a file named by SLOW_SYNC holds a number, the next fdatasync of a
 * journal takes so many milliseconds longer, and the file is gone as soon as
 * that began.  While a file named by FULL_DISK is there a journal takes no byte. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int of_a_journal(int fd)
{
	char link[64], path[4096];
	ssize_t n;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = 0;
	return strstr(path, "journal.db") != NULL;
}

static long wanted(void)
{
	const char *name = getenv("SLOW_SYNC");
	FILE *f = name ? fopen(name, "r") : NULL;
	char text[32] = "";

	if (!f)
		return 0;
	if (!fgets(text, sizeof text, f))
		text[0] = 0;
	fclose(f);
	return *text && !unlink(name) ? strtol(text, NULL, 10) : 0;
}

static void wait_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&t, &t))
		;
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
	int (*real)(int);
	long ms = of_a_journal(fd) ? wanted() : 0;

	*(void **)(void *)&real = dlsym(RTLD_NEXT, "fdatasync");
	if (ms > 0)
		wait_ms(ms);
	return real(fd);
}

static int is_full(int fd)
{
	const char *name = getenv("FULL_DISK");

	if (!name || access(name, F_OK) != 0 || !of_a_journal(fd))
		return 0;
	errno = ENOSPC;
	return 1;
}

__attribute__((visibility("default"))) ssize_t pwrite64(int fd, const void *buf, size_t n, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t);

	*(void **)(void *)&real = dlsym(RTLD_NEXT, "pwrite64");
	return is_full(fd) ? -1 : real(fd, buf, n, at);
}

__attribute__((visibility("default"))) ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
	return pwrite64(fd, buf, n, at);
}

__attribute__((visibility("default"))) ssize_t write(int fd, const void *buf, size_t n)
{
	ssize_t (*real)(int, const void *, size_t);

	*(void **)(void *)&real = dlsym(RTLD_NEXT, "write");
	return is_full(fd) ? -1 : real(fd, buf, n);
}
