/* The preflight of a switch: what runs, where it would go, and everything that
 * could stand in the way.  It changes nothing. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "releases/acts.h"

#define ASK_TIME 3000000

void world_look(struct sdk *s, const struct place *p, int64_t timeout, struct world *out)
{
	*out = (struct world){.from = ""};
	ask_wait(s, p, timeout, &out->run);
	link_read(p, &out->link); /* after the wait: what is compared later is this moment's link */
	const char *from = out->run.known ? out->run.version : out->link.there ? out->link.version : "";
	(void)snprintf(out->from, sizeof out->from, "%s", from);
	(void)snprintf(out->expect, sizeof out->expect, "link %s %s runs %s", out->link.there ? out->link.version : "-",
		out->link.stamp, out->run.known ? out->run.version : "-");
}

bool can_tell(const struct place *p, char *why, size_t cap)
{
	if (p->signal) {
		pid_t pid = disk_pid(p, why, cap);
		if (pid)
			(void)snprintf(why, cap, "SIG%s to process %ld", p->signal_name, (long)pid);
		return pid != 0;
	}
	if (p->reload) {
		bool ok = p->reload[0][0] != '/' || access(p->reload[0], X_OK) == 0;
		(void)snprintf(why, cap, ok ? "by %.100s" : "%.100s cannot be run", p->reload[0]);
		return ok;
	}
	(void)snprintf(why, cap, "the process follows the link by itself");
	return true;
}

void hand_command(const struct place *p, const char *to, struct buf *out)
{
	char target[VERSION_LEN + 16];
	(void)snprintf(target, sizeof target, "releases/%s", to);
	/* the directory once: it has to be typed, or to fit where it is copied from */
	buf_adds(out, "(cd ");
	sdk_quote(out, p->dir);
	buf_adds(out, " && ln -sfn ");
	sdk_quote(out, target);
	buf_adds(out, " .current.new && mv -T .current.new current");
	if (p->signal) {
		size_t dir = strlen(p->dir);
		bool inside = !strncmp(p->pid_file, p->dir, dir) && p->pid_file[dir] == '/';
		buf_addf(out, " && kill -%s $(cat ", p->signal_name);
		sdk_quote(out, inside ? p->pid_file + dir + 1 : p->pid_file);
		buf_addc(out, ')');
	}
	buf_addc(out, ')');
	for (const char *const *w = p->reload; w && *w; w++) {
		buf_adds(out, w == p->reload ? " && " : " ");
		sdk_quote(out, *w);
	}
}

/* ---- the checks ---- */

static void check_target(struct sdk_preflight *f, const struct place *p, const char *to, bool seen)
{
	struct release r;
	release_read(p, to, &r);
	sdk_check(f, "the release is there and complete", r.complete, "%s", r.complete ? to : r.why);
	if (!seen)
		sdk_not_undone(f, "%s was not seen running here: chosen as the next older directory", to);
}

static void check_agreement(struct sdk_preflight *f, const struct world *w, const char *to)
{
	const char *name = "link and process agree";
	if (!w->link.there)
		sdk_check(f, name, false, "%s", w->link.why);
	else if (!w->run.known)
		sdk_check(f, name, true, "the link says %s; the process does not say what it runs: %s", w->link.version, w->run.why);
	else if (!strcmp(w->link.version, w->run.version))
		sdk_check(f, name, true, "both say %s", w->run.version);
	else if (!strcmp(w->link.version, to))
		sdk_check(f, name, true, "the link says %s already, the process still runs %s: it only has to be told",
			w->link.version, w->run.version);
	else
		sdk_check(f, name, false, "the link says %s, the process runs %s: a deploy is under way, or its reload failed",
			w->link.version, w->run.version);
}

static void check_way(struct sdk_preflight *f, const struct place *p, const struct world *w)
{
	char why[256];
	bool busy = disk_busy(p, why, sizeof why);
	sdk_check(f, "no other switch is under way", !busy, "%s", busy ? why : "none");
	bool writable = access(p->dir, W_OK | X_OK) == 0;
	sdk_check(f, "the directory can be written", writable, "%s", p->dir);
	bool told = can_tell(p, why, sizeof why);
	sdk_check(f, "the process can be told", told, "%s", why);
	sdk_check(f, "the process can be asked", place_asks(p), "%s", !place_asks(p) ? w->run.why : w->run.known ? w->run.version : w->run.why);
}

static void say_effect(struct sdk_preflight *f, const struct place *p, const struct world *w, const char *to)
{
	char why[256];
	if (w->run.known && !strcmp(w->run.version, to) && w->link.there && !strcmp(w->link.version, to)) {
		buf_addf(&f->effect, "%s runs %s already: nothing would change", p->service, to);
		return;
	}
	buf_addf(&f->effect, "%s goes from %s to %s: `current` is pointed to releases/%s", p->service, w->from, to, to);
	if (p->signal && can_tell(p, why, sizeof why))
		buf_addf(&f->effect, ", then %s", why);
	else if (p->reload)
		buf_addf(&f->effect, ", then %.100s is run", p->reload[0]);
	buf_adds(&f->effect, ", then waited for until the process itself says so");
}

static void say_history(struct sdk_preflight *f, const struct history *h, const char *from)
{
	if (*from)
		sdk_ran_here(f, from);
	for (size_t i = h->n, told = 0; i-- > 0 && told < 32; ) {
		const struct ran *r = &h->v[i];
		bool again = r->left || !strcmp(r->version, from);
		for (size_t j = i + 1; j < h->n && !again; j++)
			again = !h->v[j].left && !strcmp(h->v[j].version, r->version);
		if (again)
			continue;
		sdk_ran_here(f, r->version);
		told++;
	}
}

struct sdk_answer look_preflight(struct plugin *pl, struct place *p, const struct sdk_action *a)
{
	struct world w;
	struct history h;
	struct sdk_preflight f;
	char to[VERSION_LEN] = "";
	bool seen = true;
	if (*a->to && !place_version(a->to))
		return sdk_error(SDK_BAD_PARAMS, "%.100s cannot be the name of a release", a->to);
	world_look(pl->s, p, ASK_TIME, &w);
	if (!*w.from)
		return sdk_error(SDK_NOT_FOUND, "neither `current` in %.200s nor the process says what runs: %s", p->dir, w.link.why);
	history_load(p, &h);
	(void)snprintf(to, sizeof to, "%s", a->to);
	if (!*to && !history_default(p, &h, w.from, to, &seen)) {
		history_release(&h);
		return sdk_error(SDK_NOT_FOUND, "no release that ran before %s is known here", w.from);
	}
	sdk_preflight_init(&f);
	f.from = w.from;
	f.to = to;
	f.expect = w.expect;
	say_effect(&f, p, &w, to);
	hand_command(p, to, &f.command);
	say_history(&f, &h, w.from);
	check_target(&f, p, to, seen);
	check_agreement(&f, &w, to);
	check_way(&f, p, &w);
	for (const char *const *s = p->shared; s && *s; s++)
		sdk_not_undone(&f, "%s is shared by all releases and stays as it is", *s);
	history_release(&h);
	return sdk_preflight_end(&f);
}
