/* Starting an engine on a client's behalf: a process of its own session that
 * outlives the client, with its words in a capped log. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "client/wire.h"

#define LOG_MAX (1 << 20)

/* The log of the engines before: cut where it is long, so that it never fills a disk. */
static int open_log(const char *path)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && !fstat(fd, &st) && st.st_size > LOG_MAX && ftruncate(fd, 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* In the grandchild: only calls that are safe after a fork. */
static _Noreturn void become(char **argv, int log, int null)
{
	struct sigaction sa = {.sa_handler = SIG_IGN};
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigaction(SIGHUP, &sa, NULL);
	umask(077);
	if (chdir("/"))
		_exit(STATUS_OUTSIDE);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execv("/proc/self/exe", argv);
	_exit(STATUS_OUTSIDE);
}

static enum status fork_twice(char **argv, int log, int null, struct fault *f)
{
	int how = 0;
	pid_t child = fork();
	if (child < 0)
		return fault_set(f, STATUS_OUTSIDE, "fork", "cannot start an engine: %s", strerror(errno));
	if (!child) {
		setsid();
		pid_t engine = fork();
		if (!engine)
			become(argv, log, null);
		_exit(engine < 0 ? 1 : 0);
	}
	while (waitpid(child, &how, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(how) && !WEXITSTATUS(how))
		return STATUS_OK;
	return fault_set(f, STATUS_OUTSIDE, "fork", "cannot start an engine: the system gives no process");
}

enum status client_start_engine(const char *kit_dir, const struct client_paths *p, struct fault *f)
{
	enum status s = os_dirs_above(p->store, f);
	if (s)
		return s;
	int log = open_log(p->log), null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char name[] = "backout", word[] = "engine", store[] = "--store", client[] = "--by-client", demo[] = "--demo", end[] = "--";
	char *kit = mem_str(kit_dir), *path = mem_str(p->store);
	char *argv[] = {name, word, store, path, client, p->demo ? demo : end, p->demo ? end : kit, p->demo ? kit : NULL, NULL};
	if (log < 0 || null < 0)
		s = fault_set(f, STATUS_OUTSIDE, "log", "cannot write %s: %s", p->log, strerror(errno));
	else
		s = fork_twice(argv, log, null, f);
	free(kit);
	free(path);
	if (log >= 0)
		close(log);
	if (null >= 0)
		close(null);
	return s;
}
