/* Kinds, the chain, drafts, and the printed line. */
#include "base/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static const struct {
	const char *name;
	int salted;
} kinds[] = {
#define X(id, name, salted) {name, salted},
	EVENT_KINDS(X)
#undef X
};

const char *event_kind_name(enum event_kind k)
{
	return k < EVENT_KIND_UNKNOWN ? kinds[k].name : "";
}

enum event_kind event_kind_of(const char *name)
{
	for (int k = 0; name && k < EVENT_KIND_UNKNOWN; k++)
		if (strcmp(kinds[k].name, name) == 0)
			return (enum event_kind)k;
	return EVENT_KIND_UNKNOWN;
}

int event_kind_salted(enum event_kind k)
{
	return k < EVENT_KIND_UNKNOWN ? kinds[k].salted : 0;
}

/* v in plain decimal at out; returns its length.  Two digits a division: verify prints three numbers an event. */
static size_t put_int(char *out, int64_t v)
{
	char digits[24];
	size_t at = sizeof digits, sign = v < 0;
	uint64_t u = sign ? 0 - (uint64_t)v : (uint64_t)v;
	while (u >= 100) {
		unsigned two = (unsigned)(u % 100);
		u /= 100;
		digits[--at] = (char)('0' + two % 10);
		digits[--at] = (char)('0' + two / 10);
	}
	digits[--at] = (char)('0' + u % 10);
	if (u >= 10)
		digits[--at] = (char)('0' + u / 10);
	if (sign)
		digits[--at] = '-';
	memcpy(out, digits + at, sizeof digits - at);
	return sizeof digits - at;
}

/* ns(x): LENGTH:BYTES, - the one framing that no two different envelopes share */
static char *ns_str(char *out, const char *s, size_t n)
{
	out += put_int(out, (int64_t)n);
	*out++ = ':';
	if (n)
		memcpy(out, s, n);
	out += n;
	*out++ = ',';
	return out;
}

static char *ns_int(char *out, int64_t v)
{
	char text[24];
	return ns_str(out, text, put_int(text, v));
}

void event_chain(const unsigned char prev[SHA_LEN], const struct event *e, unsigned char out[SHA_LEN])
{
	static const char domain[] = "backout/event/1\n";
	const size_t d = sizeof domain - 1;
	char small[1024], *at = small, *big = NULL;
	size_t boot = strlen(e->boot), kind = strlen(e->kind), actor = strlen(e->actor);
	size_t incident = e->incident ? strlen(e->incident) : 0;
	/* everything in one piece, since every piece costs the digest a call; 256 covers digests and framing */
	if (boot + kind + actor + incident + 256 > sizeof small)
		at = big = mem_new(boot + kind + actor + incident + 256);
	char *p = at;
	memcpy(p, domain, d);
	memcpy(p + d, prev, SHA_LEN);
	p = ns_int(p + d + SHA_LEN, e->seq);
	p = ns_int(p, e->at);
	p = ns_str(p, e->boot, boot);
	p = ns_int(p, e->mono);
	p = ns_str(p, e->incident, incident);
	p = ns_str(p, e->kind, kind);
	p = ns_str(p, e->actor, actor);
	memcpy(p, e->body_sha, SHA_LEN);
	sha256(at, (size_t)(p - at) + SHA_LEN, out);
	free(big);
}

const char *head_print(const char *store_id, int64_t seq, const unsigned char chain[SHA_LEN], int64_t at, char out[HEAD_LEN])
{
	char hex[SHA_HEX], when[INSTANT_LEN];
	hex_print(chain, SHA_LEN, hex);
	(void)snprintf(out, HEAD_LEN, "backout/head/1 %s %" PRId64 " %s %s", store_id, seq, hex, instant_print(at, when));
	return out;
}

void event_print(const struct event *e, int raw, struct buf *out)
{
	char hex[SHA_HEX];
	struct jw w;
	jw_init(&w, out);
	jw_obj(&w);
	jw_kint(&w, "seq", e->seq);
	jw_kint(&w, "at", e->at);
	jw_kstr(&w, "boot", e->boot);
	jw_kint(&w, "mono", e->mono);
	jw_kstr(&w, "incident", e->incident);
	jw_kstr(&w, "kind", e->kind);
	jw_kstr(&w, "actor", e->actor);
	if (raw != 2)
		jw_key(&w, "body");
	if (raw != 2 && e->body)
		jw_raw(&w, e->body, e->body_len);
	else if (raw != 2)
		jw_null(&w);
	hex_print(e->body_sha, SHA_LEN, hex);
	jw_kstr(&w, "body_sha", hex);
	hex_print(e->chain, SHA_LEN, hex);
	jw_kstr(&w, "chain", hex);
	if (raw && e->body) {
		jw_key(&w, "raw");
		jw_strn(&w, e->body, e->body_len);
	}
	jw_obj_end(&w);
}
