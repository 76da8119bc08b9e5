/* The demo's directory, found, checked and cleaned. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/os.h"
#include "base/os_lock.h"
#include "cli/demo_place.h"

/* engine.sock lies five names deeper and must stay below 100 bytes (contract 1) */
#define PLACE_LEN_MAX 60
#define END_TRIES 40

static bool take_place(const char *dir)
{
	struct stat st;
	if (mkdir(dir, 0700) && errno != EEXIST)
		return false;
	/* in /tmp anybody may have made it first, or put a link there */
	return !lstat(dir, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077);
}

enum status place_open(char out[PLACE_MAX], struct fault *f)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	if (xdg && xdg[0] == '/' && strlen(xdg) <= PLACE_LEN_MAX - 13) {
		snprintf(out, PLACE_MAX, "%s/backout-demo", xdg);
		if (take_place(out))
			return STATUS_OK;
	}
	snprintf(out, PLACE_MAX, "/tmp/backout-demo-%lu", (unsigned long)geteuid());
	if (take_place(out))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "no-place", "%s cannot be used: it is not a directory of yours alone", out);
	fault_mend(f, "remove it, or set XDG_RUNTIME_DIR to a short directory of your own");
	return STATUS_OUTSIDE;
}

bool place_next(const char *place, size_t *index, char out[PLACE_MAX])
{
	DIR *d = opendir(place);
	size_t at = 0;
	bool found = false;
	for (struct dirent *e; d && !found && (e = readdir(d));) {
		if (strncmp(e->d_name, "w-", 2) != 0 || strlen(e->d_name) > 40 || at++ < *index)
			continue;
		snprintf(out, PLACE_MAX, "%.200s/%.40s", place, e->d_name);
		found = true;
	}
	if (d)
		closedir(d);
	*index += found;
	return found;
}

enum status place_new(const char *place, char out[PLACE_MAX], struct fault *f)
{
	snprintf(out, PLACE_MAX, "%.200s/w-XXXXXX", place);
	if (mkdtemp(out))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "no-place", "no directory can be made in %s: %s", place, strerror(errno));
	fault_mend(f, "see that there is space, then try again");
	return STATUS_OUTSIDE;
}

bool world_has_engine(const char *world)
{
	char path[PLACE_MAX + 16];
	snprintf(path, sizeof path, "%s/store/lock", world);
	return os_lock_is_held(path);
}

/* ---- its processes, as it wrote them down ----------------------------------------- */

static struct json *read_world(const char *world)
{
	char path[PLACE_MAX + 16], text[8192];
	struct json *j = NULL;
	snprintf(path, sizeof path, "%s/world.json", world);
	FILE *f = fopen(path, "re");
	if (!f)
		return NULL;
	size_t n = fread(text, 1, sizeof text, f);
	fclose(f);
	return json_parse(text, n, sizeof text, &j, NULL) == STATUS_OK ? j : NULL;
}

/* The pid of a recorded process that is still that process, else 0. */
static pid_t alive(const struct json *proc)
{
	pid_t pid = (pid_t)json_get_int(proc, "pid", 0);
	int64_t start = json_get_int(proc, "start", 0);
	return pid > 1 && start > 0 && os_pid_start(pid) == (uint64_t)start ? pid : 0;
}

bool world_has_keeper(const char *world)
{
	struct json *j = read_world(world);
	bool lives = false;
	for (const struct json *p = json_first(json_get(j, "processes")); p; p = json_next(p))
		lives |= !strcmp(json_get_str(p, "name", ""), "keeper") && alive(p);
	json_free(j);
	return lives;
}

static int signal_all(const struct json *j, int sig)
{
	int n = 0;
	for (const struct json *p = json_first(json_get(j, "processes")); p; p = json_next(p)) {
		pid_t pid = alive(p);
		if (pid && (!sig || !kill(pid, sig)))
			n++;
	}
	return n;
}

static void end_processes(const char *world)
{
	struct json *j = read_world(world);
	struct timespec tick = {0, 50000000};
	int left = signal_all(j, SIGTERM);
	for (int i = 0; left && i < END_TRIES; i++) {
		nanosleep(&tick, NULL);
		left = signal_all(j, 0);
	}
	if (left)
		signal_all(j, SIGKILL);
	json_free(j);
}

/* ---- its files ------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)at;
	return type == FTW_DP || type == FTW_DNR ? rmdir(path) : unlink(path);
}

bool world_remove(const char *world)
{
	end_processes(world);
	return !nftw(world, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
