#include "config.h"

#include "releases/place.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 64

struct reading {
	struct place *p;
	const struct json *config, *target;
	const struct sdk_action *a;
	struct fault *f;
};

static const struct json *pick(const struct reading *r, const char *key)
{
	const struct json *v = json_get(r->target, key);
	return json_type(v) != JSON_NONE ? v : json_get(r->config, key);
}

static const char *word(struct reading *r, const char *tmpl)
{
	struct buf b;
	const char *out = NULL;
	buf_init(&b, 4096);
	if (sdk_expand(&b, tmpl, sdk_action_word, r->a, r->f))
		out = arena_str(r->p->mem, buf_str(&b));
	buf_release(&b);
	return out;
}

/* A list of words, or NULL; a fault is set where something stands there that is none. */
static const char *const *words(struct reading *r, const struct json *v, const char *what, bool *ok)
{
	size_t n = json_count(v), i = 0;
	if (json_type(v) == JSON_NONE)
		return NULL;
	*ok = json_type(v) == JSON_ARRAY && n > 0 && n <= WORDS_MAX;
	const char **out = arena_alloc(r->p->mem, (n + 1) * sizeof *out);
	for (const struct json *w = json_first(v); *ok && w; w = json_next(w)) {
		out[i] = json_type(w) == JSON_STRING ? word(r, json_str(w, "")) : NULL;
		if (!out[i++])
			return *ok = false, NULL;
	}
	if (!*ok)
		fault_set(r->f, STATUS_USAGE, "bad-config", "%s is a list of 1 to %d words", what, WORDS_MAX);
	return *ok ? out : NULL;
}

static const char *in_dir(struct place *p, const char *path)
{
	return path[0] == '/' ? arena_str(p->mem, path) : place_path(p, path);
}

const char *place_path(const struct place *p, const char *name)
{
	size_t len = strlen(p->dir) + strlen(name) + 2;
	char *out = arena_alloc(p->mem, len);
	(void)snprintf(out, len, "%s/%s", p->dir, name);
	return out;
}

static bool read_dir(struct reading *r)
{
	char path[4096];
	const char *root = json_str(pick(r, "root"), NULL);
	const char *dir = json_get_str(r->target, "dir", r->a->service);
	root = root ? word(r, root) : "";
	dir = word(r, dir);
	if (!root || !dir)
		return false;
	if (!*dir || (!*root && !json_get_str(r->target, "dir", NULL))) {
		fault_set(r->f, STATUS_USAGE, "bad-target", "the target needs `dir`, or the backend `root`");
		return false;
	}
	int n = *root && dir[0] != '/' ? snprintf(path, sizeof path, "%s/%s", root, dir) : snprintf(path, sizeof path, "%s", dir);
	if (n < 0 || (size_t)n >= sizeof path - 300) {
		fault_set(r->f, STATUS_USAGE, "bad-target", "the path of the directory is too long");
		return false;
	}
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	r->p->dir = arena_str(r->p->mem, path);
	return true;
}

static bool read_asking(struct reading *r)
{
	bool ok = true;
	const char *url = json_str(pick(r, "version_url"), NULL);
	const char *file = json_str(pick(r, "version_file"), NULL);
	r->p->field = arena_str(r->p->mem, json_str(pick(r, "version_field"), "version"));
	if (url && !(r->p->url = word(r, url)))
		return false;
	if (file && (file = word(r, file)))
		r->p->file = in_dir(r->p, file);
	r->p->command = words(r, pick(r, "version_command"), "version_command", &ok);
	return ok;
}

static const struct { const char *name; int number; } signals[] = {
	{"HUP", SIGHUP}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"TERM", SIGTERM}, {"INT", SIGINT}, {"QUIT", SIGQUIT},
};

static bool read_signal(struct reading *r, const struct json *v)
{
	const char *name = json_get_str(v, "signal", "");
	const char *file = json_get_str(v, "pid_file", NULL);
	if (!strncmp(name, "SIG", 3))
		name += 3;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!strcmp(signals[i].name, name)) {
			r->p->signal = signals[i].number;
			r->p->signal_name = signals[i].name;
		}
	if (!r->p->signal || !file) {
		fault_set(r->f, STATUS_USAGE, "bad-config",
			"reload is {signal: HUP|USR1|USR2|TERM|INT|QUIT, pid_file: PATH} or {command: [words]}");
		return false;
	}
	if (!(file = word(r, file)))
		return false;
	r->p->pid_file = in_dir(r->p, file);
	return true;
}

static bool read_reload(struct reading *r)
{
	const struct json *v = pick(r, "reload");
	bool ok = true;
	if (json_type(v) == JSON_NONE)
		return true;
	if (json_type(json_get(v, "command")) == JSON_NONE)
		return read_signal(r, v);
	r->p->reload = words(r, json_get(v, "command"), "reload.command", &ok);
	return ok;
}

static bool read_rest(struct reading *r)
{
	bool ok = true;
	const char *lock = json_str(pick(r, "lock"), NULL);
	double every = json_num(pick(r, "every"), 1);
	if (lock && (lock = word(r, lock)))
		r->p->lock = in_dir(r->p, lock);
	r->p->every = (int64_t)((every >= 0.1 && every <= 3600 ? every : 1) * 1e6);
	if (json_count(pick(r, "shared")))
		r->p->shared = words(r, pick(r, "shared"), "shared", &ok);
	return ok;
}

bool place_init(struct place *p, const struct json *config, const struct sdk_action *a, struct fault *f)
{
	struct reading r = {.p = p, .config = config, .target = a->target, .a = a, .f = f};
	*p = (struct place){.mem = arena_new()};
	p->service = arena_str(p->mem, a->service);
	if (read_dir(&r) && read_asking(&r) && read_reload(&r) && read_rest(&r))
		return true;
	place_release(p);
	return false;
}

void place_release(struct place *p)
{
	arena_free(p->mem);
	*p = (struct place){0};
}

bool place_asks(const struct place *p)
{
	return p->url || p->command || p->file;
}

bool place_version(const char *v)
{
	return text_is_version(v) && !strchr(v, '/') && v[0] != '.' && v[0] != '-';
}
