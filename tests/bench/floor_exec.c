/* The floor under the commands: a program with the libraries of `backout` that
 * does next to nothing.
 *   floor_exec             ends at once
 *   floor_exec sync FILE   makes one block of FILE durable, and ends
 *   floor_exec hop SOCKET FILE    does so for every line on SOCKET, and answers
 * FILE is written before, so that nothing but the block has to reach the disk. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "config.h"

#include <fcntl.h>
#include <ncurses.h>
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utf8proc.h>
#include <uv.h>
#include <yaml.h>

enum { BLOCK = 4096, BLOCKS = 256 };

/* One name of every library, so that the linker keeps all of them. */
static bool all_are_there(void)
{
	SHA256_CTX sha;

	return sqlite3_libversion() && utf8proc_version() && uv_version_string() && yaml_get_version_string() &&
		SHA256_Init(&sha) && !stdscr;
}

static int open_written(const char *path)
{
	char block[BLOCK];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	memset(block, 'x', sizeof block);
	if (fd < 0 || lseek(fd, 0, SEEK_END) >= BLOCK * BLOCKS)
		return fd;
	for (int i = 0; i < BLOCKS; i++)
		if (pwrite(fd, block, sizeof block, i * BLOCK) != BLOCK)
			return -1;
	return fsync(fd) ? -1 : fd;
}

static bool sync_one(int fd)
{
	static int n;
	char block[BLOCK];

	memset(block, 'a' + n % 26, sizeof block);
	return pwrite(fd, block, sizeof block, n++ % BLOCKS * BLOCK) == BLOCK && !fdatasync(fd);
}

static int hop(const char *path, int fd)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	char line[65536];
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), c;

	(void)snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	if (s < 0 || bind(s, (struct sockaddr *)&sa, sizeof sa) || listen(s, 1) || (c = accept(s, NULL, NULL)) < 0)
		return 1;
	while (read(c, line, sizeof line) > 0)
		if (!sync_one(fd) || write(c, "done\n", 5) != 5)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	int fd = argc > 2 ? open_written(argv[argc - 1]) : -1;

	if (!all_are_there() || (argc > 2 && fd < 0))
		return 1;
	if (argc == 4 && !strcmp(argv[1], "hop"))
		return hop(argv[2], fd);
	return argc > 2 && !sync_one(fd);
}
