/* A screen or lines: each does nothing while the other holds the terminal. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tui/front.h"
#include "tui/linear/plain.h"
#include "tui/screen/term.h"

static bool as_lines, watched;
static int flags[2]; /* of input and output, as they were */

enum status front_open(const struct theme *t, bool *lines, struct fault *f)
{
	enum status s = *lines ? STATUS_NO : term_open(t, f);

	if (s != STATUS_NO)
		return s;
	*lines = as_lines = true;
	plain_open();
	return STATUS_OK;
}

void front_close(void)
{
	if (as_lines)
		plain_close();
	else
		term_close();
}

bool front_has_keys(void)
{
	return !as_lines || plain_has_keys();
}

bool front_flush(void)
{
	return as_lines ? plain_flush() : term_flush();
}

bool front_is_gone(void)
{
	return as_lines && plain_is_gone();
}

void front_flush_input(void)
{
	if (as_lines)
		plain_flush_input();
	else
		term_flush_input();
}


/* ---- bytes both ways -------------------------------------------------------------- */

void front_watch(uv_loop_t *loop, uv_poll_t *in, uv_poll_cb typed, uv_poll_t *out, uv_poll_cb unread)
{
	watched = true;
	flags[0] = fcntl(STDIN_FILENO, F_GETFL);
	flags[1] = fcntl(STDOUT_FILENO, F_GETFL);
	if (front_has_keys()) {
		uv_poll_init(loop, in, STDIN_FILENO);
		uv_poll_start(in, UV_READABLE, typed);
	}
	if (!uv_poll_init(loop, out, STDOUT_FILENO) && !front_has_keys()) /* it is a file, else: that is never waited for */
		uv_poll_start(out, UV_DISCONNECT, unread);
}

void front_unwatch(void)
{
	if (watched && flags[0] >= 0)
		fcntl(STDIN_FILENO, F_SETFL, flags[0]);
	if (watched && flags[1] >= 0)
		fcntl(STDOUT_FILENO, F_SETFL, flags[1]);
}

/* Whether a terminal blocks is said of it, not of us: the shell that gets it back would find nothing to read and leave. */
static void stop_here(void)
{
	front_unwatch();
	kill(getpid(), SIGSTOP);
	if (watched && flags[0] >= 0)
		fcntl(STDIN_FILENO, F_SETFL, flags[0] | O_NONBLOCK);
	if (watched && flags[1] >= 0)
		fcntl(STDOUT_FILENO, F_SETFL, flags[1] | O_NONBLOCK);
}

void front_suspend(void)
{
	if (as_lines)
		plain_suspend(stop_here);
	else
		term_suspend(stop_here);
}

/* ---- crashes: the terminal is given back even then -------------------------------- */

static void crashed(int number)
{
	if (as_lines)
		plain_rescue();
	else
		term_rescue();
	front_unwatch();
	signal(number, SIG_DFL);
	raise(number);
}

void front_catch_crashes(void)
{
	/* and whatever else would end us where we stand; the console's loop has those that it ends by */
	static const int numbers[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGTRAP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF,
		SIGXCPU, SIGXFSZ};
	struct sigaction sa;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = crashed;
	sa.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}
