/* Lines to a terminal that only goes forward. */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "tui/linear/plain.h"

#define UNSENT_MAX ((size_t)8 << 20)

static struct {
	struct termios before;
	volatile sig_atomic_t taken;
	bool keys, ascii, gone;
	struct buf unsent;        /* what was not taken yet */
} plain;

/* Output stays as it was: a line feed still begins a line. */
static void take(void)
{
	struct termios raw = plain.before;

	cfmakeraw(&raw);
	raw.c_oflag = plain.before.c_oflag;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	plain.taken = 1;
}

void plain_open(void)
{
	buf_init(&plain.unsent, UNSENT_MAX);
	setlocale(LC_CTYPE, "");
	plain.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	plain.keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &plain.before);
	if (plain.keys)
		take();
}

bool plain_has_keys(void)
{
	return plain.keys;
}

void plain_rescue(void)
{
	if (!plain.taken)
		return;
	plain.taken = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &plain.before);
}

/* What is left is sent if it is taken within reason. */
void plain_close(void)
{
	for (int i = 0; i < 20 && !plain_flush(); i++) {
		struct pollfd p = {STDOUT_FILENO, POLLOUT, 0};
		(void)poll(&p, 1, 50);
	}
	buf_release(&plain.unsent);
	plain_rescue();
}

void plain_suspend(void (*stop)(void))
{
	if (!plain.keys)
		return;
	plain_rescue();
	stop();
	take();
	plain_flush_input();
}

void plain_flush_input(void)
{
	if (plain.keys)
		tcflush(STDIN_FILENO, TCIFLUSH);
}

bool plain_is_gone(void)
{
	return plain.gone;
}

bool plain_flush(void)
{
	while (plain.unsent.len && !plain.gone) {
		ssize_t w = write(STDOUT_FILENO, plain.unsent.data, plain.unsent.len);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EAGAIN)
			return false;
		if (w < 0)
			plain.gone = true;
		else
			buf_cut(&plain.unsent, (size_t)w);
	}
	buf_reset(&plain.unsent);
	return true;
}

/* Without UTF-8 a letter that ASCII lacks is a question mark. */
static void add_ascii(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = utf8_next(s + i, n - i, &cp);
		buf_addc(&plain.unsent, !len || cp > 0x7e ? '?' : (char)cp);
		i += len ? len : 1;
	}
}

bool plain_write(const char *s, size_t n)
{
	if (plain.ascii)
		add_ascii(s, n);
	else
		buf_add(&plain.unsent, s, n);
	return plain_flush();
}
