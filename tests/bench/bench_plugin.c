/* What the host adds to a plugin: the round trip of a ping through it, against
 * the same bytes to and from a child that only echoes.  Prints p50 of both and
 * the ratio; ends with 1 where the ratio is over its budget (quality.md: 2).
 *   bench_plugin [PLUGIN [ARGUMENT...]]     default: itself, as the smallest plugin there is */
#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "host/host.h"

enum { WARM = 500, ROUNDS = 5000 };
static const double budget = 2.0;

/* ---- the children ------------------------------------------------------------------------ */

static int echo(void)
{
	char b[4096];

	for (ssize_t n; (n = read(0, b, sizeof b)) > 0;)
		if (write(1, b, (size_t)n) != n)
			return 1;
	return 0;
}

/* Answers everything with the manifest: enough for initialize, ping and shutdown. */
static int smallest(void)
{
	char line[4096];

	while (fgets(line, sizeof line, stdin)) {
		const char *id = strstr(line, "\"id\":");
		if (!id)
			continue;
		printf("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":%s}\n", strtoll(id + 5, NULL, 10),
			strstr(line, "initialize") ? "{\"protocol\":1,\"name\":\"b\",\"version\":\"1\",\"provides\":{}}" : "{}");
		fflush(stdout);
	}
	return 0;
}

/* ---- measuring ----------------------------------------------------------------------------- */

static uint64_t took[ROUNDS];

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double p50_us(void)
{
	qsort(took, ROUNDS, sizeof *took, by_size);
	return (double)took[ROUNDS / 2] / 1000;
}

static double bare(const char *self)
{
	static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":1234,\"method\":\"ping\",\"params\":{}}\n";
	const char *const argv[] = { self, "--echo", NULL }, *const env[] = { NULL };
	struct os_spawn how = { .argv = argv, .env = env };
	struct os_child c;
	char b[4096];
	struct fault f;

	if (os_spawn(&how, &c, &f) != STATUS_OK)
		return -1;
	for (int i = -WARM; i < ROUNDS; i++) {
		uint64_t from = uv_hrtime();
		struct pollfd p = { c.out, POLLIN, 0 };
		size_t got = 0;
		if (write(c.in, ping, sizeof ping - 1) < 0)
			return -1;
		while (got < sizeof ping - 1 && poll(&p, 1, 1000) == 1) {
			ssize_t n = read(c.out, b, sizeof b);
			if (n <= 0)
				return -1;
			got += (size_t)n;
		}
		if (i >= 0)
			took[i] = uv_hrtime() - from;
	}
	close(c.in);
	close(c.out);
	close(c.err);
	int code;
	while (!os_exited(c.pid, true, &code))
		usleep(1000);
	return p50_us();
}

static int n;
static uint64_t from;
static bool failed;

static void ask(struct host_plugin *p);

static void answered(void *ctx, const struct json *result, const struct fault *f, int code)
{
	struct host_plugin *p = ctx;

	(void)f, (void)code;
	failed |= !result;
	if (n >= WARM)
		took[n - WARM] = uv_hrtime() - from;
	if (++n < WARM + ROUNDS && !failed)
		ask(p);
	else
		host_plugin_end(p, false);
}

static void ask(struct host_plugin *p)
{
	from = uv_hrtime();
	host_request(p, "ping", "{}", 2, 5 * US_SECOND, answered, p);
}

static void ready(struct host_plugin *p, void *ctx)
{
	(void)ctx;
	ask(p);
}

static void gone(struct host_plugin *p, void *ctx, const char *why)
{
	(void)ctx;
	if (n < WARM + ROUNDS) {
		fprintf(stderr, "the plugin %s\n", why);
		failed = true;
	}
	host_plugin_free(p);
}

static double through_host(const char *const *argv)
{
	static const struct host_events ev = { .ready = ready, .gone = gone };
	struct host_spec spec = { .backend = "bench", .environment = "bench", .argv = argv, .cwd = "/", .config = "{}" };
	struct host_plugin *p;
	struct fault f;
	uv_loop_t loop;

	uv_loop_init(&loop);
	if (host_plugin_new(&loop, &spec, &ev, NULL, &p, &f) != STATUS_OK) {
		fprintf(stderr, "%s\n", f.what);
		failed = true;
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return failed ? -1 : p50_us();
}

int main(int argc, char **argv)
{
	char self[4096];
	const char *own[] = { self, "--smallest", NULL };
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

	if (argc > 1 && strcmp(argv[1], "--echo") == 0)
		return echo();
	if (argc > 1 && strcmp(argv[1], "--smallest") == 0)
		return smallest();
	if (len <= 0)
		return 2;
	self[len] = '\0';
	double floor_us = bare(self), host_us = through_host(argc > 1 ? (const char *const *)(uintptr_t)(argv + 1) : own);
	if (floor_us <= 0 || host_us <= 0)
		return 2;
	printf("plugin round trip p50 %.1f us, bare echo child p50 %.1f us, ratio %.2f (budget %.1f)\n", host_us, floor_us, host_us / floor_us, budget);
	return host_us > budget * floor_us;
}
