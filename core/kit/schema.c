/* The rows.  A table: long lines and a long file are its nature. */
#include "config.h"

#include "base/instant.h"
#include "kit/kit.h"
#include "kit/schema.h"

#define OFF(type, field) offsetof(struct type, field)
#define ROWS(rows) rows, sizeof rows / sizeof *rows
#define NO false
#define YES true

/* ---- kit.yaml ------------------------------------------------------------------------ */

static const struct key person_keys[] = {
	{"name", KEY_TEXT, NO, NULL, OFF(kit_person, name), 0, "full name; the id where not given"},
	{"login", KEY_NAME, NO, NULL, OFF(kit_person, login), 0, "who they are on this machine; this or `uid` is required"},
	{"uid", KEY_UID, NO, NULL, OFF(kit_person, uid), 0, "the same as a number"},
	{"roles", KEY_NAMES, NO, "[]", OFF(kit_person, roles), 0, "incident-commander, on-call, or words of your own"},
	{"owns", KEY_NAMES, NO, "[]", OFF(kit_person, owns), 0, "services"},
	{"contact", KEY_JSON, NO, NULL, OFF(kit_person, contact), 0, "{slack: \"@x\", email: …}"},
	{"ssh_key", KEY_TEXT, NO, NULL, OFF(kit_person, ssh_key), 0, "public key for signatures"},
};
static const struct section section_person = {"people.ID", "a person", sizeof(struct kit_person), ROWS(person_keys), NO, NO};

static const struct key tier_keys[] = {
	{"recovery", KEY_ENUM, YES, NULL, OFF(kit_tier, recovery), 0, "what is proposed first", "auto-rollback|rollback|roll-forward|replay"},
	{"veto", KEY_DURATION, NO, "30s", OFF(kit_tier, veto), 0, "countdown before anything acts by itself"},
	{"soak", KEY_DURATION, NO, "30m", OFF(kit_tier, soak), 0, "a deploy that stayed good this long is kept"},
	{"revert_target", KEY_DURATION, YES, NULL, OFF(kit_tier, revert_target), 0, "promise: from \"bad\" to verified", .min = 1},
	{"invest", KEY_NAMES, NO, "[]", OFF(kit_tier, invest), 0, "what is worth its money for this tier"},
};
static const struct section section_tier = {"tiers.ID", "a tier", sizeof(struct kit_tier), ROWS(tier_keys), NO, NO};

static const struct key radius_keys[] = {
	{"roles", KEY_NAMES, YES, NULL, OFF(kit_authority, roles), 0, "who may fire"},
	{"acknowledge", KEY_NAME, NO, NULL, OFF(kit_authority, acknowledge), 0, "role that must acknowledge"},
	{"reason", KEY_ENUM, NO, "optional", NOWHERE, 0, "must a reason be given", "optional|required"},
	{"review_within", KEY_DURATION, NO, NULL, OFF(kit_authority, review_within), 0, "each use is reviewed within"},
};
static const struct section section_radius = {"authority.RADIUS", "an authority", sizeof(struct kit_authority), ROWS(radius_keys), NO, YES};

#define RADIUS(name, which, help) {name, KEY_SECTION, NO, NULL, OFF(kit, authority) + which * sizeof(struct kit_authority), 0, help, NULL, &section_radius}
static const struct key authority_keys[] = {
	RADIUS("service", RADIUS_SERVICE, "one service"),
	RADIUS("shared", RADIUS_SHARED, "what several services share"),
	RADIUS("global", RADIUS_GLOBAL, "everything"),
	RADIUS("break-glass", RADIUS_BREAK_GLASS, "against the rules, on the record"),
};
static const struct section section_authority = {"authority", "authority", 0, ROWS(authority_keys), NO, NO};

static const struct key brake_keys[] = {
	{"services", KEY_INT, NO, "3", OFF(kit_automatic, brake_services), 0, "so many services breaching together stop what acts by itself", .min = 1, .max = 100000},
	{"within", KEY_DURATION, NO, "5m", OFF(kit_automatic, brake_within), 0, "together means within", .min = 1},
};
static const struct section section_brake = {"automatic.brake", "the brake", 0, ROWS(brake_keys), YES, NO};
static const struct key automatic_keys[] = {
	{"on", KEY_NAMES, NO, "[]", OFF(kit_automatic, on), 0, "hosts whose engine may act by itself"},
	{"within", KEY_DURATION, NO, "60m", OFF(kit_automatic, within), 0, "a change counts as the cause this long", .min = 1},
	{"per_service", KEY_LIMIT, NO, "1 in 1h", OFF(kit_automatic, per_service), 0, "at most"},
	{"per_kit", KEY_LIMIT, NO, "3 in 1h", OFF(kit_automatic, per_kit), 0, "at most"},
	{"brake", KEY_SECTION, NO, "={services: 3, within: 5m}", 0, 0, "see automatic.brake", NULL, &section_brake},
};
static const struct section section_automatic = {"automatic", "automatic", 0, ROWS(automatic_keys), YES, NO};

static const struct key engine_keys[] = {
	{"socket", KEY_TEXT, NO, NULL, OFF(kit, engine_socket), 0, "path, where other users must reach the engine"},
	{"group", KEY_NAME, NO, NULL, OFF(kit, engine_group), 0, "group that may connect"},
	{"metrics", KEY_TEXT, NO, NULL, OFF(kit, engine_metrics), 0, "file for the engine's own figures, Prometheus text"},
};
static const struct section section_engine = {"engine", "the engine", 0, ROWS(engine_keys), NO, NO};

static const struct key keep_keys[] = {
	{"samples", KEY_DURATION, NO, "30d", OFF(kit, keep_samples), 0, "older samples outside incidents are withheld", .min = 1},
};
static const struct section section_keep = {"keep", "keep", 0, ROWS(keep_keys), YES, NO};

static const struct key anchor_keys[] = {
	{"backend", KEY_NAME, NO, NULL, OFF(kit_anchor, backend), 0, "tell it this backend; this or `file`"},
	{"to", KEY_TEXT, NO, NULL, OFF(kit_anchor, to), 0, "whom there"},
	{"file", KEY_TEXT, NO, NULL, OFF(kit_anchor, file), 0, "append it to this file"},
};
static const struct section section_anchor = {"anchors[]", "an anchor", sizeof(struct kit_anchor), ROWS(anchor_keys), NO, NO};

static const struct key backend_keys[] = {
	{"plugin", KEY_PLUGIN, YES, NULL, OFF(kit_backend, plugin), OFF(kit_backend, command), "NAME, or {command: [program, argument]}"},
	{"config", KEY_JSON, NO, "{}", OFF(kit_backend, config), 0, "the plugin's own settings"},
	{"secrets", KEY_SECRETS, NO, "{}", OFF(kit_backend, secrets), 0, "{NAME: {file: PATH}}, {command: […]} or {env: NAME}"},
	{"acting_secrets", KEY_SECRETS, NO, "=secrets", OFF(kit_backend, acting_secrets), 0, "the same, only for the process that acts"},
	{"pass_env", KEY_NAMES, NO, "[]", OFF(kit_backend, pass_env), 0, "environment variables the plugin gets"},
	{"settle", KEY_DURATION, NO, "30s", OFF(kit_backend, settle), 0, "effects may land this long after a deadline"},
};
static const struct section section_backend = {"backends.ID", "a backend", sizeof(struct kit_backend), ROWS(backend_keys), NO, NO};

/* the element of kit_list.v is {backend, to}; kit_anchor begins the same */
static const struct key member_keys[] = {
	{"backend", KEY_NAME, YES, NULL, OFF(kit_anchor, backend), 0, "through which backend"},
	{"to", KEY_TEXT, NO, NULL, OFF(kit_anchor, to), 0, "whom there"},
};
static const struct section section_member = {"lists.ID[]", "a member of a list", sizeof *((struct kit_list *)0)->v, ROWS(member_keys), NO, NO};

static const struct key report_keys[] = {
	{"ask", KEY_TEXT, YES, NULL, OFF(kit_report, ask), 0, "the sentence that is reported"},
	{"counts", KEY_BOOL, NO, "false", OFF(kit_report, counts), 0, "each one counts"},
	{"services", KEY_SERVICES, NO, "all", OFF(kit_report, services), 0, "services it can be about"},
};
static const struct section section_report = {"reports.ID", "a report", sizeof(struct kit_report), ROWS(report_keys), NO, NO};

#define POLICY "ask|breach|ignore"
static const struct key row_keys[] = {
	{"name", KEY_NAME, YES, NULL, OFF(kit_row, name), 0, "the row's name"},
	{"signal", KEY_NAME, YES, NULL, OFF(kit_row, signal), 0, "a signal of services, or a report"},
	{"when", KEY_TEXT, YES, NULL, OFF(kit_row, when_text), 0, "\"> 5% for 2m\", \"> 3 in 1h\", \"burn 99.9% > 14.4 in 5m and 1h\", any"},
	{"action", KEY_ENUM, YES, NULL, OFF(kit_row, action), 0, "class of what is proposed", "contain|slow|stop|reverse||tell"},
	{"owner", KEY_NAME, YES, NULL, OFF(kit_row, owner), 0, "person or role that decides"},
	{"timer", KEY_DURATION, YES, NULL, OFF(kit_row, timer), 0, "the owner's time to decide"},
	{"notify", KEY_NAMES, NO, "[]", OFF(kit_row, notify), 0, "lists"},
	{"services", KEY_SERVICES, NO, "=all that have the signal", OFF(kit_row, services), 0, "names, or tier:T"},
	{"fire", KEY_NAME, NO, NULL, OFF(kit_row, fire), 0, "propose this action"},
	{"dry_run", KEY_BOOL, NO, "false", OFF(kit_row, dry_run), 0, "only say what it would have done"},
	{"at_least", KEY_LIMIT, NO, "=none", NOWHERE, 0, "traffic needed to judge: \"50 in 2m\""},
	{"no_data", KEY_ENUM, NO, "ask", OFF(kit_row, no_data), 0, "where nothing comes", POLICY},
	{"failed", KEY_ENUM, NO, "ask", OFF(kit_row, failed), 0, "where it cannot be measured", POLICY},
	{"too_little", KEY_ENUM, NO, "ask", OFF(kit_row, too_little), 0, "where at_least is not reached", POLICY},
	{"on_timer", KEY_ENUM, NO, "escalate", OFF(kit_row, on_timer), 0, "what the timer's end does", "escalate|fire|drop"},
};
static const struct section section_row = {"rubric[]", "a row", sizeof(struct kit_row), ROWS(row_keys), NO, NO};

static const struct key gate_keys[] = {
	{"rehearsed_within", KEY_DURATION, NO, NULL, NOWHERE, 0, "a rehearsal counts this long (later)", .min = 1},
	{"retain_previous", KEY_DURATION, NO, NULL, NOWHERE, 0, "previous artifacts are kept this long (later)", .min = 1},
};
static const struct section section_gate = {"gate", "the gate", 0, ROWS(gate_keys), NO, NO};
static const struct key drills_keys[] = {
	{"every", KEY_DURATION, NO, NULL, NOWHERE, 0, "a drill is due this often (later)", .min = 1},
	{"environment", KEY_NAME, NO, NULL, NOWHERE, 0, "where drills run (later)"},
};
static const struct section section_drills = {"drills", "drills", 0, ROWS(drills_keys), NO, NO};

/* ---- services/NAME.yaml ------------------------------------------------------------------ */

static const struct key deploys_keys[] = {
	{"backend", KEY_NAME, YES, NULL, OFF(kit_service, deploys_backend), 0, "who knows what runs"},
	{"target", KEY_JSON, YES, NULL, OFF(kit_service, deploys_target), 0, "what it is called there"},
};
static const struct section section_deploys = {"deploys", "deploys", 0, ROWS(deploys_keys), NO, NO};

static const struct key signal_keys[] = {
	{"backend", KEY_NAME, YES, NULL, OFF(kit_signal, backend), 0, "who measures it"},
	{"query", KEY_TEXT, YES, NULL, OFF(kit_signal, query), 0, "in the backend's words"},
	{"unit", KEY_ENUM, NO, "number", OFF(kit_signal, unit), 0, "of the value", "number|ratio|s|ms|count"},
	{"every", KEY_DURATION, NO, "15s", OFF(kit_signal, every), 0, "asked this often", .min = 100000},
	{"stale_after", KEY_DURATION, NO, "=max(3 x every, 15s)", OFF(kit_signal, stale_after), 0, "silent this long is no data", .min = 1},
	{"window", KEY_DURATION, NO, NULL, OFF(kit_signal, window), 0, "the query looks back this long", .min = 1},
	{"traffic", KEY_NAME, NO, NULL, OFF(kit_signal, traffic), 0, "the signal that counts what this one is a share of"},
};
static const struct section section_signal = {"signals.ID", "a signal", sizeof(struct kit_signal), ROWS(signal_keys), NO, NO};

static const struct key confirmed_keys[] = {
	{"time", KEY_DURATION, YES, NULL, OFF(kit_confirmed, time), 0, "from decision to verified", .min = 1},
	{"on", KEY_DATE, YES, NULL, OFF(kit_confirmed, on), 0, "the day it was rehearsed"},
	{"where", KEY_TEXT, YES, NULL, OFF(kit_confirmed, where), 0, "in which environment"},
	{"by", KEY_NAME, YES, NULL, OFF(kit_confirmed, by), 0, "by whom"},
};
static const struct section section_confirmed = {"actions[].confirmed", "confirmed", 0, ROWS(confirmed_keys), NO, YES};

static const struct key undo_keys[] = {
	{"verb", KEY_NAME, YES, NULL, NOWHERE, 0, "what takes it back"},
	{"target", KEY_JSON, NO, NULL, NOWHERE, 0, "and on what"},
	{"to", KEY_VERSION, NO, NULL, NOWHERE, 0, "and to what"},
};
static const struct section section_undo = {"actions[].undo", "undo", 0, ROWS(undo_keys), NO, NO};

static const struct key action_keys[] = {
	{"name", KEY_NAME, YES, NULL, OFF(kit_action, name), 0, "the action's name"},
	{"key", KEY_LETTER, NO, NULL, OFF(kit_action, key), 0, "opens its panel: d e f i m r s x y z I J K L M N U W Y Z"},
	{"level", KEY_INT, YES, NULL, OFF(kit_action, level), 0, "1 flag, 2 deploy, 3 migration, 4 data", .min = 1, .max = 4},
	{"class", KEY_ENUM, NO, "=by the verb", OFF(kit_action, cls), 0, "what it is good for", "contain|slow|stop|reverse|forward"},
	{"verb", KEY_NAME, YES, NULL, OFF(kit_action, verb), 0, "flag-off rollback revert swap weight drain pause freeze, or the plugin's own"},
	{"backend", KEY_NAME, YES, NULL, OFF(kit_action, backend), 0, "who does it"},
	{"target", KEY_JSON, NO, "=deploys.target, {} on another backend", OFF(kit_action, target), 0, "on what"},
	{"to", KEY_VERSION, NO, NULL, OFF(kit_action, to), 0, "to which version; else the last good one"},
	{"covers", KEY_NAMES, NO, "=[service]", OFF(kit_action, covers), 0, "services it helps"},
	{"timeout", KEY_DURATION, NO, "=max(3 x confirmed.time, 2m)", OFF(kit_action, timeout), 0, "then its outcome is unknown", .min = 1},
	{"blast_radius", KEY_ENUM, NO, "=the service's", OFF(kit_action, radius), 0, "may widen the service's", "service|shared|global"},
	{"requires", KEY_NAMES, NO, "[]", OFF(kit_action, requires), 0, "procedures in data/ that must be completed"},
	{"degraded", KEY_TEXT, NO, NULL, OFF(kit_action, degraded), 0, "what users get meanwhile"},
	{"fallback", KEY_TEXT, NO, NULL, OFF(kit_action, fallback), 0, "what serves meanwhile"},
	{"undo", KEY_JSON, NO, NULL, OFF(kit_action, undo), 0, "how it is taken back", NULL, &section_undo},
	{"confirmed", KEY_SECTION, NO, NULL, OFF(kit_action, confirmed), 0, "the rehearsal that stands behind it", NULL, &section_confirmed},
};
static const struct section section_action = {"actions[]", "an action", sizeof(struct kit_action), ROWS(action_keys), NO, NO};

static const struct key verify_keys[] = {
	{"good", KEY_CONDS, NO, "[]", OFF(kit_verify, good), 0, "[\"error_rate < 1% for 1m\"]"},
	{"volume", KEY_TEXT, NO, NULL, OFF(kit_verify, volume.text), 0, "traffic is back: \"requests > 300 for 1m\""},
	{"within", KEY_DURATION, NO, "15m", OFF(kit_verify, within), 0, "else it failed", .min = 1},
	{"caches_may_lag", KEY_DURATION, NO, "0s", OFF(kit_verify, caches_may_lag), 0, "old answers are expected this long"},
	{"version", KEY_BOOL, NO, "=true, false without deploys", OFF(kit_verify, version), 0, "the backend must show the version"},
};
static const struct section section_verify = {"verify", "verify", 0, ROWS(verify_keys), YES, NO};

static const struct key escalate_keys[] = {
	{"after", KEY_DURATION, NO, NULL, OFF(kit_service, escalate_after), 0, "an action that runs this long", .min = 1},
	{"to", KEY_NAME, NO, NULL, OFF(kit_service, escalate_to), 0, "person, role or list"},
};
static const struct section section_escalate = {"escalate", "escalate", 0, ROWS(escalate_keys), NO, NO};

static const struct key service_keys[] = {
	{"service", KEY_NAME, YES, NULL, OFF(kit_service, name), 0, "its name, and the file's"},
	{"tier", KEY_NAME, YES, NULL, NOWHERE, 0, "one of tiers"},
	{"owner", KEY_NAME, YES, NULL, OFF(kit_service, owner), 0, "person or role"},
	{"on_call", KEY_NAMES, NO, "=[owner]", OFF(kit_service, on_call), 0, "people or roles"},
	{"blast_radius", KEY_ENUM, NO, "service", OFF(kit_service, radius), 0, "who else is hit", "service|shared|global"},
	{"depends_on", KEY_NAMES, NO, "[]", OFF(kit_service, depends_on), 0, "rolls back before these"},
	{"deploys", KEY_SECTION, NO, NULL, 0, 0, "where its deploys are seen", NULL, &section_deploys},
	{"signals", KEY_MAP, NO, NULL, OFF(kit_service, signals), OFF(kit_service, n_signals), "what is measured", NULL, &section_signal},
	{"actions", KEY_LIST, NO, NULL, OFF(kit_service, actions), OFF(kit_service, n_actions), "what may be fired", NULL, &section_action},
	{"verify", KEY_SECTION, NO, NULL, OFF(kit_service, verify), 0, "what must be good again", NULL, &section_verify},
	{"bleeding", KEY_CONDS, NO, "[]", OFF(kit_service, bleeding), 0, "level 4 is refused while one holds"},
	{"stop_conditions", KEY_CONDS, NO, "[]", OFF(kit_service, stop_conditions), 0, "a running action is questioned when one holds"},
	{"escalate", KEY_SECTION, NO, NULL, 0, 0, "who is told when it takes long", NULL, &section_escalate},
};
const struct section section_service = {"services/NAME.yaml", "a service", sizeof(struct kit_service), ROWS(service_keys), NO, NO};

static const struct key defaults_keys[] = {
	{"signals", KEY_MAP, NO, NULL, NOWHERE, 0, "as in a service; or keys for every signal: {every: 5s}", NULL, &section_signal, .common = YES},
	{"actions", KEY_LIST, NO, NULL, NOWHERE, 0, "as in a service; or keys for every action: {timeout: 5m}", NULL, &section_action, .common = YES},
	{"verify", KEY_SECTION, NO, NULL, NOWHERE, 0, "as in a service", NULL, &section_verify},
};
static const struct section section_defaults = {"defaults", "defaults", 0, ROWS(defaults_keys), NO, NO};

static const struct key kit_keys[] = {
	{"kit", KEY_INT, YES, NULL, NOWHERE, 0, "the format: 1", .min = 1, .max = 1},
	{"name", KEY_KIT_NAME, YES, NULL, OFF(kit, name), 0, "lower case letters, digits and -, at most 40"},
	{"environment", KEY_NAME, YES, NULL, OFF(kit, environment), 0, "production, staging: always on screen"},
	{"armed", KEY_BOOL, NO, "true", OFF(kit, armed), 0, "false: everything is shown and tried, nothing fires"},
	{"people", KEY_MAP, NO, NULL, OFF(kit, people), OFF(kit, n_people), "who may do what", NULL, &section_person},
	{"tiers", KEY_MAP, NO, NULL, OFF(kit, tiers), OFF(kit, n_tiers), "promises per kind of workload", NULL, &section_tier},
	{"authority", KEY_SECTION, NO, NULL, 0, 0, "who may fire, by blast radius", NULL, &section_authority},
	{"automatic", KEY_SECTION, NO, NULL, OFF(kit, automatic), 0, "what may act by itself", NULL, &section_automatic},
	{"engine", KEY_SECTION, NO, NULL, 0, 0, "where the engine listens", NULL, &section_engine},
	{"keep", KEY_SECTION, NO, NULL, 0, 0, "how long", NULL, &section_keep},
	{"backfill", KEY_DURATION, NO, "2h", OFF(kit, backfill), 0, "the past that is asked for on start and after a gap"},
	{"anchors", KEY_LIST, NO, NULL, OFF(kit, anchors), OFF(kit, n_anchors), "where the journal's head goes", NULL, &section_anchor},
	{"backends", KEY_MAP, NO, NULL, OFF(kit, backends), OFF(kit, n_backends), "configured plugins", NULL, &section_backend},
	{"lists", KEY_LISTS, NO, NULL, OFF(kit, lists), OFF(kit, n_lists), "who hears of it", NULL, &section_member},
	{"reports", KEY_MAP, NO, NULL, OFF(kit, reports), OFF(kit, n_reports), "what only a person can know", NULL, &section_report},
	{"rubric", KEY_LIST, NO, NULL, OFF(kit, rows), OFF(kit, n_rows), "limits and what they propose", NULL, &section_row},
	{"keys", KEY_KEYS, NO, NULL, OFF(kit, keys), OFF(kit, n_keys), "kit-wide keys: LETTER: ACTION"},
	{"defaults", KEY_SECTION, NO, NULL, NOWHERE, 0, "for every service; {{service}} is filled in", NULL, &section_defaults, .lenient = YES},
	{"gate", KEY_SECTION, NO, NULL, NOWHERE, 0, "rules for release briefs (later)", NULL, &section_gate},
	{"drills", KEY_SECTION, NO, NULL, NOWHERE, 0, "how often to rehearse (later)", NULL, &section_drills},
	{"environments", KEY_ANY, NO, NULL, NOWHERE, 0, "(later)"},
};
const struct section section_kit = {"kit.yaml", "kit.yaml", sizeof(struct kit), ROWS(kit_keys), NO, NO};

/* ---- releases/, data/, comms/: read by later features, checked now -------------------------- */

static const struct key release_keys[] = {
	{"release", KEY_TEXT, YES, NULL, NOWHERE, 0, "what it is called"},
	{"service", KEY_NAME, YES, NULL, NOWHERE, 0, "what it changes"},
	{"version", KEY_VERSION, YES, NULL, NOWHERE, 0, "a text: quote it"},
	{"previous", KEY_ANY, NO, NULL, NOWHERE, 0, "{version, artifact, retained_until}"},
	{"owner", KEY_NAME, NO, NULL, NOWHERE, 0, "person or role"},
	{"level", KEY_INT, NO, NULL, NOWHERE, 0, "the rollback level that it needs", .min = 1, .max = 4},
	{"rollback", KEY_NAME, NO, NULL, NOWHERE, 0, "the action that undoes it"},
	{"rehearsed", KEY_ANY, NO, NULL, NOWHERE, 0, "{on, where, took, by}"},
	{"confirmed", KEY_ANY, NO, NULL, NOWHERE, 0, "{time}"},
	{"door", KEY_ENUM, NO, NULL, NOWHERE, 0, "can it be gone back through", "two-way|one-way"},
	{"sequence", KEY_ANY, NO, NULL, NOWHERE, 0, "of a one-way door"},
	{"review", KEY_ANY, NO, NULL, NOWHERE, 0, "for level 3 and 4, and one-way doors"},
	{"can_lock_out_users", KEY_BOOL, NO, NULL, NOWHERE, 0, "then it needs a flag"},
	{"flags", KEY_ANY, NO, NULL, NOWHERE, 0, "[{name, owner, expires, states_tested}]"},
	{"migrations", KEY_ANY, NO, NULL, NOWHERE, 0, "[{file, revert, step, both_directions}]"},
	{"compatibility", KEY_ANY, NO, NULL, NOWHERE, 0, "{n_minus_1: {checked, evidence}}"},
	{"side_effects", KEY_ANY, NO, NULL, NOWHERE, 0, "[{kind, guarded_by}]"},
	{"data_formats", KEY_ANY, NO, NULL, NOWHERE, 0, "{readable_by_previous}"},
	{"cache_keys", KEY_ANY, NO, NULL, NOWHERE, 0, "versioned"},
	{"config", KEY_ANY, NO, NULL, NOWHERE, 0, "configuration that changes with it"},
	{"forward_fix", KEY_TEXT, NO, NULL, NOWHERE, 0, "the way forward"},
	{"confirms_recovery", KEY_NAME, NO, NULL, NOWHERE, 0, "the one signal that shows it worked"},
};
const struct section section_release = {"releases/*.yaml", "a release brief", 0, ROWS(release_keys), NO, NO};

static const struct key step_keys[] = {
	{"name", KEY_TEXT, YES, NULL, NOWHERE, 0, "the step, in words"},
	{"backend", KEY_NAME, NO, NULL, NOWHERE, 0, "who does it"},
	{"verb", KEY_NAME, NO, NULL, NOWHERE, 0, "what is done"},
	{"target", KEY_JSON, NO, NULL, NOWHERE, 0, "on what"},
	{"produces", KEY_TEXT, NO, NULL, NOWHERE, 0, "file"},
	{"ask", KEY_TEXT, NO, NULL, NOWHERE, 0, "a question for a person"},
};
static const struct section section_step = {"steps[]", "a step", 0, ROWS(step_keys), NO, NO};
static const struct key procedure_keys[] = {
	{"procedure", KEY_NAME, YES, NULL, NOWHERE, 0, "its name, and the file's"},
	{"purpose", KEY_ENUM, YES, NULL, NOWHERE, 0, "what for", "snapshot|quarantine|delete|restore"},
	{"owner", KEY_NAME, YES, NULL, NOWHERE, 0, "person or role"},
	{"steps", KEY_LIST, YES, NULL, NOWHERE, 0, "one after the other", NULL, &section_step},
};
const struct section section_procedure = {"data/*.yaml", "a data procedure", 0, ROWS(procedure_keys), NO, NO};

static const struct key notice_keys[] = {
	{"audience", KEY_NAME, YES, NULL, NOWHERE, 0, "whom it is for"},
	{"send", KEY_NAME, NO, NULL, NOWHERE, 0, "a list"},
	{"owner", KEY_NAME, NO, NULL, NOWHERE, 0, "person or role that sends it"},
	{"first_due", KEY_DURATION, NO, NULL, NOWHERE, 0, "after the incident was declared"},
	{"then_every", KEY_DURATION, NO, NULL, NOWHERE, 0, "and again", .min = 1},
	{"subject", KEY_TEXT, NO, NULL, NOWHERE, 0, "of the message"},
};
const struct section section_notice = {"comms/*.md", "a notice", 0, ROWS(notice_keys), NO, NO};
