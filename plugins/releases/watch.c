/* Watching: every second the link and the process are asked, and what changed
 * is told as a `deploy`.  The version is the process' own; a process that
 * hangs holds up nobody else. */
#include "config.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "releases/acts.h"

#define SILENT_ROUNDS 3 /* a reload may miss a question or two */
#define FAST 250000     /* between two looks while link and process disagree */

struct watched {
	struct plugin *pl;
	struct place place;
	struct sdk_timer *timer;
	struct ask *ask;
	struct running run;      /* newest that is known */
	int silent;
	char told[1400];         /* what was told last, to tell only changes */
};

struct watch {
	VEC(struct watched *) list;
};

static const char *owner_of(const struct link *l, const struct release *r, char *room, size_t cap)
{
	if (r->by[0])
		return r->by;
	struct passwd pw, *found = NULL;
	char text[4096];
	if (l->there && !getpwuid_r(l->owner, &pw, text, sizeof text, &found) && found)
		(void)snprintf(room, cap, "%s", found->pw_name);
	else
		(void)snprintf(room, cap, "uid:%lu", (unsigned long)l->owner);
	return room;
}

/* Nothing here can know that going back is safe, unless the release itself says so. */
static void say_back(struct sdk_deploy *d, const struct place *p, const struct release *now, char *room, size_t cap)
{
	struct release before;
	d->back = true;
	if (!d->previous) {
		d->why = "no earlier release was seen here";
		return;
	}
	release_read(p, d->previous, &before);
	if (!before.complete) {
		d->safe = SDK_SAFE_NO;
		(void)snprintf(room, cap, "%s", before.why);
		d->why = room;
	} else if (now->safe >= 0) {
		d->safe = now->safe ? SDK_SAFE_YES : SDK_SAFE_NO;
		d->why = now->safe_why[0] ? now->safe_why : "its RELEASE says so";
	} else {
		(void)snprintf(room, cap, "%s is whole; whether its data fits: not known", d->previous);
		d->why = room;
	}
}

static const char *state_of(const struct watched *w, const struct link *l)
{
	if (w->silent >= SILENT_ROUNDS)
		return "failed";
	if (!l->there || strcmp(l->version, w->run.version))
		return "progressing"; /* without a link nobody knows what a restart would bring */
	return is_frozen(&w->place) ? "paused" : "live";
}

static void tell(struct watched *w)
{
	struct link l;
	struct release now;
	struct history h;
	char by[80], room[256], text[sizeof w->told];
	link_read(&w->place, &l);
	const char *version = w->run.known ? w->run.version : l.there && w->silent >= SILENT_ROUNDS ? l.version : NULL;
	if (!version)
		return;
	release_read(&w->place, version, &now);
	history_load(&w->place, &h);
	struct sdk_deploy d = {.service = w->place.service, .version = version, .previous = history_previous(&h, version),
		.at = l.at, .strategy = "recreate", .state = state_of(w, &l), .share = 1};
	d.by = owner_of(&l, &now, by, sizeof by);
	bool moving = !strcmp(d.state, "progressing");
	d.old = moving;
	d.new = !moving && w->silent < SILENT_ROUNDS;
	say_back(&d, &w->place, &now, room, sizeof room);
	(void)snprintf(text, sizeof text, "%s|%s|%s|%s|%s|%d|%s", version, d.state, d.previous ? d.previous : "", l.stamp, d.by,
		(int)d.safe, d.why ? d.why : "");
	if (strcmp(text, w->told)) {
		sdk_deploy(w->pl->s, &d);
		(void)snprintf(w->told, sizeof w->told, "%s", text);
	}
	history_release(&h);
}

static void answered(void *ctx, const struct running *r)
{
	struct watched *w = ctx;
	struct link l;
	w->ask = NULL;
	if (r->known) {
		w->silent = 0;
		w->run = *r;
		link_read(&w->place, &l);
		if (l.there && !strcmp(l.version, r->version))
			history_add(&w->place, false, r->version);
	} else if (w->silent < SILENT_ROUNDS && ++w->silent == SILENT_ROUNDS) {
		sdk_log(w->pl->s, "warning", "%s does not say which version it runs: %s", w->place.service, r->why);
	}
	tell(w);
	link_read(&w->place, &l);
	bool moving = r->known && l.there && strcmp(l.version, r->version);
	sdk_timer_set(w->timer, sdk_now() + (moving && w->place.every > FAST ? FAST : w->place.every));
}

static void look(void *ctx)
{
	struct watched *w = ctx;
	w->ask = ask_new(w->pl->s, &w->place, w->place.every < 2000000 ? 2000000 : w->place.every, answered, w);
}

static void watched_free(struct watched *w)
{
	ask_free(w->ask);
	sdk_timer_free(w->timer);
	place_release(&w->place);
	free(w);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	vec_each(struct watched *, at, &w->list)
		watched_free(*at);
	vec_release(&w->list);
	free(w);
}

static struct watched *watched_new(struct plugin *pl, const struct json *v, struct fault *f)
{
	struct sdk_action a = {.service = json_get_str(v, "service", ""), .target = json_get(v, "target"),
		.name = "", .verb = "", .environment = "", .from = "", .to = "", .by = "", .incident = "", .reason = ""};
	struct watched *w = mem_new(sizeof *w);
	w->pl = pl;
	if (!place_init(&w->place, pl->config, &a, f)) {
		free(w);
		return NULL;
	}
	w->timer = sdk_timer_new(pl->s, look, w);
	return w;
}

struct sdk_answer watch_set(struct plugin *pl, const struct json *params)
{
	struct watch *set = mem_new(sizeof *set);
	const struct json *deploys = json_get(params, "deploys");
	struct fault f;
	for (const struct json *v = json_first(deploys); v; v = json_next(v)) {
		struct watched *w = watched_new(pl, v, &f);
		if (w)
			*vec_push(&set->list) = w;
		else /* one line of the kit that is wrong must not blind the others; the preflight says it, too */
			sdk_log(pl->s, "error", "%.80s is not watched: %s", json_get_str(v, "service", "?"), f.what);
	}
	watch_free(pl->watch);
	pl->watch = set;
	/* Spread over the second, so that a thousand services are not asked at once. */
	for (size_t i = 0; i < set->list.n; i++) {
		struct watched *w = set->list.v[i];
		sdk_timer_set(w->timer, sdk_now() + (set->list.n > 8 ? w->place.every * (int64_t)i / (int64_t)set->list.n : 0));
	}
	return sdk_ok();
}
