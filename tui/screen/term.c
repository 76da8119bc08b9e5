/* Cells to the terminal.  curses takes it, gives it back and draws whole frames; what changes between two of them
 * is written by paint.c where the terminal speaks ECMA-48, by curses elsewhere.  What the terminal needs to be itself
 * again is kept as bytes, so that even a crash can write it. */
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
#include "tui/screen/ascii.h"
#include "tui/screen/paint.h"
#include "tui/screen/term.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define STATUS_QUESTION "\033[5n"
#define FRAME_MAX ((size_t)16 << 20)
#define PATIENCE 2000 /* ms that a terminal which takes nothing gets when it is given back */

static struct {
	SCREEN *screen;
	FILE *out;                /* what curses writes to: the terminal, or while a frame is made the memory behind `frame` */
	int frame;
	struct termios before;
	bool open, colours, fresh; /* fresh: nothing was drawn yet */
	bool plain;               /* it speaks ECMA-48 */
	bool asking;              /* a question follows the next frame */
	bool ascii, ascii_only;   /* the theme or the terminal wants nothing else; the terminal knows nothing else */
	struct brush brush;
	struct buf unsent;        /* the rest of a frame that the terminal did not take yet */
	volatile sig_atomic_t taken;
	char rescue[256];
	size_t n_rescue;
	attr_t attributes[ROLE_COUNT];
	struct cells shown, signs; /* signs: the frame in ASCII */
} term;

/* ---- what the terminal can show ------------------------------------------------ */

/* A colour of the 256 as this terminal numbers it; where it takes colours as they are, what is above the first eight is one. */
static int colour_number(short c)
{
	unsigned char v[3];

	if (COLORS <= 256 || c < 8)
		return c;
	colour_rgb(c, v);
	return v[0] << 16 | v[1] << 8 | v[2];
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

static bool is(const char *name, const char *bytes)
{
	return has(name) && !strcmp(capability(name), bytes);
}

static bool makes(const char *name, long a, long b, const char *bytes)
{
	char *s = has(name) ? tparm(capability(name), a, b) : NULL;

	return s && !strcmp(s, bytes);
}

/* Does it mean by its sequences what ECMA-48 means? */
static void learn(void)
{
	term.plain = makes("cup", 4, 6, "\033[5;7H") && has("sgr0") && strstr(capability("sgr0"), "\033[") &&
		(!term.colours || makes("setaf", 1, 0, "\033[31m"));
	term.brush.shifts = is("dch1", "\033[P") && (is("ich1", "\033[@") || is("ich", "\033[%p1%d@"));
	term.brush.corner_scrolls = tigetflag((char[]){"am"}) > 0 && tigetflag((char[]){"xenl"}) <= 0;
}

/* The inside of the sequence that selects a colour, behind what stands there. */
static void add_colour(char *out, const char *name, int colour)
{
	char *s = colour >= 0 && has(name) ? tparm(capability(name), (long)colour) : NULL;
	size_t n = strlen(out), len = s ? strlen(s) : 0;

	if (len > 3 && !strncmp(s, "\033[", 2) && s[len - 1] == 'm')
		(void)snprintf(out + n, BRUSH_MAX - n, ";%.*s", (int)len - 3, s + 2);
}

/* One sequence from plain text to a role; what a terminal cannot join with colours (ncv) is left out as curses does. */
static void brush_role(int role, attr_t a, int fg, int bg)
{
	static const struct {
		attr_t attribute;
		const char *name, *number;
		int ncv;
	} table[] = {{A_BOLD, "bold", ";1", 32}, {A_DIM, "dim", ";2", 16}, {A_UNDERLINE, "smul", ";4", 2}, {A_REVERSE, "rev", ";7", 4}};
	int ncv = tigetnum((char[]){"ncv"});
	char text[BRUSH_MAX] = "";

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if ((a & table[i].attribute) && has(table[i].name) && !((fg >= 0 || bg >= 0) && ncv > 0 && (ncv & table[i].ncv)))
			(void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s", table[i].number);
	add_colour(text, "setaf", fg);
	add_colour(text, "setab", bg);
	term.brush.on[role][0] = 0;
	if (*text)
		(void)snprintf(term.brush.on[role], BRUSH_MAX, "\033[%.*sm", BRUSH_MAX - 5, text + 1);
	term.brush.blank_shows[role] = bg >= 0 || (a & (A_REVERSE | A_UNDERLINE));
}

void term_theme(const struct theme *t)
{
	struct theme fit;

	term.ascii = term.ascii_only || t->ascii;
	if (!term.open)
		return;
	theme_fit(t, term.colours ? COLORS : 0, &fit);
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct paint *p = &fit.paint[i];
		int fg = colour_number(p->fg), bg = colour_number(p->bg);
		attr_t a = A_NORMAL;
		a |= p->attributes & PAINT_BOLD ? A_BOLD : 0;
		a |= p->attributes & PAINT_DIM ? A_DIM : 0;
		a |= p->attributes & PAINT_REVERSE ? A_REVERSE : 0;
		a |= p->attributes & PAINT_UNDERLINE ? A_UNDERLINE : 0;
		term.attributes[i] = a;
		if (term.colours)
			init_extended_pair(i + 1, fg, bg);
		brush_role(i, a, fg, bg);
	}
	cells_release(&term.shown);
}

bool term_is_ascii(void)
{
	return term.ascii;
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

void term_rescue(void)
{
	if (!term.taken)
		return;
	term.taken = 0;
	for (size_t at = 0, tries = 0; at < term.n_rescue && tries < PATIENCE / 50;) { /* it may take no bytes at the moment */
		ssize_t n = write(STDOUT_FILENO, term.rescue + at, term.n_rescue - at);
		struct pollfd p = {STDOUT_FILENO, POLLOUT, 0};
		if (n > 0)
			at += (size_t)n;
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			break;
		else
			tries += poll(&p, 1, 50) <= 0;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
}

static enum status refuse(struct fault *f)
{
	fault_set(f, STATUS_USAGE, "no-terminal", "the console needs a terminal");
	fault_mend(f, "use the commands here: backout status, brief, fire; `backout help` lists them");
	return STATUS_USAGE;
}

/* Curses writes a frame in hundreds of pieces.  They are put together, so that the terminal gets it in one: no half of
 * it is seen, none of it is sent alone over a slow line, and a terminal that takes nothing stops nobody. */
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

bool term_flush(void)
{
	while (term.unsent.len) {
		ssize_t w = write(STDOUT_FILENO, term.unsent.data, term.unsent.len);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EAGAIN)
			return false;
		if (w < 0)
			buf_reset(&term.unsent); /* the terminal is gone: reading it says so */
		else
			buf_cut(&term.unsent, (size_t)w);
	}
	buf_reset(&term.unsent);
	return true;
}

/* A terminal that is given back gets the rest first, if it takes it within reason. */
static void drain(void)
{
	for (int i = 0; i < PATIENCE / 50 && !term_flush(); i++) {
		struct pollfd p = {STDOUT_FILENO, POLLOUT, 0};
		(void)poll(&p, 1, 50);
	}
	buf_reset(&term.unsent);
}

static void say(const char *s)
{
	buf_adds(&term.unsent, s);
	drain();
}

/* Curses resets the palette where it takes the terminal again: who has set colours of their own keeps them. */
static void keep_palette(size_t from)
{
	const char *reset = capability("oc"), *at;
	size_t n = reset && reset != (const char *)-1 ? strlen(reset) : 0;

	while (n && (at = memmem(term.unsent.data + from, term.unsent.len - from, reset, n))) {
		size_t begin = (size_t)(at - term.unsent.data);
		memmove(term.unsent.data + begin, at + n, term.unsent.len - begin - n + 1);
		term.unsent.len -= n;
	}
}

/* What curses has to write, into `unsent`. */
static void through_curses(int (*write_it)(void))
{
	char text[4096];
	ssize_t n;
	off_t at = 0;
	size_t from = term.unsent.len;

	if (term.frame < 0) {
		write_it();
		return;
	}
	point_curses_at(term.frame);
	write_it();
	point_curses_at(STDOUT_FILENO);
	for (; (n = pread(term.frame, text, sizeof text, at)) > 0; at += n)
		buf_add(&term.unsent, text, (size_t)n);
	if (term.unsent.len > from)
		keep_palette(from);
	if (lseek(term.frame, 0, SEEK_SET) || ftruncate(term.frame, 0)) {
		close(term.frame);
		term.frame = -1;
	}
}

/* Lines will have to do. */
static void only_forward(void)
{
	endwin();
	delscreen(term.screen);
	term.screen = NULL;
	fclose(term.out);
	close(term.frame);
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
}

enum status term_open(const struct theme *t, struct fault *f)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &term.before))
		return refuse(f);
	if (getenv("TERM") && !strcmp(getenv("TERM"), "dumb"))
		return STATUS_NO; /* curses would write to it even so */
	setlocale(LC_CTYPE, ""); /* what a letter is; numbers and days are written as everywhere else */
	term.ascii_only = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	term.out = curses_out();
	term.screen = term.out ? newterm(NULL, term.out, stdin) : NULL;
	if (!term.screen) {
		if (term.out)
			fclose(term.out);
		return refuse(f);
	}
	term.frame = os_memory();
	buf_init(&term.unsent, FRAME_MAX);
	if (!has("cup")) {
		only_forward();
		return STATUS_NO;
	}
	raw();
	noecho();
	nonl();
	curs_set(0);
	leaveok(stdscr, TRUE);
	if (has_colors() && start_color() == OK && COLOR_PAIRS > ROLE_COUNT)
		term.colours = use_default_colors() == OK;
	learn();
	rescue_add(PASTE_OFF);
	rescue_add(capability("smam")); /* a frame turns it off for its last column */
	rescue_add(capability("sgr0"));
	rescue_add(capability("cnorm"));
	rescue_add(capability("rmcup"));
	term.taken = 1;
	term.open = term.fresh = true;
	say(PASTE_ON);
	term_theme(t);
	return STATUS_OK;
}

void term_close(void)
{
	if (!term.open)
		return;
	term.open = false;
	cells_release(&term.signs);
	buf_adds(&term.unsent, PASTE_OFF);
	through_curses(endwin);
	drain();
	term.taken = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
	buf_release(&term.unsent);
	cells_release(&term.shown);
	delscreen(term.screen);
	term.screen = NULL;
	fclose(term.out);
	if (term.frame >= 0)
		close(term.frame);
}

void term_suspend(void (*stop)(void))
{
	if (!term.open)
		return;
	buf_adds(&term.unsent, PASTE_OFF);
	def_prog_mode();
	through_curses(endwin);
	drain();
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before); /* curses looked at its memory for a terminal */
	term.taken = 0;
	stop();
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
		buf_addc(&term.unsent, '\a');
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

	if (!term.open)
		return NULL;
	buf_init(&b, 4 * COPY_MOST);
	buf_adds(&b, "\033]52;c;");
	base64(text, n < COPY_MOST ? n : COPY_MOST, &b);
	buf_addc(&b, '\a');
	if (!b.failed)
		buf_add(&term.unsent, buf_str(&b), b.len);
	buf_release(&b);
	return getenv("TMUX") ? "if tmux passes it on (set -s set-clipboard on) and your terminal allows it" : "if your terminal allows it";
}

/* ---- drawing -------------------------------------------------------------------------- */

static void put(const struct cell *c, int row, int col)
{
	wchar_t text[GLYPH_MAX];
	cchar_t out;
	short pair = term.colours ? (short)(c->role + 1) : 0;

	(void)paint_glyph(c, text);
	if (setcchar(&out, text, term.attributes[c->role], pair, NULL) == OK)
		mvadd_wch(row, col, &out);
}

static void draw_by_curses(const struct cells *c, bool whole)
{
	bool same = !whole && term.shown.rows == c->rows && term.shown.cols == c->cols;

	if (!same)
		erase();
	if (whole)
		clearok(stdscr, TRUE);
	for (int i = 0; i < c->rows * c->cols; i++) {
		const struct cell *p = &c->v[i];
		if (p->width && (!same || memcmp(p, &term.shown.v[i], sizeof *p) != 0 ||
		    (p->width == 2 && memcmp(p + 1, &term.shown.v[i + 1], sizeof *p) != 0)))
			put(p, i / c->cols, i % c->cols);
	}
	through_curses(refresh);
}

bool term_ask(void)
{
	term.asking = term.open && term.plain;
	return term.asking;
}

bool term_draw(const struct cells *c, bool whole)
{
	bool known = term.shown.rows == c->rows && term.shown.cols == c->cols;

	if (term.ascii) {
		cells_ascii(c, &term.signs);
		c = &term.signs;
	}
	if (whole || term.fresh || !term.plain)
		draw_by_curses(c, whole);
	else
		paint_changes(&term.brush, known ? &term.shown : NULL, c, &term.unsent);
	term.fresh = false;
	if (!known) {
		cells_release(&term.shown);
		cells_init(&term.shown, c->rows, c->cols);
	}
	memcpy(term.shown.v, c->v, (size_t)c->rows * (size_t)c->cols * sizeof *c->v);
	if (term.asking)
		buf_adds(&term.unsent, STATUS_QUESTION);
	term.asking = false;
	return term_flush();
}
