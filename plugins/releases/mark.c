#include "config.h"

#include "releases/mark.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "releases/disk.h"

static const char *const step_names[] = {
	[STEP_BEGUN] = "begun", [STEP_SWITCHED] = "switched", [STEP_TOLD] = "told", [STEP_ENDED] = "ended",
};
#define N_STEPS (sizeof step_names / sizeof *step_names)

static void mark_name(const char *op, char out[64])
{
	(void)snprintf(out, 64, ".backout-op-%.32s", op);
}

void mark_begin(struct mark *m, const char *op, int64_t patience)
{
	struct now now;
	os_now(&now);
	*m = (struct mark){.pid = getpid(), .start = os_pid_start(getpid()), .patience = patience};
	(void)snprintf(m->op, sizeof m->op, "%s", op);
	(void)snprintf(m->boot, sizeof m->boot, "%s", now.boot);
}

int mark_write(const struct place *p, struct mark *m, enum step step)
{
	struct buf b;
	struct jw w;
	char name[64];
	m->step = step;
	m->at = sdk_wall();
	buf_init(&b, 8192);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "op", m->op);
	jw_kstr(&w, "step", step_names[step]);
	jw_kint(&w, "pid", m->pid);
	jw_kint(&w, "start", (int64_t)m->start);
	jw_kstr(&w, "boot", m->boot);
	jw_ktime(&w, "at", m->at);
	jw_kint(&w, "patience_us", m->patience);
	jw_kbool(&w, "done", m->done);
	jw_kint(&w, "changed", (int64_t)m->changed);
	jw_kstr(&w, "detail", m->detail);
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	mark_name(m->op, name);
	int error = disk_make_file(p, name, buf_str(&b));
	buf_release(&b);
	return error;
}

bool mark_read(const struct place *p, const char *op, struct mark *out)
{
	char name[64], text[8192];
	struct json *v = NULL;
	struct fault f;
	*out = (struct mark){.changed = SDK_CHANGED_UNKNOWN};
	mark_name(op, name);
	if (!disk_read(place_path(p, name), text, sizeof text) || json_parse(text, strlen(text), sizeof text, &v, &f) != STATUS_OK)
		return false;
	const char *step = json_get_str(v, "step", "");
	for (size_t i = 0; i < N_STEPS; i++)
		if (!strcmp(step, step_names[i]))
			out->step = (enum step)i;
	(void)snprintf(out->op, sizeof out->op, "%s", op);
	(void)snprintf(out->boot, sizeof out->boot, "%s", json_get_str(v, "boot", ""));
	(void)snprintf(out->detail, sizeof out->detail, "%s", json_get_str(v, "detail", ""));
	out->pid = json_get_int(v, "pid", 0);
	out->start = (uint64_t)json_get_int(v, "start", 0);
	out->at = json_get_time(v, "at");
	out->patience = json_get_int(v, "patience_us", 0);
	out->done = json_get_bool(v, "done", false);
	int64_t changed = json_get_int(v, "changed", SDK_CHANGED_UNKNOWN);
	out->changed = changed >= SDK_NONE && changed <= SDK_CHANGED_UNKNOWN ? (enum sdk_changed)changed : SDK_CHANGED_UNKNOWN;
	json_free(v);
	return true;
}

bool mark_alive(const struct mark *m)
{
	struct now now;
	os_now(&now);
	return !strcmp(now.boot, m->boot) && m->pid > 1 && m->start && os_pid_start((pid_t)m->pid) == m->start;
}

void mark_prune(const struct place *p)
{
	DIR *d = opendir(p->dir);
	int64_t old = sdk_wall() / 1000000 - 30 * 86400;
	for (struct dirent *e; d && (e = readdir(d)); ) {
		struct stat st;
		if (!strncmp(e->d_name, ".backout-op-", 12) && !fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_mtime < old)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}
