/* The kit's structs by table.  Rows of the table: long lines are its nature. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/record.h"
#include "kit/kit_pack.h"

#define TABLE(name, type, ...) \
	static const struct field name##_fields[] = {__VA_ARGS__}; \
	static const struct table name##_table = {#name, sizeof(type), sizeof name##_fields / sizeof *name##_fields, name##_fields}
#define K(f) {#f, F_NAME, offsetof(R, f), NULL, .needed = true} /* never NULL in a checked kit */
#define N(f) {#f, F_NAME, offsetof(R, f), NULL}
#define L(f) {#f, F_NAMES, offsetof(R, f), NULL}
#define I(f) {#f, F_INT, offsetof(R, f), NULL}
#define E(f) {#f, F_I32, offsetof(R, f), NULL}
#define W(f, last) {#f, F_I32, offsetof(R, f), NULL, .most = (int)(last)}
#define D(f) {#f, F_NUM, offsetof(R, f), NULL}
#define B(f) {#f, F_BOOL, offsetof(R, f), NULL}
#define V(f, t) {#f, F_LIST, offsetof(R, f), &t##_table}
#define P(f, t) {#f, F_PART, offsetof(R, f), &t##_table}
#define O(f, by) {#f, F_OTHER, offsetof(R, f), NULL, .how = &by##_how}

_Static_assert(sizeof(enum row_class) == sizeof(int), "enums are packed as int");

/* ---- what no table says ------------------------------------------------------------ */

static bool letter_empty(const struct record_out *o, const void *at)
{
	(void)o;
	return !*(const char *)at;
}

static void letter_dump(struct record_out *o, const void *at)
{
	jw_strn(o->w, at, *(const char *)at ? 1 : 0);
}

static void letter_load(struct record_in *in, void *at)
{
	size_t n;
	const char *s = json_walk_str(in->w, &n);
	*(char *)at = s && n == 1 ? *s : '\0';
}

static const struct field_how letter_how = {sizeof(char), letter_empty, letter_dump, letter_load, NULL};

static bool digest_empty(const struct record_out *o, const void *at)
{
	return letter_empty(o, at);
}

static void digest_dump(struct record_out *o, const void *at)
{
	jw_str(o->w, at);
}

static void digest_load(struct record_in *in, void *at)
{
	size_t n;
	const char *s = json_walk_str(in->w, &n);
	if (s && n == SHA_HEX - 1)
		memcpy(at, s, n);
	else
		json_walk_refuse(in->w, "a kit has no digest");
}

static const struct field_how digest_how = {SHA_HEX, digest_empty, digest_dump, digest_load, NULL};

/* A tier is named by its place; the tiers stand before the services. */
static bool tier_empty(const struct record_out *o, const void *at)
{
	(void)o;
	(void)at;
	return false;
}

static void tier_dump(struct record_out *o, const void *at)
{
	const struct kit *k = o->ctx;
	const struct kit_tier *tier = *(struct kit_tier *const *)at;
	jw_int(o->w, tier ? tier - k->tiers : -1);
}

static void tier_load(struct record_in *in, void *at)
{
	const struct kit *k = in->ctx;
	int64_t i = json_walk_int(in->w, -1);
	if (i >= 0 && (uint64_t)i < k->n_tiers)
		*(const struct kit_tier **)at = &k->tiers[i];
	else
		json_walk_refuse(in->w, "a service of a tier that there is not");
}

static const struct field_how tier_how = {sizeof(char *), tier_empty, tier_dump, tier_load, NULL};

/* ---- the tables ---------------------------------------------------------------------- */

#define R struct kit_person
TABLE(person, R, K(id), K(name), N(login), I(uid), E(line), L(roles), L(owns), N(contact), N(ssh_key));
#undef R
#define R struct kit_tier
TABLE(tier, R, K(id), W(recovery, RECOVERY_REPLAY), I(veto), I(soak), I(revert_target), L(invest));
#undef R
#define R struct kit_authority
TABLE(authority, R, B(given), L(roles), N(acknowledge), B(reason_required), I(review_within));
#undef R
#define R struct kit_limit
TABLE(limit, R, E(count), I(in));
#undef R
#define R struct kit_automatic
TABLE(automatic, R, L(on), I(within), P(per_service, limit), P(per_kit, limit), E(brake_services), I(brake_within));
#undef R
#define R struct kit_backend
TABLE(backend, R, K(id), N(plugin), L(command), K(config), K(secrets), I(settle), E(line), L(pass_env), N(acting_secrets));
#undef R
#define R struct kit_report
TABLE(report, R, K(id), K(ask), B(counts), L(services), B(all_services));
#undef R
#define R struct cond
TABLE(cond, R, W(kind, COND_ANY), W(op, CMP_LE), D(number), I(for_us), I(in_us), I(and_us), D(objective), D(factor));
#undef R
#define R struct kit_row
TABLE(row, R, K(name), K(signal), K(when_text), P(when, cond), W(action, CLASS_TELL), N(owner), I(timer), L(notify), B(all_services), L(services),
	N(fire), B(dry_run), B(is_report), W(no_data, POLICY_IGNORE), W(failed, POLICY_IGNORE), W(too_little, POLICY_IGNORE),
	W(on_timer, END_DROP), B(has_at_least), D(at_least), I(at_least_in));
#undef R
#define R struct kit_signal
TABLE(signal, R, K(name), K(backend), K(query), W(unit, UNIT_COUNT), I(every), I(stale_after), I(window), N(traffic));
#undef R
#define R struct kit_confirmed
TABLE(confirmed, R, B(given), I(time), N(on), N(where), N(by));
#undef R
#define R struct kit_action /* its service is the one that it stands in */
TABLE(action, R, K(name), O(key, letter), W(level, 4), W(cls, CLASS_TELL), K(verb), K(backend), K(target), L(covers), I(timeout),
	W(radius, RADIUS_BREAK_GLASS), N(to), L(requires), P(confirmed, confirmed), N(undo), N(fallback), N(degraded));
#undef R
#define R struct kit_cond
TABLE(signal_cond, R, N(text), P(cond, cond), N(signal));
#undef R
#define R struct kit_verify
TABLE(verify, R, {"good", F_LIST, offsetof(R, good), &signal_cond_table}, I(within), B(version), I(caches_may_lag), B(has_volume), P(volume, signal_cond));
#undef R
#define R struct kit_service
TABLE(service, R, K(name), O(tier, tier), N(owner), L(on_call), N(deploys_backend), N(deploys_target), V(signals, signal),
	V(actions, action), P(verify, verify), L(depends_on), W(radius, RADIUS_BREAK_GLASS), V(bleeding, signal_cond),
	V(stop_conditions, signal_cond), I(escalate_after), N(escalate_to));
#undef R
#define R struct kit_key
TABLE(key, R, O(key, letter), K(action));
#undef R
#define R struct kit_anchor
TABLE(anchor, R, N(backend), N(to), N(file));
#undef R
struct member { const char *backend, *to; }; /* as kit_list has them */
_Static_assert(sizeof(struct member) == sizeof(*((struct kit_list *)0)->v), "a list's members are two names");
#define R struct member
TABLE(member, R, N(backend), N(to));
#undef R
#define R struct kit_list
TABLE(list, R, K(id), V(v, member));
#undef R
#define R struct kit
#define A(which, key) {key, F_PART, offsetof(R, authority) + which * sizeof(struct kit_authority), &authority_table}
static const struct field kit_fields[] = {K(name), K(environment), O(digest, digest), B(armed), V(people, person), V(tiers, tier),
	A(RADIUS_SERVICE, "service"), A(RADIUS_SHARED, "shared"), A(RADIUS_GLOBAL, "global"), A(RADIUS_BREAK_GLASS, "break-glass"),
	P(automatic, automatic), N(engine_socket), N(engine_group), N(engine_metrics), I(keep_samples), I(backfill), V(anchors, anchor), V(backends, backend),
	V(lists, list), V(reports, report), V(rows, row), V(keys, key), V(services, service)};
const struct table kit_pack_table = {"kit", sizeof(struct kit), sizeof kit_fields / sizeof *kit_fields, kit_fields};
#undef R

/* ---- there and back ------------------------------------------------------------------- */

void kit_pack(const struct kit *k, struct jw *w)
{
	if (!k) {
		jw_null(w);
		return;
	}
	struct kit *same = (struct kit *)(uintptr_t)k; /* only looked at */
	struct record_out o = {w, same};
	jw_obj(w);
	jw_key(w, "columns");
	record_columns_dump(w, &kit_pack_table);
	jw_key(w, "kit");
	record_dump(&o, &kit_pack_table, k);
	jw_obj_end(w);
}

/* Names recur: owner, backend and verb of a thousand services are kept once. */
#define RECENT 256
struct unpacking {
	struct kit k;            /* first: what tier_load looks at */
	struct arena *arena;
	const char *recent[RECENT];
};

static const char *keep(void *ctx, const char *s, size_t n)
{
	struct unpacking *u = ctx;
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	const char **slot = &u->recent[h % RECENT];
	if (!*slot || strncmp(*slot, s, n) != 0 || (*slot)[n])
		*slot = arena_strn(u->arena, s, n);
	return *slot;
}

/* What only holds between records. */
static bool put_together(struct kit *k)
{
	for (size_t i = 0; i < k->n_services; i++) {
		struct kit_service *s = &k->services[i];
		if (!s->tier || (i && strcmp(k->services[i - 1].name, s->name) >= 0))
			return false;
		for (size_t n = 0; n < s->n_actions; n++)
			s->actions[n].service = s;
	}
	return k->digest[0];
}

struct kit *kit_unpack(struct json_walk *w)
{
	bool seen = false;
	if (json_walk_type(w) == JSON_NULL) {
		json_walk_skip(w);
		return NULL;
	}
	struct unpacking *u = mem_new(sizeof *u);
	struct record_in in = {.w = w, .name = keep, .ctx = u, .arena = u->arena = arena_new(), .room = record_room(w->at.len)};
	for (bool more = json_walk_open(w, JSON_OBJECT); more && json_walk_more(w);) {
		size_t n;
		const char *key = json_walk_key(w, &n);
		if (n == 7 && !memcmp(key, "columns", n)) {
			record_columns_load(&in, &kit_pack_table);
		} else if (n == 3 && !memcmp(key, "kit", n) && !seen) {
			seen = true;
			record_load(&in, &kit_pack_table, &u->k);
		} else {
			json_walk_skip(w);
		}
	}
	if (!seen || !put_together(&u->k))
		json_walk_refuse(w, "the kit is not whole");
	struct kit *k = arena_alloc(u->arena, sizeof *k);
	*k = u->k;
	k->arena = u->arena;
	record_in_release(&in);
	free(u);
	if (!w->at.why)
		return k;
	kit_free(k);
	return NULL;
}
