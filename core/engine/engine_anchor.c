/* The head of the journal leaves this process on every fire and every minute
 * of an open incident, to the files that the kit names: a cut tail or a
 * rewritten whole shows against them (`verify --anchors`).  Written on a thread
 * of the pool: a slow disk or share must not hold a decision up. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "engine/parts.h"

#define ANCHOR_EVERY_US US_MINUTE

struct anchoring {
	struct engine *e;
	uv_work_t work;
	VEC(char *) files;
	char line[HEAD_LEN + 2];
	char failed[300];           /* "" where all took it */
};

static bool append_line(const char *path, const char *line)
{
	size_t n = strlen(line);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool good = write(fd, line, n) == (ssize_t)n && !fdatasync(fd);
	int why = errno;
	close(fd);
	errno = why;
	return good;
}

static void write_all(uv_work_t *w)
{
	struct anchoring *a = w->data;
	vec_each(char *, path, &a->files)
		if (!append_line(*path, a->line))
			snprintf(a->failed, sizeof a->failed, "the journal's head could not be written to %.180s: %.60s", *path, strerror(errno));
}

static void written(uv_work_t *w, int status)
{
	struct anchoring *a = w->data;
	struct engine *e = a->e;
	e->anchoring = false;
	if (!status && !e->ending)
		clients_problem(e, "anchors", a->failed[0] ? a->failed : NULL);
	vec_each(char *, path, &a->files)
		free(*path);
	vec_release(&a->files);
	free(a);
	engine_gone(e);
}

static void add_file(struct anchoring *a, const char *file)
{
	struct buf b;
	buf_init(&b, 8192);
	if (file[0] != '/')
		buf_addf(&b, "%s/", a->e->kit_dir);
	buf_adds(&b, file);
	*vec_push(&a->files) = buf_take(&b);
}

/* due: a fire just happened; else only where an incident is open and the last time is a minute ago. */
void anchors_write(struct engine *e, bool due)
{
	const struct kit *k = e->model->kit;
	char head[HEAD_LEN];
	struct now now;
	os_now(&now);
	if (!due && (!model_open_incidents(e->model, NULL) || now.mono - e->anchored < ANCHOR_EVERY_US))
		return;
	if (!k || e->anchoring || e->lost || e->ending)
		return;
	struct anchoring *a = mem_new(sizeof *a);
	a->e = e;
	a->work.data = a;
	for (size_t i = 0; i < k->n_anchors; i++)
		if (k->anchors[i].file)
			add_file(a, k->anchors[i].file);
	e->anchored = now.mono;
	snprintf(a->line, sizeof a->line, "%s\n", head_print(e->model->store_id, e->model->seq, e->model->chain, now.at, head));
	if (a->files.n && !uv_queue_work(&e->loop, &a->work, write_all, written)) {
		e->living++; /* the engine's end waits for it, as for a plugin */
		e->anchoring = true;
		return;
	}
	vec_each(char *, path, &a->files)
		free(*path);
	vec_release(&a->files);
	free(a);
}
