/* The plugin behind the bench's worlds: as many signals as the kit names, all
 * told once a second in one line, of which the first `moving` change every
 * time; versions are files of `dir`, so that there is something to roll back.
 * The service named in `dir`/flash turns bad; when its line was written stands in
 * `dir`/flashed then (CLOCK_MONOTONIC, nanoseconds).
 *   config  {"dir": "/tmp/x", "moving": 20} */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sdk/sdk.h"

struct name {
	char *service, *signal;
};
struct feed {
	struct sdk *s;
	struct sdk_timer *tick;
	const char *dir;
	int64_t moving, n;
	VEC(struct name) signals;
	VEC(struct name) services; /* signal: the version that was told */
};

static void version_of(const struct feed *f, const char *service, const char *more, char out[64])
{
	char path[4200];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s%s", f->dir, service, more);
	file = fopen(path, "re");
	if (!file || !fgets(out, 64, file))
		(void)snprintf(out, 64, "%s", *more ? "41" : "42");
	out[strcspn(out, "\n")] = '\0';
	if (file)
		fclose(file);
}

static void look(struct feed *f)
{
	char version[64];

	vec_each(struct name, d, &f->services) {
		version_of(f, d->service, "", version);
		if (!strcmp(version, d->signal))
			continue;
		sdk_deploy(f->s, &(struct sdk_deploy){.service = d->service, .version = version, .previous = *d->signal ? d->signal : "41",
			.at = sdk_wall(), .strategy = "recreate", .state = "live", .share = 1, .old = 0, .new = 1});
		mem_set(&d->signal, version);
	}
}

static void flashed(const struct feed *f)
{
	char text[40];
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	(void)snprintf(text, sizeof text, "%lld", (long long)t.tv_sec * 1000000000LL + t.tv_nsec);
	(void)sdk_write_file(f->dir, "flashed", text);
}

static void tick(void *ctx)
{
	struct feed *f = ctx;
	struct sdk_samples m;
	int64_t i = 0;
	char bad[64];
	bool seen = false;

	version_of(f, "flash", "", bad);

	f->n++;
	sdk_samples_begin(&m, sdk_wall());
	vec_each(struct name, g, &f->signals) {
		int64_t step = i++ < f->moving ? f->n % 7 : 0;
		bool flash = !strcmp(g->service, bad) && !strcmp(g->signal, "error_rate");
		seen = seen || flash;
		/* a rate has requests behind it, the others are plain figures */
		sdk_sample(&m, g->service, g->signal, flash ? 0.95 : 0.001 * (double)(step + i % 5), strcmp(g->signal, "error_rate") ? -1 : 310);
	}
	if (seen)
		flashed(f);
	sdk_samples_send(f->s, &m);
	if (f->services.n <= 50 || f->n % 10 == 1)
		look(f);
	sdk_timer_set(f->tick, sdk_now() + 1000000);
}

static void forget(struct feed *f)
{
	vec_each(struct name, g, &f->signals) {
		free(g->service);
		free(g->signal);
	}
	vec_each(struct name, d, &f->services) {
		free(d->service);
		free(d->signal);
	}
	vec_release(&f->signals);
	vec_release(&f->services);
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	struct feed *f = sdk_state(s);

	forget(f);
	for (const struct json *v = json_first(json_get(params, "signals")); v; v = json_next(v))
		*vec_push(&f->signals) = (struct name){mem_str(json_get_str(v, "service", "")), mem_str(json_get_str(v, "signal", ""))};
	for (const struct json *v = json_first(json_get(params, "deploys")); v; v = json_next(v))
		*vec_push(&f->services) = (struct name){mem_str(json_get_str(v, "service", "")), mem_str("")};
	sdk_timer_set(f->tick, sdk_now());
	return sdk_ok();
}

static struct sdk_answer on_preflight(struct sdk *s, const struct sdk_action *a)
{
	struct sdk_preflight p;
	char from[64], to[64];

	sdk_preflight_init(&p);
	version_of(sdk_state(s), a->service, "", from);
	version_of(sdk_state(s), a->service, ".good", to);
	p.from = p.expect = from;
	p.to = *a->to ? a->to : to;
	buf_addf(&p.effect, "writes %s into a file", p.to);
	buf_addf(&p.command, "echo %s > %s", p.to, a->service);
	sdk_check(&p, "the file is there", true, "it is");
	return sdk_preflight_end(&p);
}

static struct sdk_answer on_perform(struct sdk *s, const struct sdk_op *op)
{
	const struct feed *f = sdk_state(s);

	if (sdk_write_file(f->dir, op->action.service, op->action.to))
		return sdk_error(SDK_UNAVAILABLE, "the file cannot be written");
	return sdk_done(SDK_FULL, NULL, "it is %s", op->action.to);
}

static struct sdk_answer on_reconcile(struct sdk *s, const struct sdk_op *op)
{
	(void)s;
	(void)op;
	return sdk_fate(SDK_FATE_UNKNOWN, SDK_CHANGED_UNKNOWN, "nobody looks");
}

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	static const char *const verbs[] = {"rollback", NULL};
	struct feed *f = mem_new(sizeof *f);

	f->s = s;
	f->dir = json_get_str(start->config, "dir", ".");
	f->moving = json_get_int(start->config, "moving", 0);
	f->tick = sdk_timer_new(s, tick, f);
	sdk_set_state(s, f);
	return sdk_ready(s, &(struct sdk_provides){.deploys = true, .signals = true, .verbs = verbs});
}

static void on_end(struct sdk *s)
{
	struct feed *f = sdk_state(s);

	if (f)
		forget(f);
	free(f);
}

int main(void)
{
	return sdk_main(&(struct sdk_plugin){
		.name = "bench-feed", .version = "1", .initialize = on_initialize, .watch = on_watch, .preflight = on_preflight,
		.perform = on_perform, .reconcile = on_reconcile, .end = on_end,
	});
}
