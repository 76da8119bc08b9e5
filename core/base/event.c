/* Kinds, the chain, drafts, and the printed line. */
#include "base/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

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

/* ns(x): LENGTH:BYTES, - the one framing that no two different envelopes share */
static void ns_str(struct buf *b, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	buf_addf(b, "%zu:", n);
	buf_add(b, s ? s : "", n);
	buf_addc(b, ',');
}

static void ns_int(struct buf *b, int64_t v)
{
	char text[32];
	(void)snprintf(text, sizeof text, "%" PRId64, v);
	ns_str(b, text);
}

void event_chain(const unsigned char prev[SHA_LEN], const struct event *e, unsigned char out[SHA_LEN])
{
	static const char domain[] = "backout/event/1\n";
	struct buf ns;
	buf_init(&ns, JSON_LINE_MAX);
	ns_int(&ns, e->seq);
	ns_int(&ns, e->at);
	ns_str(&ns, e->boot);
	ns_int(&ns, e->mono);
	ns_str(&ns, e->incident);
	ns_str(&ns, e->kind);
	ns_str(&ns, e->actor);
	const struct piece pieces[] = {
		{domain, sizeof domain - 1}, {prev, SHA_LEN}, {ns.data, ns.len}, {e->body_sha, SHA_LEN}};
	sha256_pieces(pieces, 4, out);
	buf_release(&ns);
}

const char *head_print(const char *store_id, int64_t seq, const unsigned char chain[SHA_LEN], int64_t at, char out[HEAD_LEN])
{
	char hex[SHA_HEX], when[INSTANT_LEN];
	hex_print(chain, SHA_LEN, hex);
	(void)snprintf(out, HEAD_LEN, "backout/head/1 %s %" PRId64 " %s %s", store_id, seq, hex, instant_print(at, when));
	return out;
}

struct draft *drafts_add(struct drafts *ds, enum event_kind kind, const char *incident, const char *actor)
{
	struct draft *d = vec_push(ds);
	d->kind = kind;
	d->incident = incident && *incident ? mem_str(incident) : NULL;
	d->actor = mem_str(actor);
	buf_init(&d->body, kind == EVENT_KIT_LOADED ? JSON_KIT_MAX : JSON_LINE_MAX);
	return d;
}

void drafts_release(struct drafts *ds)
{
	for (size_t i = 0; i < ds->n; i++) {
		free(ds->v[i].incident);
		free(ds->v[i].actor);
		buf_release(&ds->v[i].body);
	}
	vec_release(ds);
}

void drafts_move(struct drafts *to, struct drafts *from)
{
	for (size_t i = 0; i < from->n; i++)
		*vec_push(to) = from->v[i];
	vec_release(from);
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
	jw_key(&w, "body");
	if (e->body)
		jw_raw(&w, e->body, e->body_len);
	else
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
