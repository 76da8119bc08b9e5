/* How `log` spells an event: a line for people, with every stranger's byte made
 * harmless, and a line of JSON for programs.  Used by cmd_log.c alone; reads
 * nothing and prints nothing by itself. */
#ifndef CLI_LOG_LINE_H
#define CLI_LOG_LINE_H

#include "base/event.h"

#define LOG_LINE_MAX ((size_t)256 << 20) /* a kit of 16 MiB, with every byte escaped, twice */

void log_line_text(const struct event *e, struct buf *out); /* both end with a line feed */
void log_line_json(const struct event *e, int raw, struct buf *out);

#endif
