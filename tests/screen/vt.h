/* A real terminal emulator (libvterm) on a pty with a program in it: keys go
 * in as bytes, the screen comes out as text.  Used by the screen tests; waits
 * for what a screen shows, never for a time. */
#ifndef TESTS_VT_H
#define TESTS_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct vt;
/* argv[0] a path; env NULL-terminated.  NULL where no pty can be had. */
struct vt *vt_start(const char *const *argv, const char *const *env, int rows, int cols);
void vt_free(struct vt *v); /* ends what still runs */
void vt_send(struct vt *v, const char *bytes);
void vt_type(struct vt *v, const char *bytes); /* as a person: 120 ms between */
void vt_resize(struct vt *v, int rows, int cols);
/* Read until the screen holds the text (true), or ms are over. */
bool vt_wait(struct vt *v, const char *text, int ms);
bool vt_wait_gone(struct vt *v, const char *text, int ms);
void vt_run(struct vt *v, int ms);   /* read for that long */
const char *vt_screen(struct vt *v); /* the rows, LF between */
size_t vt_bytes(const struct vt *v); /* received so far */
const char *vt_raw(const struct vt *v);
bool vt_went_left(const struct vt *v); /* the cursor was ever left of the first column */
bool vt_alt(const struct vt *v);     /* on the alternate screen */
bool vt_cursor_shown(const struct vt *v);
bool vt_termios_same(const struct vt *v); /* as it was before the program started */
/* Wait for the end; the status as of waitpid, -1 where it did not end in time. */
int vt_end(struct vt *v, int ms);
pid_t vt_pid(const struct vt *v);

#endif
