/* Children in a clean room, and how one of them ended. */
#include "config.h"

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the child's side: only what may be called between fork and exec ------------ */

enum { FD_REPORT = 3 }; /* where the child keeps the pipe that tells why exec failed */

struct childs {
	const struct os_spawn *spec;
	int in, out, err, report;
	pid_t parent;
};

/* What failed, as the parent reads it from the report pipe. */
struct report {
	int error;
	char step;
};

static void child_signals(void)
{
	struct sigaction dfl;
	sigset_t none;

	memset(&dfl, 0, sizeof dfl);
	dfl.sa_handler = SIG_DFL;
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &dfl, NULL); /* KILL and STOP refuse; nothing to do about it */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Descriptors 0, 1, 2 and the report pipe at 3; everything else closed.  Our
 * ends are first lifted above them, so that no dup2 overwrites one still needed. */
static bool child_descriptors(struct childs *c)
{
	int *fds[] = { &c->in, &c->out, &c->err, &c->report };

	for (size_t i = 0; i < 4; i++)
		if ((*fds[i] = fcntl(*fds[i], F_DUPFD_CLOEXEC, 10)) < 0)
			return false;
	for (int i = 0; i < 3; i++)
		if (dup2(*fds[i], i) < 0)
			return false;
	if (dup3(c->report, FD_REPORT, O_CLOEXEC) < 0)
		return false;
	return close_range(FD_REPORT + 1, ~0U, 0) == 0;
}

static char child_prepare(struct childs *c)
{
	const struct rlimit no_core = { 0, 0 };

	if (setsid() < 0) /* a session of its own is a process group of its own, too */
		return 's';
	if (c->spec->dies_with_parent) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != c->parent) /* it died before the line above */
			_exit(127);
	}
	if (!child_descriptors(c))
		return 'd';
	if (setrlimit(RLIMIT_CORE, &no_core) != 0)
		return 'l';
	if (c->spec->cwd && chdir(c->spec->cwd) != 0)
		return 'c';
	child_signals();
	return 0;
}

static _Noreturn void child_run(struct childs *c)
{
	struct report r = { 0, child_prepare(c) };

	if (!r.step) {
		r.step = 'x';
		execve(c->spec->argv[0], (char *const *)(uintptr_t)c->spec->argv, (char *const *)(uintptr_t)c->spec->env);
	}
	r.error = errno;
	/* Before its move to FD_REPORT the pipe is still where it was (or lifted). */
	if (write(r.step == 's' || r.step == 'd' ? c->report : FD_REPORT, &r, sizeof r) < 0)
		_exit(126);
	_exit(127);
}

/* ---- the parent's side ------------------------------------------------------------ */

struct pipes {
	int in[2], out[2], err[2], report[2];
};

static void close_set(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void pipes_close(struct pipes *p)
{
	int *pair[] = { p->in, p->out, p->err, p->report };

	for (size_t i = 0; i < 4; i++) {
		close_set(&pair[i][0]);
		close_set(&pair[i][1]);
	}
}

/* Only our ends are non-blocking: a plugin may be a plain loop. */
static bool pipes_open(struct pipes *p)
{
	int *pair[] = { p->in, p->out, p->err, p->report };
	bool ok = true;

	memset(p, 0xff, sizeof *p); /* every descriptor -1 */
	for (size_t i = 0; ok && i < 4; i++)
		ok = pipe2(pair[i], O_CLOEXEC) == 0;
	ok = ok && fcntl(p->in[1], F_SETFL, O_NONBLOCK) == 0 && fcntl(p->out[0], F_SETFL, O_NONBLOCK) == 0 &&
		fcntl(p->err[0], F_SETFL, O_NONBLOCK) == 0;
	if (!ok) {
		int error = errno;
		pipes_close(p);
		errno = error;
	}
	return ok;
}

static const char *step_words(char step)
{
	switch (step) {
	case 's': return "make it a session of its own";
	case 'd': return "close its descriptors";
	case 'l': return "forbid it core dumps";
	case 'c': return "enter its directory";
	default: return "run it";
	}
}

/* Wait for the exec: nothing to read means it went well. */
static enum status report_read(int fd, const struct os_spawn *spec, struct fault *f)
{
	struct report r;
	ssize_t n;

	do
		n = read(fd, &r, sizeof r);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return STATUS_OK;
	if (n != (ssize_t)sizeof r)
		return fault_set(f, STATUS_OUTSIDE, "spawn", "cannot start %s", spec->argv[0]);
	fault_set(f, STATUS_OUTSIDE, "spawn", "cannot start %s: could not %s: %s", spec->argv[0], step_words(r.step), strerror(r.error));
	if (r.step == 'c')
		fault_mend(f, "the directory is %s", spec->cwd);
	else if (r.error == ENOENT)
		fault_mend(f, "check that the file and the interpreter in its first line exist");
	else if (r.error == EACCES || r.error == ENOEXEC)
		fault_mend(f, "make it executable (chmod +x) and give a script its #! line");
	return STATUS_OUTSIDE;
}

enum status os_spawn(const struct os_spawn *spec, struct os_child *out, struct fault *f)
{
	struct pipes p;

	if (!pipes_open(&p))
		return fault_set(f, STATUS_OUTSIDE, "spawn", "cannot start %s: no pipes: %s", spec->argv[0], strerror(errno));
	struct childs c = { spec, p.in[0], p.out[1], p.err[1], p.report[1], getpid() };
	pid_t pid = fork();
	if (pid == 0)
		child_run(&c);
	if (pid < 0) {
		int error = errno;
		pipes_close(&p);
		return fault_set(f, STATUS_OUTSIDE, "spawn", "cannot start %s: no process: %s", spec->argv[0], strerror(error));
	}
	os_await(pid);
	close_set(&p.report[1]);
	enum status s = report_read(p.report[0], spec, f);
	if (s != STATUS_OK) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		os_forget(pid);
		pipes_close(&p);
		return s;
	}
	*out = (struct os_child){ .pid = pid, .start = os_pid_start(pid), .in = p.in[1], .out = p.out[0], .err = p.err[0] };
	p.in[1] = p.out[0] = p.err[0] = -1;
	pipes_close(&p);
	return STATUS_OK;
}

/* ---- their end --------------------------------------------------------------------- */

bool os_exited(pid_t pid, bool reap, int *out_code)
{
	siginfo_t info;
	int got;

	memset(&info, 0, sizeof info);
	do
		got = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | (reap ? 0 : WNOWAIT));
	while (got < 0 && errno == EINTR);
	if (got == 0 && info.si_pid == 0)
		return false;
	/* ECHILD: somebody else waited for it; it is gone all the same. */
	*out_code = got < 0 ? 0 : info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
	if (reap)
		os_forget(pid);
	return true;
}

void os_subreaper(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void os_no_dump(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
