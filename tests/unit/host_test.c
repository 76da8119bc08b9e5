/* The host room, piece by piece: lines, rates, messages, finding programs,
 * secrets, and the conformance test against animals of the zoo. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/os.h"
#include "host/conform.h"
#include "host/host.h"
#include "host/lines.h"
#include "host/message.h"
#include "host/rate.h"

/* ---- lines -------------------------------------------------------------------------------- */

static void feed(struct lines *l, const char *s, size_t n)
{
	while (n) {
		size_t piece = n < LINES_PIECE ? n : LINES_PIECE;
		memcpy(lines_room(l), s, piece);
		lines_filled(l, piece);
		s += piece;
		n -= piece;
	}
}

static void lines_come_out_whole(void **state)
{
	static const char text[] = "one\n\nthree and more\nfour";
	const char *line;
	size_t len;

	(void)state;
	for (size_t piece = 1; piece < sizeof text; piece++) { /* cut at every place */
		struct lines l;
		char got[100] = "";
		lines_init(&l);
		for (size_t at = 0; at < sizeof text - 1; at += piece) {
			feed(&l, text + at, sizeof text - 1 - at < piece ? sizeof text - 1 - at : piece);
			while (lines_next(&l, &line, &len) == LINES_SOME)
				snprintf(got + strlen(got), sizeof got - strlen(got), "[%.*s]", (int)len, line);
		}
		assert_string_equal(got, "[one][][three and more]");
		lines_release(&l);
	}
}

static void lines_end_at_a_mebibyte(void **state)
{
	static const struct { size_t len; enum lines_found found; } rows[] = {
		{ JSON_LINE_MAX - 1, LINES_SOME }, { JSON_LINE_MAX, LINES_SOME }, { JSON_LINE_MAX + 1, LINES_LONG }, { 3 * JSON_LINE_MAX, LINES_LONG },
	};
	const char *line;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *s = mem_new(rows[i].len + 1);
		struct lines l;
		memset(s, 'x', rows[i].len);
		s[rows[i].len] = '\n';
		lines_init(&l);
		feed(&l, s, rows[i].len + 1);
		assert_int_equal(lines_next(&l, &line, &len), rows[i].found);
		lines_release(&l);
		free(s);
	}
}

/* ---- rates ----------------------------------------------------------------------------------- */

static void five_seconds_of_flood_are_too_much(void **state)
{
	struct rate r;

	(void)state;
	rate_init(&r, 1000, 5000);
	for (uint64_t s = 10; s < 15; s++)
		assert_int_equal(rate_add(&r, s * 1000, 1001), RATE_WELL);
	assert_int_equal(rate_add(&r, 15000, 1), RATE_TOO_MUCH);
	rate_init(&r, 1000, 5000);
	for (uint64_t s = 10; s < 40; s++) /* exactly the limit, for ever */
		assert_int_equal(rate_add(&r, s * 1000, 1000), RATE_WELL);
	rate_init(&r, 1000, 5000);
	for (uint64_t s = 10; s < 100; s++) /* four seconds of flood, one of rest */
		assert_int_not_equal(rate_add(&r, s * 1000, s % 5 ? 2000 : 1), RATE_TOO_MUCH);
	assert_int_equal(rate_add(&r, 200000, 5000), RATE_PAUSE);
	rate_init(&r, 1000, 5000);
	for (uint64_t s = 10; s < 15; s += 2) /* a host that only looks every other second sees the flood, too */
		assert_int_not_equal(rate_add(&r, s * 1000, 2001), RATE_TOO_MUCH);
	assert_int_equal(rate_add(&r, 16000, 1), RATE_TOO_MUCH);
	rate_init(&r, 1000, 5000);
	for (uint64_t s = 10; s < 60; s += 2) /* a poll every two seconds may bring as much as two */
		assert_int_equal(rate_add(&r, s * 1000, 1900), RATE_WELL);
}

/* ---- messages ---------------------------------------------------------------------------------- */

static void messages_are_judged(void **state)
{
	static const struct { const char *line, *ill; } rows[] = {
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", NULL },
		{ "{\"id\":1,\"result\":null}", NULL },
		{ "{\"id\":9007199254740991,\"error\":{\"code\":-32601,\"message\":\"\"},\"x\":1}", NULL },
		{ "{\"method\":\"log\",\"params\":{}}", NULL },
		{ "{\"method\":\"log\"}", NULL },
		{ "", "no message" }, { "hello", "no message" }, { "{\"id\":1,\"id\":2}", "no message" },
		{ "{\"a\":\"\\u0000\"}", "no message" }, { "{\"a\":NaN}", "no message" }, { "{\"a\":\"\xff\"}", "no message" },
		{ "{\"id\":1,\"result\":{}} {}", "no message" },
		{ "[]", "batch" }, { "7", "no message" }, { "{}", "without an id" },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{}}", "another JSON-RPC" },
		{ "{\"id\":\"1\",\"result\":{}}", "without an id" }, { "{\"id\":1.5,\"result\":{}}", "without an id" },
		{ "{\"id\":null,\"error\":{\"code\":-32700}}", "without an id" }, { "{\"id\":0,\"result\":{}}", "without an id" },
		{ "{\"id\":1}", "either result or error" }, { "{\"id\":1,\"result\":{},\"error\":{\"code\":-1}}", "either result or error" },
		{ "{\"id\":1,\"error\":{}}", "without a code" }, { "{\"id\":1,\"error\":\"no\"}", "without a code" }, { "{\"id\":1,\"error\":{\"code\":7}}", "without a code" },
		{ "{\"id\":1,\"method\":\"x\"}", "sent a request" }, { "{\"method\":7}", "no string" }, { "{\"method\":\"log\",\"params\":[]}", "no object" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message m;
		struct fault f = { .what = "" };
		enum status s = message_read(rows[i].line, strlen(rows[i].line), &m, &f);
		if (rows[i].ill ? s == STATUS_OK || !strstr(f.what, rows[i].ill) : s != STATUS_OK)
			fail_msg("%s: %d %s", rows[i].line, (int)s, f.what);
		if (s == STATUS_OK)
			message_release(&m);
	}
}

/* ---- programs -------------------------------------------------------------------------------------- */

static char dir[] = "/tmp/backout-host-XXXXXX";

static char *put(const char *name, const char *text, mode_t mode)
{
	static char path[4][PATH_MAX];
	static int next;
	char *p = path[next++ % 4];

	snprintf(p, PATH_MAX, "%s/%s", dir, name);
	int fd = open(p, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	fchmod(fd, mode);
	close(fd);
	return p;
}

static void drop(char **argv)
{
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
}

static void programs_are_found(void **state)
{
	char *argv[8], sub[PATH_MAX], expect[PATH_MAX];
	struct fault f;
	const char *const relative[] = { "./mine.sh", "--x", "a/b", NULL }, *const shell[] = { "sh", "mine.sh", NULL };
	const char *const missing[] = { "./nothing", NULL }, *const open_file[] = { "./open.sh", NULL };

	(void)state;
	snprintf(sub, sizeof sub, "%s/two", dir);
	mkdir(sub, 0700);
	put("backout-plugin-one", "#!/bin/sh\n", 0755);
	put("two/backout-plugin-two", "#!/bin/sh\n", 0755);
	put("mine.sh", "#!/bin/sh\n", 0755);
	put("open.sh", "#!/bin/sh\n", 0777);
	setenv("BACKOUT_PLUGIN_PATH", dir, 1);
	assert_int_equal(host_find("one", NULL, dir, argv, 8, &f), STATUS_OK);
	snprintf(expect, sizeof expect, "%s/backout-plugin-one", dir);
	assert_string_equal(argv[0], expect);
	assert_null(argv[1]);
	drop(argv);
	assert_int_equal(host_find("two", NULL, dir, argv, 8, &f), STATUS_OK);
	drop(argv);
	assert_int_equal(host_find("three", NULL, dir, argv, 8, &f), STATUS_USAGE);
	assert_int_equal(host_find("../one", NULL, dir, argv, 8, &f), STATUS_USAGE);
	assert_int_equal(host_find(NULL, relative, dir, argv, 8, &f), STATUS_OK);
	snprintf(expect, sizeof expect, "%s/mine.sh", dir);
	assert_string_equal(argv[0], expect);
	assert_string_equal(argv[2], "a/b");
	drop(argv);
	assert_int_equal(host_find(NULL, shell, dir, argv, 8, &f), STATUS_OK);
	assert_int_equal(argv[0][0], '/');
	drop(argv);
	assert_int_equal(host_find(NULL, shell, dir, argv, 2, &f), STATUS_USAGE); /* no room */
	assert_int_equal(host_find(NULL, missing, dir, argv, 8, &f), STATUS_USAGE);
	assert_int_equal(host_find(NULL, open_file, dir, argv, 8, &f), STATUS_USAGE);
	assert_non_null(strstr(f.what, "changed by everyone"));
}

static void programs_have_a_digest(void **state)
{
	char one[65], two[65], three[65];
	struct fault f;
	const char *plain = put("p.sh", "abc", 0755);
	const char *const argv[] = { plain, "--x", NULL }, *const pair[] = { plain, "mine.sh", NULL }, *const none[] = { "/nowhere", NULL };

	(void)state;
	assert_int_equal(host_program_sha(argv, one, &f), STATUS_OK);
	assert_string_equal(one, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(host_program_sha(argv, two, &f), STATUS_OK); /* from the cache */
	assert_string_equal(one, two);
	assert_int_equal(host_program_sha(pair, two, &f), STATUS_OK); /* mine.sh is not here */
	assert_string_equal(one, two);
	assert_int_equal(host_program_sha_in(pair, dir, three, &f), STATUS_OK);
	assert_string_not_equal(one, three);
	put("p.sh", "abd", 0755);
	assert_int_equal(host_program_sha(argv, two, &f), STATUS_OK);
	assert_string_not_equal(one, two);
	assert_int_equal(host_program_sha(none, two, &f), STATUS_OUTSIDE);
}

/* ---- secrets ------------------------------------------------------------------------------------------ */

static void secrets_are_resolved_or_refused(void **state)
{
	static const struct { const char *spec, *out, *ill; } rows[] = {
		{ "{}", "{}", NULL },
		{ "{\"t\":{\"file\":\"own\"}}", "{\"t\":\"s3cr3t\"}", NULL },
		{ "{\"t\":{\"file\":\"shared\"}}", NULL, "can be read by others" },
		{ "{\"t\":{\"file\":\"grouped\"}}", NULL, "can be read by others" },
		{ "{\"t\":{\"file\":\"nothing\"}}", NULL, "cannot be read" },
		{ "{\"t\":{\"file\":\"empty\"}}", NULL, "empty" },
		{ "{\"t\":{\"file\":\".\"}}", NULL, "no file" },
		{ "{\"t\":{\"env\":\"HOST_TEST_SECRET\"},\"u\":{\"file\":\"own\"}}", "{\"t\":\"from \\\"env\\\"\",\"u\":\"s3cr3t\"}", NULL },
		{ "{\"t\":{\"env\":\"HOST_TEST_NOT_SET\"}}", NULL, "not set" },
		{ "{\"t\":{\"command\":[\"printf\",\"%s\\\\n\",\"$HOME\"]}}", "{\"t\":\"$HOME\"}", NULL },
		{ "{\"t\":{\"command\":[\"sh\",\"-c\",\"echo $HOST_TEST_SECRET x\"]}}", "{\"t\":\"x\"}", NULL }, /* a clean environment */
		{ "{\"t\":{\"command\":[\"sh\",\"-c\",\"echo half; exit 3\"]}}", NULL, "failed (3)" },
		{ "{\"t\":{\"command\":[\"sh\",\"-c\",\"(sleep 100 &) ; exec sleep 100\"]}}", NULL, "within 5 s" },
		{ "{\"t\":{\"command\":[\"yes\"]}}", NULL, "" },
		{ "{\"t\":{\"command\":[]}}", NULL, "empty" },
		{ "{\"t\":{\"command\":[\"no-such-program-here\"]}}", NULL, "no program" },
		{ "{\"t\":{}}", NULL, "neither" },
	};

	(void)state;
	put("own", "s3cr3t\n", 0600);
	put("shared", "s3cr3t\n", 0644);
	put("grouped", "s3cr3t\n", 0640);
	put("empty", "\n", 0600);
	setenv("HOST_TEST_SECRET", "from \"env\"", 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *out = NULL;
		struct fault f = { .what = "" };
		enum status s = host_secrets(rows[i].spec, dir, &out, &f);
		if (rows[i].out ? s != STATUS_OK || strcmp(out, rows[i].out) != 0 : s == STATUS_OK || !strstr(f.what, rows[i].ill))
			fail_msg("%s: %d %s %s", rows[i].spec, (int)s, out ? out : "", f.what);
		assert_null(strstr(f.what, "s3cr3t"));
		host_wipe(out);
	}
}

/* ---- conformance ------------------------------------------------------------------------------------------- */

/* Animals the host alone cannot catch, and the check that does; NULL: passes. */
static const struct subject {
	const char *file, *failed;
} subjects[] = {
	{ "good.py", NULL },
	{ "silent.py", "initialize" },
	{ "speaks_anything.py", "another-protocol" },
	{ "unknown_ok.py", "unknown-method" },
	{ "strict.py", "unknown-members" },
	{ "small_reader.py", "long-line" },
	{ "talks_after.py", "nothing-after-shutdown" },
	{ "any_verb.py", "unknown-verb" },
	{ "preflight_acts.py", "preflight-changes-nothing" },
	{ "claims_done.py", "reconcile-unknown-op" },
	{ "toggles.py", "perform-wrong-from" },
	{ "internal_error.py", "perform" },
	{ "swallows_perform.py", "perform" },
	{ "late.py", "ping" },
	{ "ignores_shutdown.py", "end-of-input" },
	{ "ignores_term.py", "terminate" },
	{ "grandchild_free.py", "leaves-nothing" },
	{ "garbage_later.py", "stdout-is-protocol" },
	{ "twice.py", "answers-once" },
	{ "dies_mid_line.py", "ping" },
	{ "past_tomorrow.py", "history" },
	{ "past_stands.py", "history" },
	{ "past_strangers.py", "history" },
	{ "flood_lines.py", "pace" },
	{ "endless_line.py", "stdout-is-protocol" },
};
enum { N_SUBJECTS = sizeof subjects / sizeof *subjects };

struct seen {
	const struct subject *s;
	bool as_expected;
	int failed;
	char first[400];
};

static void on_check(void *ctx, const char *name, enum conform_verdict v, const char *detail)
{
	struct seen *n = ctx;

	if (v != CONFORM_FAILED)
		return;
	if (!n->failed++)
		snprintf(n->first, sizeof n->first, "%s: %s", name, detail);
	n->as_expected |= n->s->failed && strcmp(n->s->failed, name) == 0;
}

/* Examine one animal in a process of its own; 0 where the table is right. */
static int examine(const struct subject *s)
{
	const char *top = getenv("top_srcdir");
	char path[PATH_MAX], config[PATH_MAX];
	struct seen n = { .s = s };
	struct fault f;

	snprintf(path, sizeof path, "%s/tests/plugins/zoo/%s", top ? top : ".", s->file);
	snprintf(config, sizeof config, "{\"world\":\"%s/world-%s\"}", dir, s->file);
	const char *const argv[] = { TEST_PYTHON, "-B", path, NULL };
	struct conform_spec spec = { .argv = argv, .cwd = "/", .config = config, .perform = true, .patience_ms = 2000,
		.action = "{\"name\":\"a\",\"class\":\"reverse\",\"verb\":\"rollback\",\"service\":\"s\",\"level\":2,\"target\":{}}" };
	enum status got = host_conform(&spec, on_check, &n, &f);
	if (got == (s->failed ? STATUS_NO : STATUS_OK) && (!s->failed || n.as_expected))
		return 0;
	fprintf(stderr, "%s: status %d, %d failed; wanted %s, first was %s\n", s->file, (int)got, n.failed, s->failed ? s->failed : "none", n.first);
	return 1;
}

static void conformance_tells_good_from_bad(void **state)
{
	enum { ABREAST = 6 };
	int bad = 0, status;

	(void)state;
	for (int i = 0; i < N_SUBJECTS + ABREAST; i++) {
		if (i < N_SUBJECTS && fork() == 0)
			_exit(examine(&subjects[i]));
		if (i >= ABREAST || i >= N_SUBJECTS)
			bad += wait(&status) > 0 && status != 0;
	}
	while (wait(&status) > 0)
		bad += status != 0;
	assert_int_equal(bad, 0);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char cmd[PATH_MAX + 16];

	(void)state;
	snprintf(cmd, sizeof cmd, "%s", dir);
	const char *const argv[] = { "/bin/rm", "-rf", dir, NULL };
	pid_t pid = fork();
	if (pid == 0)
		execv(argv[0], (char *const *)(uintptr_t)argv);
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_out_whole),
		cmocka_unit_test(lines_end_at_a_mebibyte),
		cmocka_unit_test(five_seconds_of_flood_are_too_much),
		cmocka_unit_test(messages_are_judged),
		cmocka_unit_test(programs_are_found),
		cmocka_unit_test(programs_have_a_digest),
		cmocka_unit_test(secrets_are_resolved_or_refused),
		cmocka_unit_test(conformance_tells_good_from_bad),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
