/* Where an engine's things lie, and which engines run: from the store's path
 * or from the lock files, which name store, process, kit and socket. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/os_lock.h"
#include "base/text.h"
#include "client/wire.h"

#define SOCKET_PATH_MAX 100

/* Does somebody listen there?  The lock itself is not tried: a client that held it for an instant could keep
 * an engine that starts just then from having it. */
static bool listens(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = text_copy(sa.sun_path, sizeof sa.sun_path, path) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
	bool yes = fd >= 0 && !connect(fd, (struct sockaddr *)&sa, sizeof sa);
	if (fd >= 0)
		close(fd);
	return yes;
}

static bool state_dir(char *out, size_t cap)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n = xdg && xdg[0] == '/' ? snprintf(out, cap, "%s/backout", xdg) :
		home && home[0] == '/' ? snprintf(out, cap, "%s/.local/state/backout", home) : -1;
	return n > 0 && (size_t)n < cap;
}

static enum status absolute(const char *path, char *out, size_t cap, struct fault *f)
{
	char cwd[4096];
	int n;
	if (path[0] == '/')
		n = snprintf(out, cap, "%s", path);
	else if (getcwd(cwd, sizeof cwd))
		n = snprintf(out, cap, "%s/%s", cwd, path);
	else
		return fault_set(f, STATUS_OUTSIDE, "cwd", "cannot tell the present directory: %s", strerror(errno));
	if (n < 2 || (size_t)n > cap - 200 || out[n - 1] == '/')
		return fault_set(f, STATUS_USAGE, "bad-store", "%.200s is no path of a store", path);
	return STATUS_OK;
}

static enum status beside(struct client_paths *p, const char *socket, struct fault *f)
{
	text_copy(p->dir, sizeof p->dir, p->store);
	*strrchr(p->dir, '/') = '\0';
	snprintf(p->lock, sizeof p->lock, "%.4000s/lock", p->dir);
	snprintf(p->log, sizeof p->log, "%.4000s/engine.log", p->dir);
	if (socket && socket[0] == '/')
		text_copy(p->socket, sizeof p->socket, socket);
	else
		snprintf(p->socket, sizeof p->socket, "%.3900s/%.100s", p->dir, socket ? socket : "engine.sock");
	if (strlen(p->socket) <= SOCKET_PATH_MAX)
		return STATUS_OK;
	fault_set(f, STATUS_USAGE, "socket-path", "the socket's path is %zu bytes long, more than the %d that a socket may have: %.200s",
		strlen(p->socket), SOCKET_PATH_MAX, p->socket);
	fault_mend(f, "use a store in a directory with a shorter path, or set `engine: {socket: PATH}` in the kit");
	return STATUS_USAGE;
}

enum status client_paths_of(const char *store, const char *kit_name, const char *kit_socket, struct client_paths *out, struct fault *f)
{
	char state[4096], path[4400];
	const char *env = getenv("BACKOUT_STORE");
	memset(out, 0, sizeof *out);
	if (!store && env && env[0])
		store = env;
	if (!store) {
		if (!kit_name || !text_is_kit_name(kit_name) || !state_dir(state, sizeof state)) {
			fault_set(f, STATUS_USAGE, "no-store", kit_name ? "neither XDG_STATE_HOME nor HOME says where the store lies" : "no kit and no store was named");
			fault_mend(f, "name the store: --store PATH, or BACKOUT_STORE");
			return STATUS_USAGE;
		}
		snprintf(path, sizeof path, "%s/%s/journal.db", state, kit_name);
		store = path;
	}
	enum status s = absolute(store, out->store, sizeof out->store, f);
	return s ? s : beside(out, kit_socket, f);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

enum status client_engine_runs(const struct client_paths *p, bool *out_runs, struct fault *f)
{
	struct os_lock t;
	char path[4400];
	struct stat st;
	bool there = os_lock_read(p->lock, &t);
	*out_runs = listens(there && t.socket[0] ? t.socket : p->socket);
	if (!there || !t.store[0] || !strcmp(t.store, base_name(p->store)))
		return STATUS_OK;
	snprintf(path, sizeof path, "%s/%s", p->dir, t.store);
	if (!*out_runs && stat(path, &st))
		return STATUS_OK; /* a dead engine's lock, and its store is gone, too */
	fault_set(f, STATUS_USAGE, "other-store", "%s belongs to the store %s, not to %s", p->dir, t.store, base_name(p->store));
	fault_mend(f, "name that store, or use another directory: one store a directory");
	return STATUS_USAGE;
}

static bool fits(const char *lock, const char *kit_dir, bool alive, struct client_paths *out, char *out_kit, size_t cap)
{
	struct os_lock t;
	struct fault f;
	if (!os_lock_read(lock, &t) || !t.store[0] || (kit_dir && strcmp(kit_dir, t.kit) != 0) || (alive && !listens(t.socket)))
		return false;
	char store[4400];
	snprintf(store, sizeof store, "%.4000s", lock);
	snprintf(strrchr(store, '/') + 1, 300, "%s", t.store);
	if (client_paths_of(store, NULL, t.socket, out, &f))
		return false;
	text_copy(out_kit, cap, t.kit);
	return true;
}

static int look(const char *kit_dir, bool alive, struct client_paths *out, char *out_kit, size_t cap)
{
	char state[4096], lock[4400];
	struct client_paths one;
	char kit[4096];
	int n = 0;
	DIR *d = state_dir(state, sizeof state) ? opendir(state) : NULL;
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		if (!text_is_kit_name(e->d_name))
			continue;
		snprintf(lock, sizeof lock, "%s/%s/lock", state, e->d_name);
		if (!fits(lock, kit_dir, alive, &one, kit, sizeof kit))
			continue;
		n++;
		*out = one;
		text_copy(out_kit, cap, kit);
	}
	if (d)
		closedir(d);
	return n;
}

enum status client_paths_running(const char *kit_dir, struct client_paths *out, char *out_kit, size_t cap, struct fault *f)
{
	int n = look(kit_dir, true, out, out_kit, cap);
	if (n == 1)
		return STATUS_OK;
	return fault_set(f, STATUS_NO, "no-engine", n ? "several engines run" : "no engine runs");
}

enum status client_paths_beside(const char *kit_dir, struct client_paths *out, struct fault *f)
{
	char lock[4400], kit[4096];
	const char *slash = strrchr(kit_dir, '/');
	int n = slash ? snprintf(lock, sizeof lock, "%.*s/store/lock", (int)(slash - kit_dir), kit_dir) : -1;
	if (n > 0 && (size_t)n < sizeof lock && fits(lock, kit_dir, true, out, kit, sizeof kit))
		return STATUS_OK;
	return fault_set(f, STATUS_NO, "no-engine", "no engine has its store beside this kit");
}

enum status client_paths_last(const char *kit_dir, struct client_paths *out, struct fault *f)
{
	char kit[4096];
	if (look(kit_dir, false, out, kit, sizeof kit) == 1)
		return STATUS_OK;
	return fault_set(f, STATUS_NO, "no-store", "no store here was this kit's");
}
