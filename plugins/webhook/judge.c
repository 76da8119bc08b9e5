/* One request: is it known, signed, fresh and new, and what does it tell?  Only
 * what was passed on is remembered and answered with 202. */
#include "config.h"

#include <string.h>

#include "webhook/told.h"
#include "webhook/webhook.h"

static void refuse(struct reply *out, int status, const char *code, const char *what, const char *mend)
{
	struct fault f;
	fault_set(&f, STATUS_USAGE, code, "%s", what);
	fault_mend(&f, "%s", mend);
	reply_refuse(out, status, &f);
}

static bool refused(struct reply *out, int status, const char *code, const char *what, const char *mend)
{
	refuse(out, status, code, what, mend);
	return false;
}

/* "sha256=" and 64 hexadecimal digits */
static bool read_signature(const char *s, char out[SIGN_LEN])
{
	if (strncmp(s, "sha256=", 7) || strlen(s + 7) != SIGN_LEN - 1 || strspn(s + 7, "0123456789abcdef") != SIGN_LEN - 1)
		return false;
	memcpy(out, s + 7, SIGN_LEN);
	return true;
}

static bool is_signed(const struct hook *h, const struct request *r, const char *body, struct reply *out, int64_t *out_at,
	char sent[SIGN_LEN])
{
	char want[SIGN_LEN];
	int64_t now = sdk_wall();
	if (!instant_parse(r->time, out_at))
		return refused(out, 401, "not-signed", "X-Backout-Time is missing or no time", "send when it was signed, as 2026-11-21T02:14:29Z");
	if (!read_signature(r->signature, sent))
		return refused(out, 401, "not-signed", "X-Backout-Signature is missing or cannot be read", "send sha256= and 64 lower-case hex digits");
	sign(h->key, r->time, r->method, r->path, body, r->length, want);
	if (!sign_equal(want, sent))
		return refused(out, 401, "not-signed", "the signature is not that of this request and key",
			"sign TIME LF METHOD blank PATH LF BODY, byte for byte, with the backend's key");
	if (*out_at < now - h->skew || *out_at > now + h->ahead)
		return refused(out, 401, "not-now", "it was signed too long ago, or ahead of time", "sign it anew; compare the two clocks");
	if (*out_at < h->seen.since)
		return refused(out, 401, "not-now", "it was signed before this listener began, or just then", "sign it anew in a few seconds");
	return true;
}

/* There is room for one more, here and on the way to the engine. */
static bool has_room(struct hook *h, struct reply *out)
{
	int64_t second = sdk_now() / US_SECOND;
	if (second != h->second) {
		h->second = second;
		h->posts = 0;
	}
	if (seen_full(&h->seen, sdk_wall()))
		return refused(out, 503, "too-many", "more posts came than can be told apart from repeated ones", "post it again later");
	if (h->posts >= POSTS_A_SECOND || sdk_behind(h->s))
		return refused(out, 503, "too-many", "more posts come than the engine takes", "post it again later");
	return true;
}

static bool has_name(const struct names *all, const char *service)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i], service))
			return true;
	return false;
}

/* What the engine would not hear is refused here, where somebody reads the answer. */
static bool is_known(const struct hook *h, const char *service, struct fault *f)
{
	if (!service || !h->knows_all || has_name(&h->all, service))
		return true;
	fault_set(f, STATUS_USAGE, "bad-member", "`service`: the kit has no service %s", service);
	fault_mend(f, "write the service's name as the kit has it, or leave `service` out: then it is everybody's");
	return false;
}

static bool pass_on(struct hook *h, const struct request *r, const struct json *body, struct fault *f)
{
	struct sdk_deploy d;
	struct sdk_change c;
	int64_t now = sdk_wall();
	if (!strcmp(r->path, "/change")) {
		if (!told_change(body, now, h->skew, &c, f) || !is_known(h, c.service, f))
			return false;
		sdk_change(h->s, &c);
		return true;
	}
	if (!told_deploy(body, now, h->skew, &d, f))
		return false;
	if (!is_known(h, d.service, f))
		return false;
	if (!has_name(&h->services, d.service)) {
		fault_set(f, STATUS_USAGE, "bad-member", "`service`: the deploys of %s are not told by this backend", d.service);
		fault_mend(f, "give the service `deploys: {backend: …}` with this backend's name in the kit, or post to /change");
		return false;
	}
	sdk_deploy(h->s, &d);
	return true;
}

static void take(struct hook *h, const struct request *r, const char *body, struct reply *out)
{
	char sent[SIGN_LEN];
	struct json *root = NULL;
	struct fault f;
	int64_t at;
	if (!is_signed(h, r, body, out, &at, sent))
		return;
	if (seen_has(&h->seen, sent)) {
		refuse(out, 409, "repeated", "this very post was taken already", "nothing; a new one has a new time and signature");
		return;
	}
	if (!has_room(h, out))
		return;
	if (json_parse(body, r->length, h->max_body, &root, &f) != STATUS_OK || !pass_on(h, r, root, &f)) {
		if (!f.mend[0])
			fault_mend(&f, "send one JSON object, as docs/plugins.md shows");
		reply_refuse(out, 400, &f);
	} else {
		seen_add(&h->seen, at, sent);
		h->posts++;
		out->status = 202;
		buf_adds(&out->body, "{\"ok\":true}");
	}
	json_free(root);
}

void judge(void *ctx, const struct request *r, const char *body, struct reply *out)
{
	bool post = !strcmp(r->method, "POST");
	if (!strcmp(r->path, "/healthz") && !strcmp(r->method, "GET")) {
		out->status = 200;
		buf_adds(&out->body, "{\"ok\":true}");
	} else if (strcmp(r->path, "/deploy") && strcmp(r->path, "/change")) {
		refuse(out, 404, "not-found", "there is nothing at this path", "post to /deploy or /change");
	} else if (!post) {
		refuse(out, 405, "not-post", "only POST is taken here", "post it");
	} else {
		take(ctx, r, body, out);
	}
}
