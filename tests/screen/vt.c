/* libvterm on a pty. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <utmp.h>
#include <unistd.h>
#include <vterm.h>

#include "vt.h"

struct vt {
	VTerm *term;
	VTermScreen *screen;
	pid_t pid;
	int fd, slave;
	struct termios before;
	char *raw, *text;
	size_t n_raw, cap_raw;
	bool alt, cursor, left, ended;
	int status;
};

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int on_cursor(VTermPos pos, VTermPos old, int visible, void *user)
{
	struct vt *v = user;

	(void)old;
	(void)visible;
	v->left = v->left || pos.col < 0;
	return 1;
}

static int on_prop(VTermProp prop, VTermValue *val, void *user)
{
	struct vt *v = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		v->alt = val->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		v->cursor = val->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = {.movecursor = on_cursor, .settermprop = on_prop};

static void on_output(const char *s, size_t len, void *user)
{
	struct vt *v = user;
	ssize_t n = write(v->fd, s, len);

	(void)n;
}

struct vt *vt_start(const char *const *argv, const char *const *env, int rows, int cols)
{
	struct winsize w = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	struct vt *v = calloc(1, sizeof *v);

	if (!v || openpty(&v->fd, &v->slave, NULL, NULL, &w)) {
		free(v);
		return NULL;
	}
	tcgetattr(v->slave, &v->before);
	v->pid = fork();
	if (!v->pid) {
		close(v->fd);
		login_tty(v->slave);
		execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
		_exit(127);
	}
	fcntl(v->fd, F_SETFL, O_NONBLOCK);
	v->term = vterm_new(rows, cols);
	vterm_set_utf8(v->term, 1);
	vterm_output_set_callback(v->term, on_output, v);
	v->screen = vterm_obtain_screen(v->term);
	vterm_screen_set_callbacks(v->screen, &callbacks, v);
	vterm_screen_enable_altscreen(v->screen, 1); /* before the reset */
	v->cursor = true;
	vterm_screen_reset(v->screen, 1);
	return v;
}

static void keep(struct vt *v, const char *s, size_t n)
{
	if (v->n_raw + n + 1 > v->cap_raw) {
		v->cap_raw = 2 * (v->n_raw + n + 1);
		v->raw = realloc(v->raw, v->cap_raw);
		if (!v->raw)
			abort();
	}
	memcpy(v->raw + v->n_raw, s, n);
	v->n_raw += n;
	v->raw[v->n_raw] = 0;
}

/* One read; false where nothing came in ms. */
static bool step(struct vt *v, int ms)
{
	struct pollfd p = {.fd = v->fd, .events = POLLIN};
	char s[8192];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = read(v->fd, s, sizeof s);
	if (n <= 0) {
		struct timespec t = {0, 5000000};
		nanosleep(&t, NULL);
		return false;
	}
	keep(v, s, (size_t)n);
	vterm_input_write(v->term, s, (size_t)n);
	return true;
}

void vt_run(struct vt *v, int ms)
{
	long end = now_ms() + ms, left;

	while ((left = end - now_ms()) > 0)
		step(v, (int)left);
}

static void cell_text(const VTermScreenCell *c, char *out, size_t cap, size_t *n)
{
	uint32_t cp = c->chars[0] ? c->chars[0] : ' ';

	if (c->chars[0] == (uint32_t)-1 || *n + 5 > cap)
		return;
	if (cp < 0x80) {
		out[(*n)++] = (char)cp;
	} else if (cp < 0x800) {
		out[(*n)++] = (char)(0xc0 | cp >> 6);
		out[(*n)++] = (char)(0x80 | (cp & 0x3f));
	} else {
		out[(*n)++] = (char)(0xe0 | cp >> 12);
		out[(*n)++] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[(*n)++] = (char)(0x80 | (cp & 0x3f));
	}
}

const char *vt_screen(struct vt *v)
{
	int rows, cols;
	size_t n = 0, cap;

	vterm_get_size(v->term, &rows, &cols);
	cap = (size_t)(rows * (cols * 4 + 1) + 8);
	free(v->text);
	v->text = calloc(1, cap);
	for (int row = 0; v->text && row < rows; row++) {
		for (int col = 0; col < cols; col++) {
			VTermScreenCell c;
			if (vterm_screen_get_cell(v->screen, (VTermPos){row, col}, &c))
				cell_text(&c, v->text, cap, &n);
		}
		while (n && v->text[n - 1] == ' ')
			n--;
		v->text[n++] = '\n';
	}
	return v->text;
}

static bool wait_for(struct vt *v, const char *text, int ms, bool there)
{
	long end = now_ms() + ms;

	do {
		if (!strstr(vt_screen(v), text) != there) {
			while (step(v, 30)) /* and quiet */
				;
			if (!strstr(vt_screen(v), text) != there)
				return true;
		}
		step(v, 50);
	} while (now_ms() < end);
	return false;
}

bool vt_wait(struct vt *v, const char *text, int ms)
{
	return wait_for(v, text, ms, true);
}

bool vt_wait_gone(struct vt *v, const char *text, int ms)
{
	return wait_for(v, text, ms, false);
}

void vt_send(struct vt *v, const char *bytes)
{
	ssize_t n = write(v->fd, bytes, strlen(bytes));

	(void)n;
}

void vt_type(struct vt *v, const char *bytes)
{
	for (; *bytes; bytes++) {
		char one[2] = {*bytes, 0};
		vt_send(v, one);
		vt_run(v, 120);
	}
}

void vt_resize(struct vt *v, int rows, int cols)
{
	struct winsize w = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	vterm_set_size(v->term, rows, cols);
	ioctl(v->fd, TIOCSWINSZ, &w);
}

int vt_end(struct vt *v, int ms)
{
	long end = now_ms() + ms;

	while (!v->ended && now_ms() < end) {
		step(v, 20);
		v->ended = waitpid(v->pid, &v->status, WNOHANG) == v->pid;
	}
	while (step(v, 20))
		;
	return v->ended ? v->status : -1;
}

size_t vt_bytes(const struct vt *v)
{
	return v->n_raw;
}

const char *vt_raw(const struct vt *v)
{
	return v->raw ? v->raw : "";
}

bool vt_went_left(const struct vt *v)
{
	return v->left;
}

bool vt_alt(const struct vt *v)
{
	return v->alt;
}

bool vt_cursor_shown(const struct vt *v)
{
	return v->cursor;
}

bool vt_termios_same(const struct vt *v)
{
	struct termios t;

	return !tcgetattr(v->slave, &t) && t.c_lflag == v->before.c_lflag && t.c_iflag == v->before.c_iflag && t.c_oflag == v->before.c_oflag;
}

pid_t vt_pid(const struct vt *v)
{
	return v->pid;
}

void vt_free(struct vt *v)
{
	if (!v)
		return;
	if (!v->ended) {
		kill(v->pid, SIGKILL);
		waitpid(v->pid, NULL, 0);
	}
	vterm_free(v->term);
	close(v->fd);
	close(v->slave);
	free(v->raw);
	free(v->text);
	free(v);
}
