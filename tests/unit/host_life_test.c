/* A plugin's life: the room it wakes up in, and the ways it ends: asked, in
 * the middle of an action, left running, and with its engine. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"
#include "host/host.h"

struct life {
	const char *ask, *params;
	bool end_performing, end_after, leave, late_ask; /* what is done 200 ms after the request was sent, or once answered */
	uv_timer_t timer;
	struct host_plugin *p;
	char *answer, *words;  /* JSON of the result, NULL where lost */
	char lost[40];         /* code of the fault */
	char why[200];
	uint64_t began, took;  /* the end, ms */
	pid_t pid;
	int replies;
	char *tmpdir;
};
static uv_loop_t loop;
static char dir[] = "/tmp/backout-life-XXXXXX";

static void replied(void *ctx, const struct json *result, const struct fault *f, int code)
{
	struct life *l = ctx;
	struct buf b;
	struct jw w;

	(void)code;
	l->replies++;
	if (!result)
		snprintf(l->lost, sizeof l->lost, "%s", f->code);
	if (result && !l->answer) {
		buf_init(&b, JSON_LINE_MAX);
		jw_init(&w, &b);
		jw_tree(&w, result);
		l->answer = buf_take(&b);
	}
	if (l->end_after)
		host_plugin_end(l->p, false);
}

static void on_later(uv_timer_t *t)
{
	struct life *l = t->data;

	l->began = uv_now(&loop);
	if (l->leave)
		host_plugin_leave(l->p);
	if (l->end_performing)
		host_plugin_end(l->p, true);
	if (l->late_ask) {
		host_plugin_end(l->p, false);
		host_request(l->p, "ping", "{}", 2, US_SECOND, replied, l);
		assert_int_equal(l->replies, 0); /* never from within the call */
	}
	uv_close((uv_handle_t *)t, NULL);
}

static void ready(struct host_plugin *p, void *ctx)
{
	struct life *l = ctx;

	if (l->ask)
		host_request(p, l->ask, l->params, strlen(l->params), 60 * US_SECOND, replied, l);
	if (!l->end_after) {
		uv_timer_init(&loop, &l->timer);
		l->timer.data = l;
		uv_timer_start(&l->timer, on_later, 200, 0);
	}
}

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	struct life *l = ctx;

	snprintf(l->why, sizeof l->why, "%s", why);
	l->took = uv_now(&loop) - l->began;
	l->words = mem_str(host_plugin_last_words(p));
	host_plugin_free(p);
}

static void start(struct life *l, const char *file, const char *world, bool acting)
{
	static const struct host_events ev = { .ready = ready, .gone = gone };
	const char *top = getenv("top_srcdir");
	char path[PATH_MAX], config[PATH_MAX];
	const char *const argv[] = { TEST_PYTHON, "-B", path, NULL }, *const pass[] = { "LIFE_PASSED", "LIFE_NOT_SET", "TMPDIR", NULL };
	struct host_spec spec = { .backend = "life", .environment = "test", .argv = argv, .cwd = dir, .pass_env = pass, .config = config,
		.acting = acting, .dir = dir };
	struct fault f;

	snprintf(path, sizeof path, "%s/tests/plugins/zoo/%s", top ? top : ".", file);
	snprintf(config, sizeof config, "{\"world\":\"%s/%s\"}", dir, world);
	if (host_plugin_new(&loop, &spec, &ev, l, &l->p, &f) != STATUS_OK)
		fail_msg("%s", f.what);
	l->pid = host_plugin_pid(l->p);
	l->tmpdir = mem_str(host_plugin_tmpdir(l->p));
}

static void live(struct life *l, const char *file, const char *world, bool acting)
{
	assert_int_equal(uv_loop_init(&loop), 0);
	start(l, file, world, acting);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void life_release(struct life *l)
{
	free(l->answer);
	free(l->words);
	free(l->tmpdir);
}

/* ---- the room ----------------------------------------------------------------------------------- */

static void its_room_is_clean(void **state)
{
	static const char *const parts[] = {
		"\"env\":[\"HOME\",\"LANG\",\"LIFE_PASSED\",\"PATH\",\"TMPDIR\",\"TZ\",\"USER\"]", "\"lang\":\"C.UTF-8\"", "\"tz\":\"UTC\"",
		"\"tmpdir_mode\":\"0o40700\"", "\"fds\":[0,1,2]", "\"leads\":true", "\"core\":0", "\"ignored\":[]", "\"blocked\":0",
	};
	struct life l = { .ask = "ping", .params = "{}", .end_after = true };
	char log[PATH_MAX], cwd[PATH_MAX];
	sigset_t usr1;

	(void)state;
	/* what must not be handed on */
	setenv("LIFE_PASSED", "1", 1);
	setenv("LIFE_KEPT", "1", 1);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	int leak = dup(2);
	live(&l, "tells_its_room.py", "w", false);
	close(leak);
	assert_non_null(l.answer);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strstr(l.answer, parts[i]))
			fail_msg("%s is not in %s", parts[i], l.answer);
	snprintf(cwd, sizeof cwd, "\"cwd\":\"%s\"", dir);
	assert_non_null(strstr(l.answer, cwd));
	assert_string_equal(l.why, "ended");
	assert_string_equal(l.words, "hello from here");
	struct stat st;
	snprintf(log, sizeof log, "%s/plugin-life.log", dir);
	assert_int_equal(stat(log, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	life_release(&l);
}

/* ---- ends ------------------------------------------------------------------------------------------ */

static const char perform[] = "{\"op\":\"abcd\",\"key\":\"INC-1/1\",\"deadline\":60,\"action\":{\"verb\":\"rollback\",\"from\":\"42\",\"to\":\"41\"}}";

static void one_that_cancels_is_heard(void **state)
{
	struct life l = { .ask = "perform", .params = perform, .end_performing = true };

	(void)state;
	live(&l, "cancels.py", "w", true);
	assert_non_null(l.answer);
	assert_non_null(strstr(l.answer, "\"cancelled\""));
	assert_int_equal(l.replies, 1);
	assert_string_equal(l.why, "ended");
	assert_true(l.took < 4000);
	life_release(&l);
}

static void one_that_goes_on_has_five_seconds(void **state)
{
	struct life l = { .ask = "perform", .params = perform, .end_performing = true };

	(void)state;
	live(&l, "performs_on.py", "sleeps=60", true);
	assert_null(l.answer);
	assert_string_equal(l.lost, "plugin-lost");
	assert_int_equal(l.replies, 1);
	assert_non_null(strstr(l.why, "signal 15"));
	assert_in_range(l.took, 4900, 8000);
	life_release(&l);
}

static bool wait_for(const char *path, int ms)
{
	for (; ms > 0 && access(path, F_OK) != 0; ms -= 20)
		usleep(20000);
	return access(path, F_OK) == 0;
}

static void one_that_is_left_finishes(void **state)
{
	struct life l = { .ask = "perform", .params = perform, .leave = true };
	char done[PATH_MAX];
	int code;

	(void)state;
	live(&l, "performs_on.py", "sleeps=1", true);
	assert_string_equal(l.lost, "plugin-left");
	assert_string_equal(l.why, "was left running");
	assert_true(os_pid_start(l.pid) != 0);
	assert_int_equal(access(l.tmpdir, F_OK), 0);
	char *tmpdir = os_tmpdir_of(l.pid); /* how a successor finds its kin */
	assert_string_equal(tmpdir, l.tmpdir);
	free(tmpdir);
	snprintf(done, sizeof done, "%s/sleeps=1.done", dir);
	assert_true(wait_for(done, 5000));
	for (int i = 0; i < 100 && os_pid_start(l.pid); i++)
		usleep(20000);
	assert_int_equal(os_pid_start(l.pid), 0);
	os_reap_orphans(); /* nobody waits for it any more */
	assert_true(os_exited(l.pid, false, &code));
	assert_int_equal(kill(l.pid, 0), -1);
	rmdir(l.tmpdir);
	life_release(&l);
}

static void asks_to_one_that_ends_are_lost(void **state)
{
	struct life l = { .late_ask = true };

	(void)state;
	live(&l, "good.py", "w", false);
	assert_int_equal(l.replies, 1);
	assert_string_equal(l.lost, "plugin-lost");
	assert_string_equal(l.why, "ended");
	life_release(&l);
}

/* An engine that dies of SIGKILL takes its watchers along, and no acting process. */
static void watchers_die_with_their_engine(void **state)
{
	pid_t pids[2] = { 0, 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t engine = fork();
	if (engine == 0) {
		static struct life watcher = { .end_after = true }, acting = { .end_after = true };
		uv_loop_init(&loop);
		start(&watcher, "good.py", "w", false);
		start(&acting, "performs_on.py", "w=1", true);
		pids[0] = watcher.pid;
		pids[1] = acting.pid;
		if (write(ends[1], pids, sizeof pids) != sizeof pids)
			_exit(1);
		uv_run(&loop, UV_RUN_DEFAULT);
		_exit(0);
	}
	assert_int_equal(read(ends[0], pids, sizeof pids), sizeof pids);
	uint64_t acting_start = os_pid_start(pids[1]);
	char *tmpdir = os_tmpdir_of(pids[1]), *other = os_tmpdir_of(pids[0]);
	usleep(300000);
	/* stopped first, so that the end of its input is not what ends it */
	kill(pids[0], SIGSTOP);
	kill(pids[1], SIGSTOP);
	kill(engine, SIGKILL);
	waitpid(engine, NULL, 0);
	for (int i = 0; i < 100 && os_pid_start(pids[0]); i++)
		usleep(20000);
	assert_int_equal(os_pid_start(pids[0]), 0);
	assert_true(acting_start != 0 && os_pid_start(pids[1]) == acting_start);
	assert_true(os_kill_all(pids[1], tmpdir, SIGKILL) > 0); /* as the successor does after the deadline */
	for (int i = 0; i < 100 && os_pid_start(pids[1]); i++)
		usleep(20000);
	assert_int_equal(os_pid_start(pids[1]), 0);
	if (tmpdir)
		rmdir(tmpdir);
	if (other)
		rmdir(other);
	free(tmpdir);
	free(other);
	close(ends[0]);
	close(ends[1]);
}

static int setup(void **state)
{
	(void)state;
	os_subreaper();
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	const char *const argv[] = { "/bin/rm", "-rf", dir, NULL };

	(void)state;
	pid_t pid = fork();
	if (pid == 0)
		execv(argv[0], (char *const *)(uintptr_t)argv);
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_room_is_clean),
		cmocka_unit_test(one_that_cancels_is_heard),
		cmocka_unit_test(one_that_goes_on_has_five_seconds),
		cmocka_unit_test(one_that_is_left_finishes),
		cmocka_unit_test(asks_to_one_that_ends_are_lost),
		cmocka_unit_test(watchers_die_with_their_engine),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
