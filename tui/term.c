/* Cells to curses.  What the terminal needs to be itself again is kept as bytes,
 * so that even a crash can write it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/os.h"
#include "tui/term.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

static struct {
	SCREEN *screen;
	FILE *out;                /* what curses writes to: the terminal, or while a frame is made the memory behind `frame` */
	int frame;
	struct termios before;
	bool open, ascii, colours, linear;
	struct buf last;          /* linear: what was printed, its digits masked */
	volatile sig_atomic_t taken;
	char rescue[256];
	size_t n_rescue;
	attr_t attributes[ROLE_COUNT];
	struct cells shown;
} term;

/* ---- what the terminal can show ------------------------------------------------ */

/* A colour of the 256 on a terminal with fewer: the nearest of the eight, or sixteen. */
static short colour_fit(short c)
{
	static const short cube_bit[6] = {0, 0, 0, 1, 1, 1};

	if (c < 0 || c < COLORS)
		return c;
	if (c < 16)
		return (short)(c % 8);
	if (c >= 232)
		return c < 244 ? COLOR_BLACK : COLOR_WHITE;
	c = (short)(c - 16);
	return (short)(cube_bit[c / 36] + 2 * cube_bit[c / 6 % 6] + 4 * cube_bit[c % 6]);
}

void term_theme(const struct theme *t)
{
	if (term.linear)
		return;
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct paint *p = &t->paint[i];
		attr_t a = A_NORMAL;
		a |= p->attributes & PAINT_BOLD ? A_BOLD : 0;
		a |= p->attributes & PAINT_DIM ? A_DIM : 0;
		a |= p->attributes & PAINT_REVERSE ? A_REVERSE : 0;
		a |= p->attributes & PAINT_UNDERLINE ? A_UNDERLINE : 0;
		term.attributes[i] = a;
		if (term.colours)
			init_pair((short)(i + 1), colour_fit(p->fg), colour_fit(p->bg));
	}
	cells_release(&term.shown);
}

/* Without UTF-8: the shapes that we draw, in ASCII; a stranger's letter is a question mark. */
static wchar_t ascii_of(uint32_t cp)
{
	static const char levels[] = "_.,-~=*#", dots[] = " ..:::*##"; /* by how many */

	if (cp < 0x7f)
		return (wchar_t)cp;
	if (cp == 0x2500 || cp == 0x254c)
		return '-';
	if (cp == 0x2502)
		return '|';
	if (cp == 0x250a)
		return ':';
	if (cp == 0x250c || cp == 0x2510 || cp == 0x2514 || cp == 0x2518 || cp == 0x2524 || cp == 0x2534)
		return '+';
	if (cp >= 0x2800 && cp <= 0x28ff)
		return dots[__builtin_popcount(cp & 0xff)];
	if (cp >= 0x2581 && cp <= 0x2588)
		return levels[cp - 0x2581];
	if (cp == 0x2591 || cp == 0xb7)
		return '.';
	return cp == 0x2026 ? '~' : '?';
}

/* ---- taking and giving back -------------------------------------------------------- */

static void rescue_add(const char *s)
{
	size_t n = s && s != (const char *)-1 ? strlen(s) : 0;

	if (n && term.n_rescue + n < sizeof term.rescue) {
		memcpy(term.rescue + term.n_rescue, s, n);
		term.n_rescue += n;
	}
}

static char *capability(const char *name)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%s", name);
	return tigetstr(text);
}

static bool has(const char *name)
{
	char *s = capability(name);

	return s && s != (char *)-1;
}

void term_rescue(void)
{
	if (!term.taken)
		return;
	term.taken = 0;
	ssize_t n = write(STDOUT_FILENO, term.rescue, term.n_rescue);
	(void)n;
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
}

static void say(const char *s)
{
	fputs(s, stdout);
	fflush(stdout);
}

static enum status refuse(struct fault *f)
{
	fault_set(f, STATUS_USAGE, "no-terminal", "the console needs a terminal");
	fault_mend(f, "use the commands here: backout status, brief, fire; `backout help` lists them");
	return STATUS_USAGE;
}

/* ---- a terminal that only goes forward (TERM=dumb) -------------------------------------- */

/* Frames are printed one below the other, and only when more changed than figures. */
static enum status linear_open(void)
{
	struct termios raw = term.before;

	endwin();
	delscreen(term.screen);
	term.screen = NULL;
	fclose(term.out);
	close(term.frame);
	cfmakeraw(&raw);
	raw.c_oflag = term.before.c_oflag;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	buf_init(&term.last, (size_t)1 << 20);
	term.linear = term.open = true;
	term.taken = 1;
	return STATUS_OK;
}

static void linear_draw(const struct cells *c)
{
	struct buf text, masked;

	buf_init(&text, (size_t)1 << 20);
	buf_init(&masked, (size_t)1 << 20);
	cells_print(c, &text);
	for (const char *p = buf_str(&text); *p; p++)
		if (*p != ' ' && (unsigned char)*p < 0x80 && !strchr("0123456789_|.'", *p))
			buf_addc(&masked, *p);
	if (strcmp(buf_str(&masked), buf_str(&term.last)) != 0) {
		bool gap = true; /* several empty lines are one */
		putchar('\n');
		for (const char *p = buf_str(&text); *p;) {
			size_t n = strcspn(p, "\n");
			if (n || !gap)
				printf("%.*s\n", (int)n, p);
			gap = !n;
			p += n + (p[n] == '\n');
		}
		fflush(stdout);
		buf_reset(&term.last);
		buf_adds(&term.last, buf_str(&masked));
	}
	buf_release(&text);
	buf_release(&masked);
}

/* Curses writes a frame in hundreds of pieces.  They are put together, so that the terminal gets it in one:
 * no half of it is seen, and none of it is sent alone over a slow line. */
static FILE *curses_out(void)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (!out && fd >= 0)
		close(fd);
	return out;
}

static void point_curses_at(int fd)
{
	dup2(fd, fileno(term.out));
	fcntl(fileno(term.out), F_SETFD, FD_CLOEXEC);
}

/* The terminal does not block where its input does not; a frame is written whole all the same. */
static void write_whole(const char *s, size_t n)
{
	while (n) {
		ssize_t w = write(STDOUT_FILENO, s, n);
		if (w < 0 && errno == EAGAIN) {
			struct pollfd p = {STDOUT_FILENO, POLLOUT, 0};
			if (poll(&p, 1, -1) < 0 && errno != EINTR)
				return;
		} else if (w < 0 && errno != EINTR) {
			return; /* the terminal is gone: reading it says so */
		} else if (w > 0) {
			s += w;
			n -= (size_t)w;
		}
	}
}

static void show_frame(void)
{
	static char text[65536];
	ssize_t n;
	off_t at = 0;

	if (term.frame < 0) {
		refresh();
		return;
	}
	point_curses_at(term.frame);
	refresh();
	point_curses_at(STDOUT_FILENO);
	for (; (n = pread(term.frame, text, sizeof text, at)) > 0; at += n)
		write_whole(text, (size_t)n);
	if (lseek(term.frame, 0, SEEK_SET) || ftruncate(term.frame, 0)) {
		close(term.frame);
		term.frame = -1;
	}
}

enum status term_open(const struct theme *t, struct fault *f)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &term.before))
		return refuse(f);
	setlocale(LC_CTYPE, ""); /* what a letter is; numbers and days are written as everywhere else */
	term.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	term.out = curses_out();
	term.screen = term.out ? newterm(NULL, term.out, stdin) : NULL;
	if (!term.screen) {
		if (term.out)
			fclose(term.out);
		return refuse(f);
	}
	term.frame = os_memory();
	if (!has("cup"))
		return linear_open();
	raw();
	noecho();
	nonl();
	curs_set(0);
	leaveok(stdscr, TRUE);
	if (has_colors() && start_color() == OK && COLOR_PAIRS > ROLE_COUNT)
		term.colours = use_default_colors() == OK;
	rescue_add(PASTE_OFF);
	rescue_add(capability("sgr0"));
	rescue_add(capability("cnorm"));
	rescue_add(capability("rmcup"));
	term.taken = 1;
	term.open = true;
	say(PASTE_ON);
	term_theme(t);
	return STATUS_OK;
}

void term_close(void)
{
	if (!term.open)
		return;
	term.open = false;
	if (term.linear) {
		buf_release(&term.last);
		term.taken = 0;
		tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
		return;
	}
	say(PASTE_OFF);
	endwin();
	term.taken = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
	cells_release(&term.shown);
	delscreen(term.screen);
	term.screen = NULL;
	fclose(term.out);
	if (term.frame >= 0)
		close(term.frame);
}

void term_suspend(void)
{
	if (!term.open || term.linear)
		return;
	say(PASTE_OFF);
	def_prog_mode();
	endwin();
	term.taken = 0;
	kill(getpid(), SIGSTOP);
	reset_prog_mode();
	term.taken = 1;
	say(PASTE_ON);
	term_flush_input();
	cells_release(&term.shown);
}

/* One byte; on a line that takes none it is not worth waiting for. */
void term_bell(void)
{
	if (term.open)
		(void)!write(STDOUT_FILENO, "\a", 1);
}

void term_flush_input(void)
{
	tcflush(STDIN_FILENO, TCIFLUSH);
}

void term_size(int *out_rows, int *out_cols)
{
	struct winsize w;

	*out_rows = 24;
	*out_cols = 80;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_row > 0 && w.ws_col > 0) {
		*out_rows = w.ws_row > 500 ? 500 : w.ws_row;
		*out_cols = w.ws_col > 500 ? 500 : w.ws_col;
	}
}

void term_resize(int rows, int cols)
{
	if (!term.linear)
		resizeterm(rows, cols);
	cells_release(&term.shown);
}

/* ---- the clipboard --------------------------------------------------------------------- */

#define COPY_MOST ((size_t)8 << 10)

static void base64(const char *s, size_t n, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s[i] << 16;
		v |= i + 1 < n ? (uint32_t)(unsigned char)s[i + 1] << 8 : 0;
		v |= i + 2 < n ? (uint32_t)(unsigned char)s[i + 2] : 0;
		buf_addc(out, digits[v >> 18]);
		buf_addc(out, digits[v >> 12 & 63]);
		buf_addc(out, i + 1 < n ? digits[v >> 6 & 63] : '=');
		buf_addc(out, i + 2 < n ? digits[v & 63] : '=');
	}
}

/* Nobody answers, so nobody knows: what is said is what would have to be so. */
const char *term_copy(const char *text)
{
	struct buf b;
	size_t n = strlen(text);

	if (!term.open || term.linear)
		return NULL;
	buf_init(&b, 4 * COPY_MOST);
	buf_adds(&b, "\033]52;c;");
	base64(text, n < COPY_MOST ? n : COPY_MOST, &b);
	buf_addc(&b, '\a');
	if (!b.failed)
		write_whole(buf_str(&b), b.len);
	buf_release(&b);
	return getenv("TMUX") ? "if tmux passes it on (set -s set-clipboard on) and your terminal allows it" : "if your terminal allows it";
}

/* ---- drawing -------------------------------------------------------------------------- */

/* curses goes by the widths of libc.  Where those are not ours a character would take its neighbour's cell, or leave
 * what stood there before: it is shown as one that is not known. */
static void cell_text(const struct cell *c, wchar_t text[2 + CELL_MARKS])
{
	bool known = wcwidth((wchar_t)c->cp[0]) == c->width;
	int n = 1;

	text[0] = term.ascii ? ascii_of(c->cp[0]) : known ? (wchar_t)c->cp[0] : c->width == 2 ? 0xff1f : 0xfffd;
	for (int i = 1; i <= CELL_MARKS && c->cp[i] && known && !term.ascii; i++)
		if (wcwidth((wchar_t)c->cp[i]) == 0)
			text[n++] = (wchar_t)c->cp[i];
}

static void put(const struct cell *c, int row, int col)
{
	wchar_t text[2 + CELL_MARKS] = {0};
	cchar_t out;
	short pair = term.colours ? (short)(c->role + 1) : 0;

	cell_text(c, text);
	if (setcchar(&out, text, term.attributes[c->role], pair, NULL) == OK)
		mvadd_wch(row, col, &out);
}

void term_draw(const struct cells *c, bool whole)
{
	bool same;

	if (term.linear) {
		linear_draw(c);
		return;
	}
	same = !whole && term.shown.rows == c->rows && term.shown.cols == c->cols;

	if (!same) {
		cells_release(&term.shown);
		cells_init(&term.shown, c->rows, c->cols);
		erase();
	}
	if (whole)
		clearok(stdscr, TRUE);
	for (int i = 0; i < c->rows * c->cols; i++) {
		const struct cell *p = &c->v[i];
		if (p->width && (!same || memcmp(p, &term.shown.v[i], sizeof *p) != 0 ||
		    (p->width == 2 && memcmp(p + 1, &term.shown.v[i + 1], sizeof *p) != 0)))
			put(p, i / c->cols, i % c->cols);
	}
	memcpy(term.shown.v, c->v, (size_t)c->rows * (size_t)c->cols * sizeof *c->v);
	show_frame();
}
