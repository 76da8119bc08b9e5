/* The log of one plugin: what it writes to standard error, line by line and
 * cleaned, in DIR/plugin-BACKEND.log.  At 1 MiB the file becomes .log.1 and a
 * new one begins.  Called by the child; a file that cannot be written is not
 * an error, the plugin's work is worth more than its log. */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct log {
	char *path;          /* NULL: keep only the last words */
	pid_t pid;
	char line[4096];     /* the line that is being gathered; longer ones are cut */
	size_t len;
	bool cut;
	char last[400];      /* newest line, clean */
};

void log_init(struct log *l, const char *dir, const char *backend);
void log_release(struct log *l);
void log_add(struct log *l, const char *data, size_t len);
void log_flush(struct log *l); /* a last line without its newline is a line, too */

#endif
