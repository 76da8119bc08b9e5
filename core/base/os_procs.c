/* The process table: who came of whom, and signals to all of a family. */
#include "config.h"

#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

struct proc {
	pid_t pid, parent, group, session;
	uint64_t start;
	char state;
	bool ours;
};
struct procs {
	struct proc *v;
	size_t n, cap;
};

/* /proc/PID/stat: the name in brackets may hold anything, so read from the last one. */
static bool proc_read(pid_t pid, struct proc *out)
{
	char path[64], text[1024];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	const char *rest = strrchr(text, ')');
	int parent, group, session;
	unsigned long long start;
	if (!rest || sscanf(rest + 1, " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			     &out->state, &parent, &group, &session, &start) != 5)
		return false;
	out->pid = pid;
	out->parent = parent;
	out->group = group;
	out->session = session;
	out->start = start;
	out->ours = false;
	return true;
}

static bool proc_alive(const struct proc *p)
{
	return p->state != 'Z' && p->state != 'X' && p->state != 'x';
}

uint64_t os_pid_start(pid_t pid)
{
	struct proc p;

	return pid > 0 && proc_read(pid, &p) && proc_alive(&p) ? p.start : 0;
}

static void procs_read(struct procs *ps)
{
	DIR *d = opendir("/proc");

	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		char *end;
		long pid = strtol(e->d_name, &end, 10);
		struct proc p;
		if (*end == '\0' && pid > 0 && proc_read((pid_t)pid, &p))
			*vec_push(ps) = p;
	}
	closedir(d);
}

/* ---- which of them belong to a leader ------------------------------------------------ */

/* The environment a process was started with, NUL-separated; owned, NULL where it may not be read. */
static char *environ_read(pid_t pid, size_t *out_len)
{
	enum { MOST = 1 << 18 };
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	char *text = mem_new(MOST + 1);
	size_t len = 0;
	for (ssize_t n; len < MOST && (n = read(fd, text + len, MOST - len)) > 0;)
		len += (size_t)n;
	close(fd);
	*out_len = len;
	return text;
}

static const char *environ_find(const char *text, size_t len, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = text; p < text + len; p += strlen(p) + 1)
		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
	return NULL;
}

static bool has_tmpdir(pid_t pid, const char *tmpdir)
{
	size_t len;
	char *text = environ_read(pid, &len);

	if (!text)
		return false;
	const char *value = environ_find(text, len, "TMPDIR");
	bool same = value && strcmp(value, tmpdir) == 0;
	free(text);
	return same;
}

char *os_tmpdir_of(pid_t pid)
{
	size_t len;
	char *text = environ_read(pid, &len);

	if (!text)
		return NULL;
	char *value = mem_str(environ_find(text, len, "TMPDIR"));
	free(text);
	return value;
}

/* Children of what is ours are ours; again until nothing changes. */
static void mark_children(struct procs *ps)
{
	for (bool changed = true; changed;) {
		changed = false;
		vec_each(struct proc, child, ps)
			vec_each(struct proc, parent, ps)
				if (!child->ours && parent->ours && child->parent == parent->pid)
					child->ours = changed = true;
	}
}

/* May p be an orphan of our child?  Then it came to us or to one of ours above
 * us, and nobody here waits for it.  Spares reading most environments. */
static bool maybe_orphan(const struct procs *ps, const struct proc *p)
{
	pid_t self = getpid();

	if (os_awaited(p->pid))
		return false;
	for (pid_t above = self; above > 1;) {
		pid_t next = 1;
		if (p->parent == above)
			return true;
		for (size_t i = 0; i < ps->n; i++)
			if (ps->v[i].pid == above)
				next = ps->v[i].parent;
		above = next;
	}
	return p->parent <= 1;
}

/* Orphans that left group and session still carry the leader's private TMPDIR;
 * none of them can be older than the leader.  Of a leader that is not our own
 * child (its engine has died) they may be anywhere. */
static void mark_orphans(struct procs *ps, pid_t leader, uint64_t since, const char *tmpdir)
{
	bool own = os_awaited(leader);

	vec_each(struct proc, p, ps)
		if (!p->ours && proc_alive(p) && p->start >= since && p->pid != getpid() && (!own || maybe_orphan(ps, p)))
			p->ours = has_tmpdir(p->pid, tmpdir);
}

static void mark(struct procs *ps, pid_t leader, const char *tmpdir)
{
	uint64_t since = 0;

	vec_each(struct proc, p, ps) {
		p->ours = p->pid == leader || p->group == leader || p->session == leader;
		if (p->pid == leader)
			since = p->start;
	}
	mark_children(ps);
	if (tmpdir && *tmpdir)
		mark_orphans(ps, leader, since, tmpdir);
	mark_children(ps);
}

static int signal_marked(const struct procs *ps, int sig)
{
	int n = 0;

	for (size_t i = 0; i < ps->n; i++) {
		const struct proc *p = &ps->v[i];
		if (!p->ours || !proc_alive(p) || p->pid == getpid() || kill(p->pid, sig) != 0)
			continue;
		if (sig == SIGTERM) /* one that is stopped hears it only when it goes on */
			kill(p->pid, SIGCONT);
		n++;
	}
	return n;
}

int os_kill_all(pid_t leader, const char *tmpdir, int sig)
{
	/* A family that forks while it is being killed is met again: a few rounds
	 * are enough for everything but a fork bomb, and the caller comes back. */
	int rounds = sig == SIGKILL ? 5 : 1, most = 0;

	if (leader <= 1 || leader == getpid())
		return 0;
	for (int i = 0; i < rounds; i++) {
		struct procs ps = { 0 };
		procs_read(&ps);
		mark(&ps, leader, tmpdir);
		int n = signal_marked(&ps, sig);
		vec_release(&ps);
		most = n > most ? n : most;
		if (n == 0)
			break;
	}
	return most;
}

/* ---- orphans that came to us --------------------------------------------------------- */

void os_reap_orphans(void)
{
	siginfo_t any;
	struct procs ps = { 0 };
	pid_t self = getpid(), session = getsid(0);

	memset(&any, 0, sizeof any);
	if (waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) != 0 || any.si_pid == 0)
		return; /* nobody waits to be reaped: spare the walk */
	procs_read(&ps);
	/* Children that somebody here started and waits for are left alone: those of
	 * os_spawn are known, those of others stay in our session. */
	vec_each(struct proc, p, &ps)
		if (p->parent == self && !proc_alive(p) && p->session != session && !os_awaited(p->pid))
			waitpid(p->pid, NULL, WNOHANG);
	vec_release(&ps);
}
