/* A plugin's words, kept within bounds. */
#include "config.h"

#include "host/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/os.h"
#include "base/text.h"

enum { LOG_MAX = 1 << 20, BATCH_MAX = 1 << 19 };

void log_init(struct log *l, const char *dir, const char *backend)
{
	struct buf b;

	memset(l, 0, sizeof *l);
	if (!dir)
		return;
	buf_init(&b, 4096);
	buf_addf(&b, "%s/plugin-%s.log", dir, backend);
	if (!b.failed && !strchr(backend, '/'))
		l->path = mem_str(buf_str(&b));
	buf_release(&b);
}

void log_release(struct log *l)
{
	free(l->path);
	l->path = NULL;
}

/* Several processes of one backend share the file, so it is opened for each
 * batch: nobody holds on to one that another has renamed. */
static void write_out(const char *path, const struct buf *b)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size + (off_t)b->len > LOG_MAX) {
		struct buf old;
		buf_init(&old, 8192);
		buf_addf(&old, "%s.1", path);
		if (!old.failed && rename(path, buf_str(&old)) == 0) {
			close(fd);
			fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
		}
		buf_release(&old);
	}
	if (fd < 0)
		return;
	ssize_t ignored = write(fd, b->data, b->len);
	(void)ignored;
	close(fd);
}

/* The gathered line goes into the batch as "TIME [PID] WORDS". */
static void line_end(struct log *l, struct buf *batch)
{
	char clean[sizeof l->line * 2], at[INSTANT_LEN];
	struct now now;

	text_clean(clean, sizeof clean, l->line, l->len, 0);
	if (l->len) {
		text_clean(l->last, sizeof l->last, l->line, l->len, 200);
		os_now(&now);
		buf_addf(batch, "%s [%d] %s%s\n", instant_print(now.at, at), (int)l->pid, clean, l->cut ? " ..." : "");
	}
	l->len = 0;
	l->cut = false;
}

static void batch_write(struct log *l, struct buf *batch)
{
	if (l->path && batch->len)
		write_out(l->path, batch);
	buf_release(batch);
}

void log_add(struct log *l, const char *data, size_t len)
{
	struct buf batch;

	buf_init(&batch, BATCH_MAX);
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n')
			line_end(l, &batch);
		else if (l->len < sizeof l->line)
			l->line[l->len++] = data[i];
		else
			l->cut = true;
	}
	batch_write(l, &batch);
}

void log_flush(struct log *l)
{
	struct buf batch;

	buf_init(&batch, BATCH_MAX);
	if (l->len)
		line_end(l, &batch);
	batch_write(l, &batch);
}
