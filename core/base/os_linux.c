/* Clocks, randomness and peers, the Linux way. */
#include "config.h"

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/text.h"

static int64_t clock_us(clockid_t id)
{
	struct timespec ts;
	if (clock_gettime(id, &ts) != 0)
		abort();
	return (int64_t)ts.tv_sec * US_SECOND + ts.tv_nsec / 1000;
}

static const char *boot_id(void)
{
	static char id[40];
	if (id[0])
		return id;
	/* Tests stand in for a reboot; nothing else may. */
	const char *pretend = getenv("BACKOUT_TEST_BOOT_ID");
	if (pretend && *pretend) {
		text_copy(id, sizeof id, pretend);
		return id;
	}
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, id, sizeof id - 1) : 0;
	if (fd >= 0)
		close(fd);
	id[n > 0 ? n : 0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	if (!id[0])
		text_copy(id, sizeof id, "unknown-boot");
	return id;
}

void os_now(struct now *out)
{
	out->at = clock_us(CLOCK_REALTIME);
	out->mono = clock_us(CLOCK_BOOTTIME);
	text_copy(out->boot, sizeof out->boot, boot_id());
}

void os_random(void *out, size_t n)
{
	unsigned char *p = out;
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

void os_random_hex(char *out, size_t bytes)
{
	unsigned char raw[64];
	if (bytes > sizeof raw)
		abort();
	os_random(raw, bytes);
	hex_print(raw, bytes, out);
}

const char *os_host(char *out, size_t cap)
{
	if (gethostname(out, cap) != 0)
		text_copy(out, cap, "localhost");
	out[cap - 1] = '\0';
	return out;
}

bool os_peer(int fd, uid_t *out_uid, pid_t *out_pid)
{
	struct ucred c;
	socklen_t len = sizeof c;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) != 0)
		return false;
	*out_uid = c.uid;
	if (out_pid)
		*out_pid = c.pid;
	return true;
}
