#include "config.h"

#include "releases/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "releases/disk.h"

struct ask {
	struct sdk *s;
	const struct place *p;
	struct sdk_get *get;
	struct sdk_child *child;
	struct sdk_timer *timer;
	struct running r;
	void (*fn)(void *ctx, const struct running *r);
	void *ctx;
};

void ask_free(struct ask *a)
{
	if (!a)
		return;
	sdk_get_free(a->get);
	sdk_child_drop(a->child);
	sdk_timer_free(a->timer);
	free(a);
}

static void finish(struct ask *a)
{
	a->fn(a->ctx, &a->r);
	ask_free(a);
}

static void accept_version(struct running *r, const char *v)
{
	if (!place_version(v)) {
		(void)snprintf(r->why, sizeof r->why, "what it answered is no version: %.60s", *v ? v : "nothing");
		return;
	}
	r->known = true;
	(void)snprintf(r->version, sizeof r->version, "%s", v);
}

static const struct json *member(const struct json *v, const char *path)
{
	char key[128];
	while (*path) {
		size_t len = strcspn(path, ".");
		if (len >= sizeof key)
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		v = json_get(v, key);
		path += len + (path[len] == '.');
	}
	return v;
}

static void json_version(struct running *r, const struct place *p, const struct json *root)
{
	const struct json *v = member(root, p->field);
	char number[32];
	if (json_type(v) == JSON_NUMBER && json_int(v, -1) >= 0) {
		(void)snprintf(number, sizeof number, "%lld", (long long)json_int(v, 0));
		accept_version(r, number);
	} else if (json_type(v) == JSON_STRING) {
		accept_version(r, json_str(v, ""));
	} else {
		(void)snprintf(r->why, sizeof r->why, "its answer has no member %.80s", p->field);
	}
}

/* JSON with the field, or one line of text. */
static void take_text(struct running *r, const struct place *p, const char *text, size_t len)
{
	struct json *root = NULL;
	char line[VERSION_LEN + 8];
	while (len && (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t'))
		text++, len--;
	if (len && *text == '{' && json_parse(text, len, 65536, &root, NULL) == STATUS_OK) {
		json_version(r, p, root);
		json_free(root);
		return;
	}
	size_t n = 0;
	while (n < len && n < sizeof line - 1 && text[n] != '\n' && text[n] != '\r')
		n++;
	memcpy(line, text, n);
	line[n] = '\0';
	accept_version(r, line);
}

static void got(void *ctx, const struct sdk_got *g)
{
	struct ask *a = ctx;
	a->get = NULL;
	if (g->error)
		(void)snprintf(a->r.why, sizeof a->r.why, "%s", g->error);
	else if (g->status != 200)
		(void)snprintf(a->r.why, sizeof a->r.why, "it answered with status %d", g->status);
	else
		take_text(&a->r, a->p, g->body, g->len);
	finish(a);
}

static void ran(void *ctx, const struct sdk_ran *r)
{
	struct ask *a = ctx;
	char how[64];
	a->child = NULL;
	if (r->timed_out || r->exit != 0)
		(void)snprintf(a->r.why, sizeof a->r.why, "%.100s %s", a->p->command[0], sdk_ran_words(r, how, sizeof how));
	else
		take_text(&a->r, a->p, buf_str(&r->out), r->out.len);
	finish(a);
}

static void ask_file(struct ask *a)
{
	char text[4096];
	if (a->p->pid_file && !disk_pid(a->p, a->r.why, sizeof a->r.why))
		return;
	if (!disk_read(a->p->file, text, sizeof text))
		(void)snprintf(a->r.why, sizeof a->r.why, "%.150s cannot be read", a->p->file);
	else
		take_text(&a->r, a->p, text, strlen(text));
}

static void soon(void *ctx)
{
	struct ask *a = ctx;
	if (a->p->file && !a->r.why[0])
		ask_file(a);
	finish(a);
}

struct ask *ask_new(struct sdk *s, const struct place *p, int64_t timeout, void (*fn)(void *ctx, const struct running *r), void *ctx)
{
	struct ask *a = mem_new(sizeof *a);
	struct fault f;
	*a = (struct ask){.s = s, .p = p, .fn = fn, .ctx = ctx};
	a->timer = sdk_timer_new(s, soon, a);
	if (p->url) {
		a->get = sdk_get_new(s, p->url, timeout, got, a);
		return a;
	}
	if (p->command) {
		struct sdk_command c = {.argv = p->command, .timeout = timeout, .keep = 4096};
		if ((a->child = sdk_run(s, &c, ran, a, &f)))
			return a;
		(void)snprintf(a->r.why, sizeof a->r.why, "%.180s", f.what);
	} else if (!p->file) {
		(void)snprintf(a->r.why, sizeof a->r.why, "the target says no way to ask it: give version_url or version_command");
	}
	sdk_timer_set(a->timer, 1);
	return a;
}

struct waiter {
	struct running *out;
	bool done;
};

static void keep(void *ctx, const struct running *r)
{
	struct waiter *w = ctx;
	*w->out = *r;
	w->done = true;
}

void ask_wait(struct sdk *s, const struct place *p, int64_t timeout, struct running *out)
{
	struct waiter w = {.out = out};
	*out = (struct running){0};
	struct ask *a = ask_new(s, p, timeout, keep, &w);
	(void)sdk_wait(s, &w.done, sdk_now() + timeout + 1000000);
	if (!w.done) {
		ask_free(a);
		(void)snprintf(out->why, sizeof out->why, "it was not waited for");
	}
}
