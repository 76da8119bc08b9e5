/* backout demo: a world of real local processes, and the console on it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/demo_place.h"
#include "client/client.h"

extern char **environ;

#define READY_MS 15000
#define SETTLE_TRIES 50 /* of 100 ms: a keeper whose engine is gone ends within 5 s */

static void rest(void)
{
	struct timespec tick = {0, 100000000};
	nanosleep(&tick, NULL);
}

/* ---- one demo of a user at a time makes or removes a world ------------------------- */

static enum status guard_take(const char *place, int *out_fd, struct fault *f)
{
	char path[PLACE_MAX + 16];
	snprintf(path, sizeof path, "%s/lock", place);
	*out_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	for (int i = 0; *out_fd >= 0 && i < 2 * SETTLE_TRIES; i++) {
		if (!flock(*out_fd, LOCK_EX | LOCK_NB))
			return STATUS_OK;
		rest();
	}
	if (*out_fd >= 0)
		close(*out_fd);
	fault_set(f, STATUS_OUTSIDE, "busy", "another demo is being started or removed right now");
	fault_mend(f, "wait a moment and try again");
	return STATUS_OUTSIDE;
}

/* Does it live, or will it in a moment?  An engine that is about to start, or a keeper about to end, is waited for. */
static bool world_lives(const char *world)
{
	for (int i = 0; i < SETTLE_TRIES; i++) {
		if (world_has_engine(world))
			return true;
		if (!world_has_keeper(world))
			return false;
		rest();
	}
	return false;
}

static bool find_living(const char *place, char out[PLACE_MAX])
{
	size_t at = 0;
	while (place_next(place, &at, out))
		if (world_lives(out))
			return true;
	return false;
}

/* ---- making one ------------------------------------------------------------------------ */

static enum status find_shop(char *out, size_t cap, struct fault *f)
{
	char self[2048];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n > 0) {
		self[n] = '\0';
		char *slash = strrchr(self, '/');
		snprintf(out, cap, "%.*s/demo/backout-demo-shop", slash ? (int)(slash - self) : 0, self);
		if (!access(out, X_OK))
			return STATUS_OK;
	}
	snprintf(out, cap, "%s/backout-demo-shop", PKGLIBEXECDIR);
	if (!access(out, X_OK))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "no-shop", "the demo's shop is missing: %s", out);
	fault_mend(f, "run `make`, or `make install`");
	return STATUS_OUTSIDE;
}

static enum status wait_ready(int fd, const char *world, struct fault *f)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char word[8] = "";
	if (poll(&p, 1, READY_MS) > 0 && read(fd, word, sizeof word - 1) > 0 && !strncmp(word, "ready", 5))
		return STATUS_OK;
	fault_set(f, STATUS_OUTSIDE, "no-world", "the demo's world did not start");
	fault_mend(f, "%s/world.log says why", world);
	return STATUS_OUTSIDE;
}

static enum status start_keeper(const char *world, const char *speed, struct fault *f)
{
	char shop[4200], log[PLACE_MAX + 16];
	int out[2];
	pid_t pid;
	posix_spawn_file_actions_t a;
	enum status s = find_shop(shop, sizeof shop, f);
	if (s != STATUS_OK)
		return s;
	if (pipe2(out, O_CLOEXEC))
		return fault_set(f, STATUS_OUTSIDE, "no-pipe", "no pipe can be made: %s", strerror(errno));
	snprintf(log, sizeof log, "%s/world.log", world);
	const char *const argv[] = {"backout-demo-shop", "--world", world, "--speed", speed, NULL};
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&a, out[1], 1);
	posix_spawn_file_actions_addopen(&a, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int e = posix_spawn(&pid, shop, &a, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&a);
	close(out[1]);
	s = e ? fault_set(f, STATUS_OUTSIDE, "no-shop", "%s cannot be started: %s", shop, strerror(e)) : wait_ready(out[0], world, f);
	close(out[0]);
	return s;
}

static enum status make_world(const char *place, const char *speed, char out[PLACE_MAX], struct fault *f)
{
	char store[PLACE_MAX + 16];
	enum status s = place_new(place, out, f);
	if (s != STATUS_OK)
		return s;
	snprintf(store, sizeof store, "%s/store", out);
	if (mkdir(store, 0700))
		return fault_set(f, STATUS_OUTSIDE, "no-place", "%s cannot be made: %s", store, strerror(errno));
	return start_keeper(out, speed, f);
}

/* ---- removing --------------------------------------------------------------------------- */

static bool end_engine(const char *world)
{
	struct client_paths *p = calloc(1, sizeof *p);
	struct fault f;
	char store[PLACE_MAX + 32], *result = NULL;
	bool gone = !world_has_engine(world);
	snprintf(store, sizeof store, "%s/store/journal.db", world);
	if (p && !gone && client_paths_of(store, "demo", NULL, p, &f) == STATUS_OK) {
		struct client_spec spec = {.paths = p, .role = "command"};
		(void)client_call(&spec, "stop", "{}", &result, &f);
		for (int i = 0; i < SETTLE_TRIES && !gone; i++, gone = !world_has_engine(world))
			rest();
	}
	free(result);
	free(p);
	return gone;
}

/* Remove every world but `keep` (NULL: none is kept, living ones end too). */
static int remove_worlds(const char *place, const char *keep, int *out_left)
{
	char world[PLACE_MAX];
	size_t at = 0;
	int removed = 0;
	*out_left = 0;
	while (place_next(place, &at, world)) {
		if (keep && !strcmp(keep, world))
			continue;
		if (end_engine(world) && world_remove(world)) {
			removed++;
			at = 0; /* what is gone moves the others up */
			*out_left = 0;
		} else {
			++*out_left;
		}
	}
	return removed;
}

static enum status clean(const struct cli *c, const char *place)
{
	struct fault f;
	int left, n = remove_worlds(place, NULL, &left);
	if (left) {
		fault_set(&f, STATUS_OUTSIDE, "not-removed", "%d of the demo's worlds could not be removed", left);
		fault_mend(&f, "leave its console (q), then look into %s", place);
		return cli_fail(c, STATUS_OUTSIDE, &f);
	}
	if (c->json)
		printf("{\"removed\":%d}\n", n);
	else
		printf(n ? "removed %d demo world%s from %s\n" : "nothing was left of a demo\n", n, n == 1 ? "" : "s", place);
	return STATUS_OK;
}

/* ---- the command ---------------------------------------------------------------------------- */

static enum status read_speed(const char *word, struct fault *f)
{
	char *end;
	double v = strtod(word, &end);
	if (!*end && end != word && v >= 0.2 && v <= 20)
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "bad-speed", "%s is no speed", word);
	fault_mend(f, "write a number from 0.2 to 20: --speed 5 makes the demo's durations five times shorter");
	return STATUS_USAGE;
}

static enum status open_console(struct cli *c, const char *world, enum status (*console)(struct cli *c))
{
	char kit[PLACE_MAX + 16], store[PLACE_MAX + 32];
	snprintf(kit, sizeof kit, "%s/kit", world);
	snprintf(store, sizeof store, "%s/store/journal.db", world);
	c->kit = kit;
	c->store = store;
	enum status s = console(c);
	if (s == STATUS_OK)
		fprintf(stderr, "backout: the demo goes on for 60 s without you; `%s demo` comes back to it\n"
			"  what happened:  %s list --store %s\n  to look on:     %s observe --store %s\n",
			program_invocation_name, program_invocation_name, store, program_invocation_name, store);
	return s;
}

/* A living world of this user, else a new one; what killed ones left is removed on the way. */
static enum status find_world(const char *place, const char *speed, char out[PLACE_MAX], struct fault *f)
{
	int left;
	if (find_living(place, out)) {
		if (speed)
			fprintf(stderr, "backout: a demo runs already, at its own speed; `backout demo --clean` ends it\n");
		return STATUS_OK;
	}
	remove_worlds(place, "", &left);
	return make_world(place, speed ? speed : "1", out, f);
}

enum status cmd_demo(struct cli *c, enum status (*console)(struct cli *c))
{
	const char *speed = NULL;
	char place[PLACE_MAX], world[PLACE_MAX];
	struct fault f = {0};
	int guard = -1;
	bool cleans = cli_option(c, "--clean", NULL);
	cli_option(c, "--speed", &speed);
	c->linear = cli_option(c, "--linear", NULL);
	enum status s = cli_done(c, 0, 0);
	if (s != STATUS_OK)
		return s;
	if (c->kit || c->store)
		s = fault_set(&f, STATUS_USAGE, "own-kit", "the demo has a kit and a store of its own");
	if (s == STATUS_OK && speed)
		s = read_speed(speed, &f);
	if (s == STATUS_OK)
		s = place_open(place, &f);
	if (s == STATUS_OK)
		s = guard_take(place, &guard, &f);
	if (s != STATUS_OK)
		return cli_fail(c, s, &f);
	s = cleans ? clean(c, place) : find_world(place, speed, world, &f);
	close(guard);
	if (cleans)
		return s;
	return s == STATUS_OK ? open_console(c, world, console) : cli_fail(c, s, &f);
}
