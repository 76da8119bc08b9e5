/* One row per field of every record of the model, those last that are seldom
 * filled.  A field that is missing here is missing from snapshots:
 * tests/unit/phases_test compares a dump that was loaded and dumped again. */
#include "model/private.h"

#include <stddef.h>

#define TABLE(name, type, ...) \
	static const struct field name##_fields[] = {__VA_ARGS__}; \
	const struct table name##_table = {#name, sizeof(struct type), sizeof name##_fields / sizeof *name##_fields, name##_fields}
#define N(s, f) {#f, F_NAME, offsetof(struct s, f), NULL}
#define K(s, f) {#f, F_NAME, offsetof(struct s, f), NULL, .needed = true} /* every record has it */
#define T(s, f) {#f, F_TEXT, offsetof(struct s, f), NULL}
#define I(s, f) {#f, F_INT, offsetof(struct s, f), NULL}
#define E(s, f) {#f, F_I32, offsetof(struct s, f), NULL}
#define W(s, f, last) {#f, F_I32, offsetof(struct s, f), NULL, .most = (int)(last)} /* one of the words of an enum */
#define D(s, f) {#f, F_DBL, offsetof(struct s, f), NULL}
#define B(s, f) {#f, F_BOOL, offsetof(struct s, f), NULL}
#define S(s, f) {#f, F_OTHER, offsetof(struct s, f), NULL, .how = &stamp_how}
#define V(s, f, t) {#f, F_VEC, offsetof(struct s, f), &t##_table}

_Static_assert(sizeof(enum tri) == sizeof(int), "enums are dumped as int");

TABLE(name, model_name, K(model_name, name));
TABLE(gap, model_gap, I(model_gap, by_us), S(model_gap, at));
TABLE(file, model_file, T(model_file, path));
TABLE(uid, model_uid, N(model_uid, person), I(model_uid, uid));

#define R model_signal
TABLE(signal, R, K(R, service), K(R, name), N(R, backend), W(R, state, SAMPLE_NO_DATA), D(R, value), I(R, at), S(R, ok_arrived), D(R, n), T(R, why),
	B(R, filled), {"curve", F_OTHER, 0, NULL, .how = &curve_how});
#undef R
#define R model_deploy
TABLE(deploy, R, K(R, service), K(R, place), N(R, backend), K(R, version), N(R, previous), N(R, by), N(R, state), I(R, at), S(R, learned),
	E(R, instances_old), E(R, instances_new), N(R, strategy), D(R, share), N(R, managed_by), W(R, back_safe, TRI_YES), T(R, back_why),
	I(R, back_since), I(R, whole));
#undef R
#define R model_version
TABLE(version, R, K(R, service), K(R, version), N(R, by), I(R, first), I(R, last), W(R, verdict, VERDICT_BAD), I(R, since), S(R, learned),
	S(R, kept), S(R, spoiled));
#undef R
#define R model_change
TABLE(change, R, N(R, service), K(R, what), T(R, name), T(R, from), T(R, to), N(R, by), N(R, backend), I(R, at), S(R, learned), I(R, seq),
	N(R, breach), I(R, breached), B(R, dated), B(R, filled));
#undef R
#define R model_row
TABLE(row, R, K(R, row), K(R, service), W(R, state, ROW_CANNOT_TELL), D(R, value), S(R, since), S(R, changed), S(R, breached), S(R, onset), I(R, until),
	T(R, would), I(R, last_onset), B(R, dropped));
#undef R
#define R model_report
TABLE(report, R, K(R, signal), N(R, service), T(R, note), N(R, by), N(R, incident), S(R, at), I(R, seq), B(R, gone));
#undef R
#define R model_breach
TABLE(breach, R, N(R, row), N(R, service), N(R, signal), N(R, action), N(R, owner), D(R, value), S(R, at), S(R, onset), I(R, seq));
#undef R
#define R model_check
TABLE(check, R, T(R, name), N(R, from), N(R, state), T(R, detail), B(R, was_bad), I(R, held_us), I(R, need_us), D(R, value));
#undef R
#define R model_verify
TABLE(verify, R, K(R, service), W(R, state, VERIFY_NONE), T(R, why), S(R, at), V(R, checks, check));
#undef R
#define R model_action
TABLE(action, R, K(R, key), K(R, op), N(R, digest), K(R, incident), N(R, ask), K(R, action), K(R, service), K(R, backend), K(R, verb),
	N(R, from), N(R, to), T(R, target), T(R, a), E(R, level), W(R, cls, CLASS_TELL), N(R, by), N(R, via), N(R, authority), T(R, reason),
	W(R, outcome, OUTCOME_CANCELLED), N(R, changed), T(R, detail), N(R, resolved_by), T(R, evidence), D(R, share), T(R, progress),
	S(R, requested), S(R, fired), S(R, ended), S(R, unknown_since), I(R, deadline_us), I(R, confirmed_us), I(R, pid), I(R, pid_start),
	B(R, recovery), I(R, countdown_us), N(R, row), T(R, because), N(R, through), I(R, change), B(R, stopping));
#undef R
#define R model_incident
TABLE(incident, R, K(R, name), T(R, title), N(R, environment), N(R, commander), N(R, resolution), T(R, resolution_reason),
	N(R, kit_digest), N(R, offered_to), N(R, asked_by), S(R, asked_at), S(R, offered_at), W(R, kind, INCIDENT_RECONSTRUCTED), B(R, open), V(R, services, name), S(R, declared),
	S(R, closed), S(R, onset_said), I(R, events),
	V(R, breaches, breach), V(R, actions, action), V(R, verifies, verify), V(R, gaps, gap), S(R, reported), S(R, verified),
	S(R, reopened), S(R, settled));
#undef R
#define R model_prompt
TABLE(prompt, R, K(R, id), K(R, what), K(R, service), N(R, incident), N(R, key), N(R, row), N(R, to), T(R, text), T(R, then), S(R, at), I(R, until));
#undef R
#define R model_pin
TABLE(pin, R, K(R, service), K(R, version), N(R, by), T(R, reason), S(R, at), B(R, returned), N(R, returned_by));
#undef R
#define R model_freeze
TABLE(freeze, R, K(R, service), N(R, by), T(R, reason), S(R, at), N(R, broken_by), N(R, broken), I(R, broken_seq));
#undef R
#define R model_hold
TABLE(hold, R, K(R, service), K(R, row), N(R, action), T(R, why), B(R, preflight), S(R, at));
#undef R
#define R model_veto
TABLE(veto, R, K(R, service), K(R, row), N(R, version), N(R, by), T(R, reason), S(R, at));
#undef R
#define R model_way
TABLE(way, R, K(R, service), K(R, action), N(R, backend), T(R, why), S(R, since));
#undef R
#define R model_round
TABLE(round, R, K(R, backend), I(R, tried), I(R, ready), S(R, at));
#undef R
#define R model_backend
TABLE(backend, R, K(R, backend), N(R, plugin), N(R, version), N(R, state), T(R, why), I(R, pid), I(R, restarts), S(R, at), S(R, last_heard),
	T(R, trouble), S(R, trouble_at), I(R, filled_from), S(R, filled_at), B(R, filled_whole), T(R, filled_why));
#undef R
#define R model_seat
TABLE(seat, R, K(R, person), K(R, role), E(R, count), S(R, at), S(R, since));
#undef R
#define R model_armed
TABLE(armed, R, K(R, action), K(R, service), K(R, person), S(R, at));
#undef R
#define R model_line
TABLE(line, R, I(R, seq), S(R, at), K(R, kind), N(R, incident), K(R, actor), T(R, text));
#undef R
#define R model_ask
TABLE(ask, R, T(R, ask), N(R, key), N(R, incident), I(R, seq));
#undef R
/* Printed with its keys: the only one of its kind. */
#define R model
TABLE(model, R, N(R, store_id), N(R, kit_name), N(R, environment), N(R, tool), I(R, seq), S(R, now), N(R, kit_digest), N(R, kit_changed),
	N(R, kit_dir), V(R, kit_files, file), V(R, kit_uids, uid), V(R, signals, signal), V(R, deploys, deploy), V(R, versions, version),
	V(R, changes, change), V(R, rows, row), V(R, reports, report), V(R, incidents, incident), V(R, prompts, prompt), V(R, pins, pin), V(R, freezes, freeze), V(R, holds, hold), V(R, vetoes, veto), V(R, ways, way), V(R, rounds, round),
	V(R, backends, backend), V(R, seats, seat), V(R, armed, armed), V(R, lines, line), V(R, asks, ask), I(R, next_incident),
	I(R, next_drill), N(R, engine_host), B(R, engine_running), S(R, engine_at));
#undef R
