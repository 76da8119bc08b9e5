/* The challenge on a plain terminal: three letters drawn fresh, typed by a
 * person, one at a time.  Everything typed before they were shown is thrown
 * away; a wrong letter, Esc, Enter or half a minute without a key mean no. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/fire.h"

#define POOL "abcdefgmnprstuvwxyz"
#define PATIENCE_US (30 * US_SECOND)
#define BURST_US (15 * 1000)
#define DRAWS 3

enum key { KEY_NONE, KEY_BURST, KEY_GONE, KEY_LETTER };

struct board {
	struct fire *f;
	int64_t last[2];        /* when the two keys before came, mono */
	unsigned char key;
};

/* Three different letters, none of them the action's own key. */
static void draw(char own, char out[4])
{
	unsigned char dice[64];
	const char pool[] = POOL;
	int n = 0;
	while (n < 3) {
		os_random(dice, sizeof dice);
		for (size_t i = 0; i < sizeof dice && n < 3; i++) {
			if (dice[i] >= 256 / (sizeof pool - 1) * (sizeof pool - 1))
				continue; /* else the first letters came more often */
			char c = pool[dice[i] % (sizeof pool - 1)];
			if (c != own && !memchr(out, c, (size_t)n))
				out[n++] = c;
		}
	}
	out[3] = '\0';
}

static int64_t mono(void)
{
	struct now now;
	os_now(&now);
	return now.mono;
}

/* One key; the talk with the engine goes on meanwhile. */
static enum key next_key(struct board *b)
{
	int64_t since = mono();
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	while (poll(&p, 1, 50) <= 0) {
		uv_run(&b->f->s.loop, UV_RUN_NOWAIT);
		if (b->f->s.closed[0] || mono() - since > PATIENCE_US)
			return KEY_NONE;
	}
	if (read(STDIN_FILENO, &b->key, 1) != 1)
		return KEY_GONE;
	int64_t now = mono();
	bool burst = b->last[1] && now - b->last[1] < BURST_US;
	b->last[1] = b->last[0];
	b->last[0] = now;
	return burst ? KEY_BURST : KEY_LETTER;
}

static void flush_typed(struct board *b)
{
	tcflush(STDIN_FILENO, TCIFLUSH);
	b->last[0] = b->last[1] = 0;
}

static enum status say_no(char *out_why, size_t cap, const char *why)
{
	text_copy(out_why, cap, why);
	return STATUS_NO;
}

static enum status three_letters(struct board *b, const char letters[4], bool *out_burst, char *out_why, size_t cap)
{
	*out_burst = false;
	fprintf(stderr, "type  %c %c %c  to fire, anything else, or 30 s, means no: ", letters[0], letters[1], letters[2]);
	fflush(stderr);
	flush_typed(b);
	for (int i = 0; i < 3; i++) {
		switch (next_key(b)) {
		case KEY_NONE:
			return say_no(out_why, cap, b->f->s.closed[0] ? b->f->s.closed : "no key for 30 s");
		case KEY_GONE:
			return say_no(out_why, cap, "the terminal went away");
		case KEY_BURST:
			*out_burst = true;
			return STATUS_NO;
		case KEY_LETTER:
			break;
		}
		if (b->key != (unsigned char)letters[i]) {
			/* the rest of a burst is still on its way: was this its first key? */
			struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
			*out_burst = b->key >= ' ' && b->key != 127 && poll(&p, 1, BURST_US / 1000) > 0;
			return say_no(out_why, cap, b->key == '\r' || b->key == '\n' || b->key == 27 ? "not fired" : "a wrong letter");
		}
		fputc(letters[i], stderr);
		fflush(stderr);
	}
	return STATUS_OK;
}

/* On a line that stalls, keys come in heaps: then the target's name and the letters on one line, ended by Enter. */
static enum status whole_line(struct board *b, const char *target, const char letters[4], char *out_why, size_t cap)
{
	char want[128], got[128];
	size_t n = 0;
	snprintf(want, sizeof want, "%.80s %s", target, letters);
	fprintf(stderr, "type  %s  and Enter to fire: ", want);
	fflush(stderr);
	flush_typed(b);
	while (n < sizeof got - 1) {
		enum key k = next_key(b);
		if (k == KEY_NONE || k == KEY_GONE)
			return say_no(out_why, cap, b->f->s.closed[0] ? b->f->s.closed : "no key for 30 s");
		if (b->key == '\r' || b->key == '\n')
			break;
		if (b->key < ' ' || b->key > 126)
			return say_no(out_why, cap, "not fired");
		got[n++] = (char)b->key;
		fputc(b->key, stderr);
		fflush(stderr);
	}
	got[n] = '\0';
	return strcmp(got, want) ? say_no(out_why, cap, "that was not the line") : STATUS_OK;
}

static enum status challenge(struct board *b, const struct json *panel, char *out_why, size_t cap)
{
	char letters[4];
	const char *own = json_get_str(panel, "key", "");
	bool burst = false, by_name = json_get_bool(panel, "needs_name", false);
	for (int i = 0; i < DRAWS && !by_name; i++) {
		draw(own[0], letters);
		enum status s = three_letters(b, letters, &burst, out_why, cap);
		fputc('\n', stderr);
		if (!burst)
			return s;
		fputs("several keys came at once, as a stalled line delivers them: new letters\n", stderr);
	}
	draw(own[0], letters);
	enum status s = whole_line(b, json_get_str(panel, "service", ""), letters, out_why, cap);
	fputc('\n', stderr);
	return s;
}

/* ---- the terminal, which is given back whatever happens ---- */
static const int ends[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGUSR1, SIGUSR2, SIGALRM};
#define ENDS (sizeof ends / sizeof *ends)
static struct termios before;

static void rescue(int number)
{
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

enum status fire_challenge(struct fire *f, const struct json *panel, char *out_why, size_t cap)
{
	struct board b = {.f = f};
	struct sigaction ours, was[ENDS];
	out_why[0] = '\0';
	if (tcgetattr(STDIN_FILENO, &before))
		return say_no(out_why, cap, "the terminal cannot be read");
	memset(&ours, 0, sizeof ours);
	ours.sa_handler = rescue;
	ours.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	for (size_t i = 0; i < ENDS; i++)
		(void)sigaction(ends[i], &ours, &was[i]);
	struct termios raw = before; /* without signals: ^C is a key like any other, and means no */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN | ISIG);
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	enum status s = challenge(&b, panel, out_why, cap);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	for (size_t i = 0; i < ENDS; i++)
		(void)sigaction(ends[i], &was[i], NULL);
	return s;
}
