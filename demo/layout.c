/* The releases there are, and how one of them becomes the current one. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "demo/layout.h"

/* One row per release there is. */
struct release { const char *service, *version, *by, *behaviour; };

static const struct release first[] = {
	{"auth", "8.13.1", "lena", "issues = v1\nreads = v1\nerror_every = 1009\ndelay_us = 300\n"},
	{"auth", "8.13.2", "lena", "issues = v1\nreads = v1\nerror_every = 1013\ndelay_us = 300\n"},
	{"checkout", "41", "maya", "reads = v1\nerror_every = 907\ndelay_us = 500\n"},
	{"checkout", "42", "maya", "reads = v1\nerror_every = 911\ndelay_us = 500\n"},
	{"ledger", "3.9.0", "tomas", "reads = v1\nerror_every = 701\ndelay_us = 400\n"},
	{"ledger", "3.9.1", "tomas", "reads = v1\nerror_every = 709\ndelay_us = 400\n"},
};
/* The outage: tokens of a new format, which this release and the web page read and nobody else does. */
static const struct release bad = {"auth", "8.14.0", "lena", "issues = v2\nreads = v1 v2\nerror_every = 997\ndelay_us = 320\n"};

static bool make_dir(const char *path)
{
	return !mkdir(path, 0700) || errno == EEXIST;
}

static bool put_file(const char *dir, const char *name, const char *text)
{
	char path[4300];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "we");
	if (!f)
		return false;
	bool good = fputs(text, f) >= 0 && !fflush(f) && !fsync(fileno(f));
	return !fclose(f) && good;
}

static bool unpack(const char *dir, const struct release *r)
{
	char path[4200], line[80];
	snprintf(path, sizeof path, "%s/%s", dir, r->service);
	bool good = make_dir(path);
	snprintf(path, sizeof path, "%s/%s/releases", dir, r->service);
	good = good && make_dir(path);
	snprintf(path, sizeof path, "%s/%s/releases/%s", dir, r->service, r->version);
	good = good && make_dir(path);
	snprintf(line, sizeof line, "%s\n", r->version);
	good = good && put_file(path, "VERSION", line);
	snprintf(line, sizeof line, "%s\n", r->by);
	return good && put_file(path, "BY", line) && put_file(path, "behaviour.conf", r->behaviour);
}

static bool sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && !fsync(fd);
	if (fd >= 0)
		close(fd);
	return good;
}

static bool point(const char *dir, const struct release *r)
{
	char to[128], tmp[4200], link[4200], service[4200];
	snprintf(to, sizeof to, "releases/%s", r->version);
	snprintf(service, sizeof service, "%s/%s", dir, r->service);
	snprintf(tmp, sizeof tmp, "%s/%s/.current.deployer", dir, r->service);
	snprintf(link, sizeof link, "%s/%s/current", dir, r->service);
	unlink(tmp);
	return !symlink(to, tmp) && !rename(tmp, link) && sync_dir(service);
}

bool layout_make(const char *dir)
{
	bool good = make_dir(dir);
	for (size_t i = 0; good && i < sizeof first / sizeof *first; i++)
		good = unpack(dir, &first[i]) && point(dir, &first[i]);
	return good;
}

bool layout_deploy(const char *dir)
{
	return unpack(dir, &bad) && point(dir, &bad);
}
