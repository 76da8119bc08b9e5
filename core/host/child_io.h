/* The pipes of a child: reading into lines and log at a bounded pace, and the
 * bounded queue towards it.  Only child.c calls it. */
#ifndef HOST_CHILD_IO_H
#define HOST_CHILD_IO_H

#include "host/child.h"

void child_io_init(struct child *c, uv_loop_t *loop);
bool child_io_start(struct child *c);  /* adopt the descriptors of c->os */
void child_io_stop(struct child *c);   /* read nothing more */
void child_io_resume(struct child *c); /* end a pause at once */
bool child_io_untold(const struct child *c); /* lines wait for their turn */
bool child_io_empty(const struct child *c); /* both streams ended and every line was told */
void child_close(struct child *c, uv_handle_t *h);
void child_close_in(struct child *c, bool when_written);

#endif
