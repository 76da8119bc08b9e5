/* The zoo: the bad plugins of tests/plugins/zoo together on one loop, beside a
 * good one that must not feel it.  The table says what the host hears from
 * each and how it ends; nothing of any may live on, none counts as success. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"
#include "host/host.h"

enum reply { NEVER_READY, NOT_ASKED, ANSWER, LOST, ERROR };

static const struct animal { /* those that take long come first */
	const char *file, *ask; /* ask: the method sent once it is ready */
	enum reply reply;
	const char *why;        /* part of how it ended */
	bool by_itself;         /* the host has to notice; else we end it after the reply */
} zoo[] = {
	{ "silent.py", NULL, NEVER_READY, "did not answer initialize", true },
	{ "flood_lines.py", NULL, NOT_ASKED, "over 1,000 lines", true },
	{ "flood_values.py", NULL, NOT_ASKED, "over 20,000 values", true },
	{ "flood_blank.py", NULL, NOT_ASKED, "over 1,000 lines", true },
	{ "flood_stderr.py", NULL, NOT_ASKED, "floods its standard error", true },
	{ "shell_bomb.sh", NULL, NEVER_READY, "did not answer initialize", true },
	{ "good.py", "ping", ANSWER, "ended", false },
	{ "garbage.py", NULL, NEVER_READY, "no message", true },
	{ "garbage_later.py", "watch", ANSWER, "no message", true },
	{ "endless_line.py", NULL, NOT_ASKED, "over 1 MiB", true },
	{ "deep.py", NULL, NOT_ASKED, "no message", true },
	{ "wrong_id.py", "ping", LOST, "never asked", true },
	{ "string_id.py", "ping", LOST, "without an id of ours", true },
	{ "twice.py", "ping", ANSWER, "answered twice", true },
	{ "late.py", "ping", LOST, "ended", false },
	{ "ignores_term.py", "ping", ANSWER, "signal 9", false },
	{ "ignores_shutdown.py", "ping", ANSWER, "signal 15", false },
	{ "grandchild_holds.py", "ping", ANSWER, "ended", false },
	{ "grandchild_free.py", "ping", ANSWER, "ended", false },
	{ "grandchild_dies.py", NULL, NOT_ASKED, "exited with 3", true },
	{ "fork_tree.py", "ping", ANSWER, "ended", false },
	{ "lies_about_protocol.py", NULL, NEVER_READY, "it says 2", true },
	{ "no_manifest.py", NULL, NEVER_READY, "it says 0", true },
	{ "refuses_initialize.py", NULL, NEVER_READY, "refused initialize: credentials expired", true },
	{ "dies_at_once.py", NULL, NEVER_READY, "exited with 1", true },
	{ "dies_in_initialize.py", NULL, NEVER_READY, "signal 11", true },
	{ "leaves_talking.py", "ping", ANSWER, "exited with 0", true },
	{ "dies_mid_line.py", "ping", LOST, "exited with 0", true },
	{ "never_reads.py", "flood", NOT_ASKED, "does not read", true },
	{ "closes_stdin.py", "later", LOST, "closed its standard input", true },
	{ "closes_stdout.py", NULL, NOT_ASKED, "closed its standard output", true },
	{ "stops_itself.py", "ping", LOST, "signal 15", false },
	{ "not_a_number.py", "watch", ANSWER, "no message", true },
	{ "duplicate_keys.py", "watch", ANSWER, "no message", true },
	{ "bad_utf8.py", "watch", ANSWER, "no message", true },
	{ "nul.py", "watch", ANSWER, "no message", true },
	{ "batch.py", "ping", LOST, "sent a batch", true },
	{ "asks_us.py", "watch", ANSWER, "sent a request", true },
	{ "both.py", "ping", LOST, "either result or error", true },
	{ "swallows_perform.py", "perform", LOST, "exited with 0", true },
	{ "internal_error.py", "perform", ERROR, "ended", false },
	{ "big_answer.py", "ping", LOST, "over 1 MiB", true },
	{ "shell_cat.sh", NULL, NEVER_READY, "sent a request", true },
	{ "shell_yes.sh", NULL, NEVER_READY, "no message", true },
};
enum { N = sizeof zoo / sizeof *zoo, ABREAST = 14 }; /* so many at a time: a test machine may be small */

struct cage {
	const struct animal *a;
	struct host_plugin *p;
	pid_t pid;
	char *tmpdir, why[300], words[300];
	enum reply heard;
	uint64_t end_began, gone;
	bool ended_late;
	uv_timer_t timer;
};
static struct cage cages[N];
static uv_loop_t loop;
static int left, next;
static const char *log_dir;

/* ---- the good one beside them ---------------------------------------------------------- */

static struct host_plugin *good;
static uv_timer_t beat;
static uint64_t asked_at, worst_ns;
static int beats;

static void good_answered(void *ctx, const struct json *result, const struct fault *f, int code)
{
	(void)ctx, (void)f, (void)code;
	assert_non_null(result);
	uint64_t took = uv_hrtime() - asked_at;
	worst_ns = took > worst_ns ? took : worst_ns;
	beats++;
	asked_at = 0;
}

static void on_beat(uv_timer_t *t)
{
	if (left == 0) {
		host_plugin_end(good, false);
		uv_close((uv_handle_t *)t, NULL);
	} else if (!asked_at) {
		asked_at = uv_hrtime();
		host_request(good, "ping", "{}", 2, 10 * US_SECOND, good_answered, NULL);
	}
}

static void good_ready(struct host_plugin *p, void *ctx)
{
	(void)p, (void)ctx;
	uv_timer_init(&loop, &beat);
	uv_timer_start(&beat, on_beat, 50, 50);
}

static void good_gone(struct host_plugin *p, void *ctx, const char *why)
{
	(void)ctx;
	assert_string_equal(why, "ended");
	host_plugin_free(p);
}

/* ---- the others --------------------------------------------------------------------------- */

static void end_it(struct cage *c)
{
	c->end_began = uv_now(&loop);
	host_plugin_end(c->p, false);
}

static void on_patience(uv_timer_t *t)
{
	struct cage *c = t->data;

	c->ended_late = true;
	end_it(c);
}

static void replied(void *ctx, const struct json *result, const struct fault *f, int code)
{
	struct cage *c = ctx;

	assert_true(!result != !f);
	c->heard = result ? ANSWER : code ? ERROR : LOST;
	if (!c->a->by_itself)
		end_it(c);
}

static void ask_it(struct cage *c, const char *method)
{
	static const char perform[] = "{\"op\":\"00\",\"key\":\"INC-1/1\",\"deadline\":5,\"action\":{\"verb\":\"rollback\",\"from\":\"42\",\"to\":\"41\"}}";
	bool acts = strcmp(method, "perform") == 0;

	host_request(c->p, method, acts ? perform : "{}", acts ? sizeof perform - 1 : 2, c->a->reply == LOST ? 1500000 : 8000000, replied, c);
}

static void on_later(uv_timer_t *t)
{
	struct cage *c = t->data;

	ask_it(c, "ping");
	uv_timer_start(t, on_patience, 20000, 0);
}

static void ready(struct host_plugin *p, void *ctx)
{
	struct cage *c = ctx;
	static char big[100000];

	c->heard = NOT_ASKED;
	if (!c->a->ask)
		return;
	if (strcmp(c->a->ask, "later") == 0) {
		uv_timer_start(&c->timer, on_later, 500, 0);
	} else if (strcmp(c->a->ask, "flood") == 0) {
		memset(big, ' ', sizeof big);
		big[0] = '{';
		big[sizeof big - 1] = '}';
		for (int i = 0; i < 60; i++)
			host_notify(p, "cancel", big, sizeof big);
	} else {
		ask_it(c, c->a->ask);
	}
}

static void open_next(void);

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	struct cage *c = ctx;

	snprintf(c->why, sizeof c->why, "%s", why);
	snprintf(c->words, sizeof c->words, "%s", host_plugin_last_words(p));
	c->gone = uv_now(&loop);
	host_plugin_free(p);
	c->p = NULL;
	left--;
	uv_close((uv_handle_t *)&c->timer, NULL);
	open_next();
}

static char *path_of(const char *file)
{
	const char *top = getenv("top_srcdir");
	char *path = mem_new(PATH_MAX);

	snprintf(path, PATH_MAX, "%s/tests/plugins/zoo/%s", top ? top : ".", file);
	return path;
}

static struct host_plugin *start(const char *file, const char *dir, const struct host_events *ev, void *ctx)
{
	char *path = path_of(file);
	bool python = strstr(file, ".py") != NULL;
	const char *argv[] = { python ? TEST_PYTHON : path, python ? "-B" : NULL, path, NULL };
	struct host_spec spec = { .backend = file, .environment = "test", .argv = argv, .cwd = "/", .config = "{}",
		.secrets = "{\"token\":\"s3cr3t\"}", .dir = dir };
	struct host_plugin *p = NULL;
	struct fault f;

	if (host_plugin_new(&loop, &spec, ev, ctx, &p, &f) != STATUS_OK)
		fail_msg("%s: %s", file, f.what);
	free(path);
	return p;
}

static void open_next(void)
{
	static const struct host_events ev = { ready, NULL, gone };

	if (next == N)
		return;
	struct cage *c = &cages[next];
	c->a = &zoo[next++];
	c->heard = NEVER_READY;
	c->timer.data = c;
	c->p = start(c->a->file, log_dir, &ev, c);
	c->pid = host_plugin_pid(c->p);
	c->tmpdir = mem_str(host_plugin_tmpdir(c->p));
	uv_timer_init(&loop, &c->timer);
	uv_timer_start(&c->timer, on_patience, 25000, 0);
}

/* Is any process left with this TMPDIR?  Looks for itself, not with the host's eyes. */
static bool lives(const char *tmpdir)
{
	char path[64], line[8192];
	DIR *d = opendir("/proc");
	bool found = false;

	for (struct dirent *e; !found && (e = readdir(d));) {
		snprintf(path, sizeof path, "/proc/%.20s/environ", e->d_name);
		int fd = open(path, O_RDONLY);
		ssize_t n = fd >= 0 ? read(fd, line, sizeof line) : 0;
		found = n > 0 && memmem(line, (size_t)n, tmpdir, strlen(tmpdir));
		if (fd >= 0)
			close(fd);
	}
	closedir(d);
	return found;
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* Eight seconds are promised; a sanitized host on a busy machine gets twice that. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GONE_MS 16000
#endif
#endif
#ifndef GONE_MS
#define GONE_MS 8000
#endif

static void check_cage(struct cage *c)
{
	if (c->heard != c->a->reply)
		fail_msg("%s: heard %d instead of %d (%s)", c->a->file, (int)c->heard, (int)c->a->reply, c->why);
	if (!strstr(c->why, c->a->why))
		fail_msg("%s: ended as '%s' instead of '%s' (%s)", c->a->file, c->why, c->a->why, c->words);
	if (c->ended_late)
		fail_msg("%s: the host did not notice", c->a->file);
	if (c->end_began && c->gone - c->end_began > GONE_MS)
		fail_msg("%s: took %d ms to end", c->a->file, (int)(c->gone - c->end_began));
	if (os_kill_all(c->pid, c->tmpdir, 0) != 0 || lives(c->tmpdir))
		fail_msg("%s: something of it lives on", c->a->file);
	if (access(c->tmpdir, F_OK) == 0)
		fail_msg("%s: its TMPDIR is still there", c->a->file);
	free(c->tmpdir);
}

static void the_whole_zoo_ends(void **state)
{
	static const struct host_events good_ev = { good_ready, NULL, good_gone };
	char dir[] = "/tmp/backout-zoo-XXXXXX";

	(void)state;
	assert_non_null(log_dir = mkdtemp(dir));
	os_subreaper();
	assert_int_equal(uv_loop_init(&loop), 0);
	int before = descriptors();
	good = start("good.py", dir, &good_ev, NULL);
	left = N;
	for (int i = 0; i < ABREAST; i++)
		open_next();
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(left, 0);
	for (int i = 0; i < N; i++)
		check_cage(&cages[i]);
	assert_true(beats > 50);
	print_message("the good one beside them: %d round trips, the worst %.1f ms\n", beats, (double)worst_ns / 1e6);
	/* libuv keeps its signal pipe (2) from the first signal handle on */
	assert_in_range(descriptors(), 0, before + 2);
	assert_int_equal(uv_loop_close(&loop), 0);
	char cmd[PATH_MAX];
	snprintf(cmd, sizeof cmd, "%s/plugin-flood_stderr.py.log", dir);
	struct stat st;
	assert_int_equal(stat(cmd, &st), 0);
	assert_in_range(st.st_size, 1, 1 << 20);
	DIR *d = opendir(dir);
	for (struct dirent *e; (e = readdir(d));)
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	rmdir(dir);
}

static void what_cannot_start_is_said(void **state)
{
	static const struct host_events ev = { ready, NULL, gone };
	char *path = path_of("no_interpreter");
	const char *argv[] = { path, NULL };
	struct host_spec spec = { .backend = "x", .environment = "test", .argv = argv, .cwd = "/" };
	struct host_plugin *p = NULL;
	struct fault f;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(host_plugin_new(&loop, &spec, &ev, NULL, &p, &f), STATUS_OUTSIDE);
	assert_null(p);
	assert_non_null(strstr(f.what, "No such file"));
	uv_run(&loop, UV_RUN_DEFAULT); /* lets go of everything by itself */
	assert_int_equal(uv_loop_close(&loop), 0);
	free(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_zoo_ends),
		cmocka_unit_test(what_cannot_start_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
