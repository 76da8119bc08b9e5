/* The real program in a real terminal emulator: the demo from its first screen
 * to a fired rollback, with what a bad line, a small window and a crash do to
 * it.  Nothing here is played: engine, plugin and processes are the real ones. */
#include "config.h"

#include "cm.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vt.h"

static char home[64], path[64][1400];
static const char *env[16];

static void fail_screen(struct vt *v, const char *what)
{
	print_error("%s\n", vt_screen(v));
	fail_msg("%s", what);
}

#define see(v, text, ms) \
	do { \
		if (!vt_wait(v, text, ms)) \
			fail_screen(v, "not on the screen: " text); \
	} while (0)

static const char *built(const char *what)
{
	static char out[1200];
	const char *top = getenv("top_builddir");

	snprintf(out, sizeof out, "%s/%s", top ? top : ".", what);
	return out;
}

static struct vt *start(const char *command, const char *term)
{
	const char *argv[] = {built("backout"), command, !strcmp(command, "demo") ? "--speed" : NULL, "5", NULL};
	int n = 0;
	const char *plugins = getenv("BACKOUT_PLUGIN_PATH");

	snprintf(path[0], sizeof path[0], "HOME=%s", home);
	snprintf(path[1], sizeof path[1], "XDG_STATE_HOME=%s/s", home);
	snprintf(path[2], sizeof path[2], "XDG_RUNTIME_DIR=%s/r", home);
	snprintf(path[3], sizeof path[3], "BACKOUT_PLUGIN_PATH=%s", plugins ? plugins : built("plugins"));
	snprintf(path[4], sizeof path[4], "TERM=%s", term);
	for (; n < 5; n++)
		env[n] = path[n];
	env[n++] = "PATH=/usr/bin:/bin";
	env[n++] = "LC_ALL=C.UTF-8";
	env[n++] = "ASAN_OPTIONS=handle_segv=0:detect_leaks=1";
	env[n] = NULL;
	return vt_start(argv, env, 24, 80);
}

static int set_up(void **state)
{
	char dir[80];

	(void)state;
	snprintf(home, sizeof home, "/tmp/bo-vt-XXXXXX");
	if (!mkdtemp(home))
		return -1;
	snprintf(dir, sizeof dir, "%s/s", home);
	mkdir(dir, 0700);
	snprintf(dir, sizeof dir, "%s/r", home);
	mkdir(dir, 0700);
	return 0;
}

static int run(const char *a, const char *b, const char *c)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (env[0] && strcmp(a, "/bin/rm") != 0)
			execle(a, a, b, c, (char *)NULL, env);
		execl(a, a, b, c, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int tear_down(void **state)
{
	(void)state;
	run(built("backout"), "demo", "--clean");
	run("/bin/rm", "-rf", home);
	return 0;
}

/* Three letters of the panel, without the blanks. */
static void letters(struct vt *v, char out[4])
{
	const char *p = strstr(vt_screen(v), "type   ");

	if (!p || strlen(p) < 14)
		fail_screen(v, "no letters");
	snprintf(out, 4, "%c%c%c", p[7], p[10], p[13]);
}

static void given_back(struct vt *v)
{
	assert_false(vt_alt(v));
	assert_true(vt_cursor_shown(v));
	assert_true(vt_termios_same(v));
	assert_non_null(strstr(vt_raw(v), "\033[?2004l"));
	assert_false(vt_went_left(v));
	assert_null(strstr(vt_raw(v), "\033]")); /* no title, no clipboard: not in our grammar */
}

/* ---- the tests ------------------------------------------------------------------ */

static void declare(struct vt *v)
{
	see(v, "8.13.2", 20000);
	vt_type(v, "D");
	see(v, "which service is bad", 2000);
	vt_type(v, "auth\r");
	see(v, "title", 2000);
	vt_type(v, "\r");
	see(v, "INC-1", 5000);
	see(v, "DECIDE", 2000);
	see(v, "8.14.0", 20000); /* the bad release is on its way */
}

/* A resize and bursts draw new letters and keep the panel; the third drawing asks for a line. */
static void bad_line(struct vt *v)
{
	char was[4], is[4], burst[4];

	vt_type(v, "r");
	see(v, "to run it", 10000);
	letters(v, was);
	vt_resize(v, 30, 100);
	see(v, "changed its size", 3000);
	letters(v, is);
	assert_string_not_equal(was, is);
	vt_resize(v, 24, 80);
	see(v, "and Enter", 3000);
	vt_send(v, "\033");
	see(v, "Nothing was fired", 3000);
	vt_type(v, "r");
	see(v, "to run it", 10000);
	letters(v, burst);
	vt_send(v, burst);
	see(v, "one burst", 3000);
	vt_send(v, "\033[200~abc\033[201~\033[?62;1;6c\033[24;80R"); /* a paste and replies: nothing */
	vt_run(v, 200);
	see(v, "to run it", 1000);
	vt_type(v, "\r");
	see(v, "Nothing was fired", 3000);
}

static void sizes(struct vt *v)
{
	static const int all[][2] = {{11, 39}, {12, 40}, {23, 80}, {50, 200}, {1, 1}, {2, 300}, {60, 20}, {24, 80}};

	for (size_t i = 0; i < COUNT(all); i++) {
		vt_resize(v, all[i][0], all[i][1]);
		vt_run(v, 150);
	}
	see(v, "INC-1", 3000);
	vt_resize(v, 11, 39);
	see(v, "too small", 3000);
	vt_type(v, "r");
	assert_false(vt_wait(v, "to run it", 600));
	vt_resize(v, 24, 80);
	see(v, "DECIDE", 3000);
}

static void fire(struct vt *v)
{
	char is[4];

	vt_run(v, 400);
	vt_type(v, "r");
	see(v, "to run it", 10000);
	letters(v, is);
	vt_type(v, is);
	see(v, "REVERTED", 15000);
	see(v, "NOT YET VERIFIED", 3000);
}

/* With the clock running the screen sends little; help opens and closes. */
static void little(struct vt *v)
{
	size_t before;

	vt_type(v, "?");
	see(v, "Shift-Tab", 2000);
	vt_send(v, "\033");
	assert_true(vt_wait_gone(v, "Shift-Tab", 2000));
	vt_run(v, 13000); /* messages have gone */
	before = vt_bytes(v);
	vt_run(v, 4000);
	print_message("with the clock running: %zu bytes a second\n", (vt_bytes(v) - before) / 4);
	assert_true(vt_bytes(v) - before < 4 * 1200);
	assert_true(vt_bytes(v) > before);
}

static void leave(struct vt *v)
{
	vt_type(v, "q");
	see(v, "q once more", 2000);
	vt_type(v, "q");
	assert_int_equal(vt_end(v, 5000), 0);
	given_back(v);
}

static void from_first_screen_to_reverted(void **state)
{
	struct vt *v = start("demo", "xterm-256color");

	(void)state;
	if (!v)
		skip();
	see(v, "DEMO", 20000);
	declare(v);
	bad_line(v);
	sizes(v);
	fire(v);
	little(v);
	leave(v);
	vt_free(v);
}

/* Whatever ends it, the terminal is given back; the engine stays and the next console attaches. */
static void ends(void **state)
{
	static const struct {
		int signal;
		const char *term;
	} all[] = {{SIGTERM, "xterm-256color"}, {SIGSEGV, "xterm"}, {SIGABRT, "vt100"}, {SIGHUP, "screen"}, {SIGINT, "linux"}};

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		struct vt *v = start("demo", all[i].term);
		int status;
		see(v, "INC-1", 20000);
		kill(vt_pid(v), all[i].signal);
		status = vt_end(v, 5000);
		if (all[i].signal != SIGHUP && (!WIFSIGNALED(status) || WTERMSIG(status) != all[i].signal))
			fail_msg("row %zu ended with %x", i, (unsigned)status);
		assert_true(vt_termios_same(v));
		assert_non_null(strstr(vt_raw(v), "\033[?2004l"));
		vt_free(v);
	}
}

/* A terminal that only goes forward gets lines (tests/screen/linear.py has the whole of it). */
static void dumb(void **state)
{
	struct vt *v = start("demo", "dumb");

	(void)state;
	see(v, "INC-1", 20000);
	vt_type(v, "?");
	see(v, "more lines", 5000);
	assert_null(strchr(vt_raw(v), '\033'));
	vt_send(v, "\033");
	vt_run(v, 300);
	vt_type(v, "qq");
	assert_int_equal(vt_end(v, 5000), 0);
	assert_true(vt_termios_same(v));
	vt_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_first_screen_to_reverted), cmocka_unit_test(ends), cmocka_unit_test(dumb),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
