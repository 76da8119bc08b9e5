/* One row a member; docs/protocol.md says what each means. */
#include "config.h"

#include "webhook/told.h"

#include <string.h>

enum type { TYPE_NAME, TYPE_VERSION, TYPE_TEXT, TYPE_WORD, TYPE_TIME, TYPE_SHARE };

struct member {
	const char *key;
	enum type type;
	bool needed;
	size_t at; /* within the struct */
	const char *const *words;
};

#define TEXT_MAX 1024
#define PLACE_MAX 128

static const char *const strategies[] = {"rolling", "canary", "blue-green", "flag", "recreate", NULL};
static const char *const states[] = {"progressing", "live", "paused", "failed", "rolled-back", NULL};
static const char *const whats[] = {"flag", "config", "traffic", "schema", "other", NULL};

#define D(member) offsetof(struct sdk_deploy, member)
#define C(member) offsetof(struct sdk_change, member)
static const struct member deploy_members[] = {
	{"service", TYPE_NAME, true, D(service), NULL},
	{"version", TYPE_VERSION, true, D(version), NULL},
	{"previous", TYPE_VERSION, false, D(previous), NULL},
	{"place", TYPE_TEXT, false, D(place), NULL},
	{"by", TYPE_TEXT, false, D(by), NULL},
	{"at", TYPE_TIME, false, D(at), NULL},
	{"strategy", TYPE_WORD, false, D(strategy), strategies},
	{"share", TYPE_SHARE, false, D(share), NULL},
	{"state", TYPE_WORD, false, D(state), states},
	{"managed_by", TYPE_TEXT, false, D(managed_by), NULL},
};
static const struct member change_members[] = {
	{"service", TYPE_NAME, false, C(service), NULL},
	{"what", TYPE_WORD, true, C(what), whats},
	{"name", TYPE_TEXT, true, C(name), NULL},
	{"from", TYPE_TEXT, false, C(from), NULL},
	{"to", TYPE_TEXT, false, C(to), NULL},
	{"by", TYPE_TEXT, false, C(by), NULL},
	{"at", TYPE_TIME, false, C(at), NULL},
};
static const struct member back_members[] = {
	{"why", TYPE_TEXT, false, D(why), NULL},
	{"since", TYPE_TIME, false, D(since), NULL},
};

static bool refuse(struct fault *f, const char *key, const char *what, const char *mend)
{
	fault_set(f, STATUS_USAGE, "bad-member", "`%s` %s", key, what);
	fault_mend(f, "%s", mend);
	return false;
}

static bool refuse_word(struct fault *f, const struct member *m)
{
	struct buf b;
	buf_init(&b, 256);
	for (const char *const *w = m->words; *w; w++)
		buf_addf(&b, "%s%s", w == m->words ? "write one of " : ", ", *w);
	refuse(f, m->key, "is none of the words it may be", buf_str(&b));
	buf_release(&b);
	return false;
}

static bool is_word(const char *s, const char *const *words)
{
	for (; s && *words; words++)
		if (!strcmp(s, *words))
			return true;
	return false;
}

static bool good_text(const char *s, const struct member *m)
{
	size_t max = !strcmp(m->key, "place") ? PLACE_MAX : TEXT_MAX;
	return s && strlen(s) <= max && (*s || !m->needed);
}

static bool read_time(const struct json *v, const struct member *m, int64_t latest, int64_t *out, struct fault *f)
{
	const char *s = json_str(v, NULL);
	if (!s || !instant_parse(s, out) || *out <= 0)
		return refuse(f, m->key, "is no time", "write it as 2026-11-21T02:14:29Z (RFC 3339)");
	if (*out > latest)
		return refuse(f, m->key, "lies in the future", "tell it when it has happened, or set the sender's clock");
	return true;
}

static bool read_share(const struct json *v, const struct member *m, double *out, struct fault *f)
{
	*out = json_num(v, -1);
	if (json_type(v) != JSON_NUMBER || !(*out >= 0 && *out <= 1))
		return refuse(f, m->key, "is no share", "write a number from 0 to 1");
	return true;
}

static bool read_member(const struct json *v, const struct member *m, int64_t latest, char *base, struct fault *f)
{
	const char *s = json_str(v, NULL), **out = (const char **)(void *)(base + m->at);
	switch (m->type) {
	case TYPE_NAME:
		*out = s;
		return text_is_name(s ? s : "") || refuse(f, m->key, "is no name", "write the service's name as the kit has it");
	case TYPE_VERSION:
		*out = s;
		return text_is_version(s ? s : "") || refuse(f, m->key, "is no version", "write 1 to 256 of A-Za-z0-9._:/@+-");
	case TYPE_TEXT:
		*out = s;
		return good_text(s, m) || refuse(f, m->key, "is no text that is taken here", "write a string of 1 to 1024 bytes (`place`: 128)");
	case TYPE_WORD:
		*out = s;
		return is_word(s, m->words) || refuse_word(f, m);
	case TYPE_TIME:
		return read_time(v, m, latest, (int64_t *)(void *)(base + m->at), f);
	case TYPE_SHARE:
		return read_share(v, m, (double *)(void *)(base + m->at), f);
	}
	return false;
}

/* null is the same as not there. */
static const struct json *said(const struct json *obj, const char *key)
{
	const struct json *v = json_get(obj, key);
	return json_type(v) == JSON_NULL ? NULL : v;
}

static bool read_members(const struct json *obj, const struct member *m, size_t n, int64_t latest, void *base, struct fault *f)
{
	if (json_type(obj) != JSON_OBJECT) {
		fault_set(f, STATUS_USAGE, "bad-body", "the body is no JSON object");
		fault_mend(f, "send one object, as docs/plugins.md shows");
		return false;
	}
	for (const struct member *end = m + n; m < end; m++) {
		const struct json *v = said(obj, m->key);
		if (!v && m->needed)
			return refuse(f, m->key, "is missing", "add it; docs/plugins.md shows a whole body");
		if (v && !read_member(v, m, latest, base, f))
			return false;
	}
	return true;
}

static bool read_instances(const struct json *v, struct sdk_deploy *out, struct fault *f)
{
	int64_t old = json_get_int(v, "old", -1), new = json_get_int(v, "new", -1);
	if (!v)
		return true;
	if (old < 0 || new < 0 || old > 1000000 || new > 1000000)
		return refuse(f, "instances", "does not say how many", "write {\"old\": 0, \"new\": 3} with whole numbers");
	out->old = (int)old;
	out->new = (int)new;
	return true;
}

static bool read_back(const struct json *v, int64_t latest, struct sdk_deploy *out, struct fault *f)
{
	const struct json *safe = said(v, "safe");
	if (!v)
		return true;
	if (json_type(v) != JSON_OBJECT || (safe && json_type(safe) != JSON_BOOL))
		return refuse(f, "back", "does not say whether going back is safe", "write {\"safe\": true, false or null, \"why\": \"…\"}");
	out->back = true;
	out->safe = !safe ? SDK_SAFE_UNKNOWN : json_bool(safe, false) ? SDK_SAFE_YES : SDK_SAFE_NO;
	return read_members(v, back_members, sizeof back_members / sizeof *back_members, latest, out, f);
}

bool told_deploy(const struct json *body, int64_t now, int64_t skew, struct sdk_deploy *out, struct fault *f)
{
	*out = (struct sdk_deploy){.share = 1, .old = -1, .new = -1};
	return read_members(body, deploy_members, sizeof deploy_members / sizeof *deploy_members, now + skew, out, f) &&
		read_instances(said(body, "instances"), out, f) && read_back(said(body, "back"), now + skew, out, f);
}

bool told_change(const struct json *body, int64_t now, int64_t skew, struct sdk_change *out, struct fault *f)
{
	*out = (struct sdk_change){0};
	return read_members(body, change_members, sizeof change_members / sizeof *change_members, now + skew, out, f);
}
