/* The engine's figures, written where the kit says (`engine: {metrics: PATH}`),
 * for the textfile folder of whatever scrapes this host: whole or not at all,
 * every 15 s, on a thread of the pool, since a slow disk must not hold a
 * decision up. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "engine/figures.h"
#include "engine/parts.h"

#define FIGURES_EVERY_US (15 * US_SECOND)
#define FIGURES_MAX ((size_t)4 << 20)

struct figuring {
	struct engine *e;
	uv_work_t work;
	char path[4096];
	char *text;
	char failed[300];            /* "" written */
};

static bool write_whole(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t k = write(fd, s, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		s += k;
		n -= (size_t)k;
	}
	return true;
}

/* Readable by the exporter, which is another user; a reader sees the old file or the new one. */
static void write_file(uv_work_t *w)
{
	struct figuring *f = w->data;
	char part[sizeof f->path + 16];
	snprintf(part, sizeof part, "%s.%ld.tmp", f->path, (long)getpid());
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	bool good = fd >= 0 && !fchmod(fd, 0644) && write_whole(fd, f->text, strlen(f->text));
	int why = errno;
	if (fd >= 0 && close(fd) && good) {
		good = false;
		why = errno;
	}
	if (good && rename(part, f->path)) {
		good = false;
		why = errno;
	}
	if (!good) {
		unlink(part);
		snprintf(f->failed, sizeof f->failed, "the figures could not be written to %.180s: %.60s", f->path, strerror(why));
	}
}

static void written(uv_work_t *w, int status)
{
	struct figuring *f = w->data;
	struct engine *e = f->e;
	e->figuring = false;
	if (!status && !e->ending)
		clients_problem(e, "figures", f->failed[0] ? f->failed : NULL);
	free(f->text);
	free(f);
	engine_gone(e);
}

void figures_write(struct engine *e)
{
	const struct kit *k = e->model->kit;
	struct buf b;
	struct now now;
	os_now(&now);
	if (!k || !k->engine_metrics || e->figuring || e->lost || e->ending || (e->figured && now.mono - e->figured < FIGURES_EVERY_US))
		return;
	e->figured = now.mono;
	struct figuring *f = mem_new(sizeof *f);
	f->e = e;
	f->work.data = f;
	snprintf(f->path, sizeof f->path, "%.4000s", k->engine_metrics);
	buf_init(&b, FIGURES_MAX);
	figures_print(e->model, &now, &b);
	f->text = b.failed ? NULL : buf_take(&b); /* half of it would be no figures */
	if (!f->text)
		clients_problem(e, "figures", "the figures are longer than 4 MiB and were not written");
	buf_release(&b);
	if (f->text && !uv_queue_work(&e->loop, &f->work, write_file, written)) {
		e->living++; /* the engine's end waits for it, as for a plugin */
		e->figuring = true;
		return;
	}
	free(f->text);
	free(f);
}
