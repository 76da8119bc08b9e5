/* One line of the example kit changed for the worse, some two hundred times:
 * the error must stand at that line and say what it is, and nothing else may
 * be complained about beside it. */
#include "config.h"

#include "cm.h"

#include "unit/kit_files.h"

#define KIT "kit.yaml"
#define CHECKOUT "services/checkout.yaml"
#define LEDGER "services/ledger.yaml"
#define RELEASE "releases/checkout-42.yaml"
#define DATA "data/snapshot-orders.yaml"
#define COMMS "comms/customer-notice.md"

static const struct mutant {
	const char *file, *find, *with, *what;
	const char *at;         /* the line that holds this is to blame; else the changed one */
	const char *at_file;    /* in this file; else in the changed one */
	int errors;             /* 0: one */
} mutants[] = {
	/* ---- kit.yaml: top ---- */
	{KIT, "kit: 1", "kit: 2", "`kit` must be 1"},
	{KIT, "kit: 1", "kit: one", "`kit` must be 1"},
	{KIT, "kit: 1\n", "", "`kit` is missing", "# A reversibility"},
	{KIT, "name: storefront", "name: Storefront", "a kit's name"},
	{KIT, "name: storefront", "name: -store", "a kit's name"},
	{KIT, "name: storefront", "name: store_front", "a kit's name"},
	{KIT, "name: storefront", "name: a23456789012345678901234567890123456789012", "a kit's name"},
	{KIT, "name: storefront", "name:", "`name` of kit.yaml is empty"},
	{KIT, "name: storefront\n", "", "`name` is missing", "# A reversibility"},
	{KIT, "name: storefront", "nmae: storefront", "no key `nmae`", NULL, NULL, 2},
	{KIT, "environment: production", "environment: [production]", "one text, not a list"},
	{KIT, "environment: production", "environment: \"pro duction\"", "a name"},
	{KIT, "environment: production\n", "", "`environment` is missing", "# A reversibility"},
	{KIT, "armed: true", "armed: yes", "true or false"},
	{KIT, "armed: true", "armed: \"true\"", "true or false"},
	{KIT, "armed: true", "armd: true", "no key `armd`"},
	{KIT, "armed: true", "armed: true\narmed: false", "`armed` is here twice", "armed: false"},
	{KIT, "backfill: 2h", "backfill: 2", "a duration"},
	{KIT, "backfill: 2h", "backfill: two hours", "a duration"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: 30}", "a duration"},
	{KIT, "keep: {samples: 30d}", "keep: {sample: 30d}", "no key `sample`"},
	{KIT, "keep: {samples: 30d}", "keep: 30d", "must be keys with values"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: immediate}", "longer than nothing"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: 30d", "not YAML", "people:"},
	{KIT, "keep: {samples: 30d}", "\tkeep: {samples: 30d}", "not YAML"},
	{KIT, "keep: {samples: 30d}", "keep: !!map {samples: 30d}", "no tags"},
	{KIT, "keep: {samples: 30d}", "keep: *k", "no anchor"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: 30d}\n--- {}", "a second document", "--- {}"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: 30d}\n? [a, b]\n: c", "a key must be one word", "? [a, b]"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: \"30d\\0\"}", "NUL"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: \xff}", "not UTF-8"},
	{KIT, "keep: {samples: 30d}", "keep: {samples: \x01}", "not YAML"},
	{KIT, "keep: {samples: 30d}", "engine: {socket: run/engine.sock}", "not absolute"},
	{KIT, "keep: {samples: 30d}", "engine: {sock: /run/x}", "no key `sock`"},
	{KIT, "keep: {samples: 30d}", "engine: {socket: /a23456789/a23456789/a23456789/a23456789/a23456789/a23456789/a23456789/a23456789/a23456789/a23456789/s}",
		"longer than 100"},
	/* ---- people ---- */
	{KIT, "login: maya,", "login: \"ma ya\",", "a name"},
	{KIT, "login: maya,", "", "neither `login` nor `uid`"},
	{KIT, "login: maya,", "login: maya, uid: 1000,", "both `login` and `uid`"},
	{KIT, "login: maya,", "uid: maya,", "a user's number"},
	{KIT, "login: maya,", "uid: 99999999999,", "a user's number"},
	{KIT, "login: ravi,", "login: maya,", "maya and ravi have one login"},
	{KIT, "login: tomas,", "login: ravi,", "ravi and tomas have one login"},
	{KIT, "{name: Maya Ito,", "{name: [Maya],", "one text"},
	{KIT, "{name: Maya Ito,", "{fullname: Maya, name: Maya Ito,", "no key `fullname`"},
	{KIT, "roles: [incident-commander, on-call], contact", "roles: incident-commander, contact", "a list", NULL, NULL, 6},
	{KIT, "roles: [on-call], owns", "roles: [\"on call\"], owns", "no name for a role"},
	{KIT, "roles: [incident-commander, on-call], contact", "roles: [on-call], contact", "nobody holds the role incident-commander",
		"service:     {roles", NULL, 5},
	{KIT, "roles: [policy-lead, comms-lead]", "roles: [comms-lead]", "policy-lead is no person", "name: regulator"},
	{KIT, "roles: [policy-lead, comms-lead]", "roles: [policy-lead]", "comms-lead is no person", "owner: comms-lead", COMMS},
	{KIT, "roles: [policy-lead, comms-lead]", "roles: [policy-lead, comms-lead, maya]", "the person maya is named like a role", "maya: {name"},
	{KIT, "tomas: {name", "on-call: {name", "the person on-call is named like a role"},
	{KIT, "tomas: {name", "incident-commander: {name", "the person incident-commander is named like a role"},
	{KIT, "tomas: {name", "\"to mas\": {name", "is not a name"},
	{KIT, "tomas: {name", "maya: {name", "`maya` is here twice"},
	{KIT, "owns: [checkout]", "owns: [chekout]", "no service is called chekout"},
	{KIT, "owns: [ledger]", "owns: ledger", "a list"},
	{KIT, "contact: {slack", "contact: [slack], x: {slack", "names with values", NULL, NULL, 2},
	{KIT, "ssh_key: \"ssh-ed25519 AAAA... lena\"", "ssh_key: {a: b}", "one text"},
	{KIT, "  ravi: {name", "  ravin: {name", "ravi is no person", "owner: ravi", CHECKOUT, 6},
	/* ---- tiers ---- */
	{KIT, "recovery: auto-rollback", "recovery: autorollback", "`recovery` cannot be"},
	{KIT, "recovery: auto-rollback", "recovery: Rollback", "`recovery` cannot be"},
	{KIT, "{recovery: replay, ", "{", "`recovery` is missing"},
	{KIT, "veto: 30s", "veto: 30", "a duration"},
	{KIT, "soak: 30m", "soak: half an hour", "a duration"},
	{KIT, "soak: 30m", "soaks: 30m", "no key `soaks`"},
	{KIT, "revert_target: 5m", "revert_target: 0s", "longer than nothing"},
	{KIT, "revert_target: 5m, ", "", "`revert_target` is missing"},
	{KIT, "invest: [canary", "invests: [canary", "no key `invests`"},
	{KIT, "invest: [reprocessing]", "invest: reprocessing", "a list"},
	{KIT, "  tier-1:          {", "  tier-2:          {", "no tier is called tier-1", "tier: tier-1", CHECKOUT, 2},
	/* ---- authority ---- */
	{KIT, "service:     {roles", "services:    {roles", "no key `services`"},
	{KIT, "service:     {roles: [on-call, incident-commander]}", "service:     {}", "`roles` is missing"},
	{KIT, "service:     {roles: [on-call, incident-commander]}", "service:     {roles: []}", "nobody could fire"},
	{KIT, "service:     {roles: [on-call,", "service:     {roles: [oncall,", "nobody holds the role oncall"},
	{KIT, "shared:      {roles: [incident-commander]}", "shared:      {roles: [maya]}", "maya is a person"},
	{KIT, "acknowledge: service-owner", "acknowledge: sevice-owner", "nobody holds the role sevice-owner"},
	{KIT, "reason: required", "reason: always", "`reason` cannot be"},
	{KIT, "review_within: 24h", "review_within: 24", "a duration"},
	{KIT, "review_within: 24h", "review_with: 24h", "no key `review_with`"},
	/* ---- automatic ---- */
	{KIT, "on: [ops-1]", "on: ops-1", "a list"},
	{KIT, "within: 60m", "within: an hour", "a duration"},
	{KIT, "per_service: \"1 in 1h\"", "per_service: 1", "a count in a time"},
	{KIT, "per_service: \"1 in 1h\"", "per_service: \"0 in 1h\"", "a count in a time"},
	{KIT, "per_kit: \"3 in 1h\"", "per_kit: \"3 per 1h\"", "a count in a time"},
	{KIT, "per_kit: \"3 in 1h\"", "per_kit: \"3 in 0s\"", "a count in a time"},
	{KIT, "per_kit: \"3 in 1h\"", "per_kti: \"3 in 1h\"", "no key `per_kti`"},
	{KIT, "services: 3, within: 5m", "services: 0, within: 5m", "a number from 1"},
	{KIT, "services: 3, within: 5m", "services: 3, in: 5m", "no key `in`"},
	{KIT, "services: 3, within: 5m", "services: three, within: 5m", "a number from 1"},
	/* ---- anchors, backends, lists ---- */
	{KIT, "{file: /srv/audit/backout-heads}", "{file: /srv/x, backend: chat}", "either a `backend` or a `file`"},
	{KIT, "{file: /srv/audit/backout-heads}", "{}", "either a `backend` or a `file`"},
	{KIT, "{file: /srv/audit/backout-heads}", "{file: /srv/x, to: me}", "`to` belongs to a `backend`"},
	{KIT, "  - {backend: chat}", "  - {backend: chta}", "no backend is called chta"},
	{KIT, "  - {backend: chat}", "  - chat", "must be keys with values"},
	{KIT, "metrics: {plugin: prometheus,", "metrics: {", "`plugin` is missing"},
	{KIT, "metrics: {plugin: prometheus,", "metrics: {plugin: ../evil,", "a plugin's name"},
	{KIT, "metrics: {plugin: prometheus,", "metrics: {plugin: {comand: [x]},", "a plugin's name"},
	{KIT, "metrics: {plugin: prometheus,", "metrics: {plugin: {command: x},", "a list"},
	{KIT, "metrics: {plugin: prometheus,", "metrics: {plugin: {command: []},", "names no program"},
	{KIT, "metrics: {plugin: prometheus,", "metrics: {plugin: prometheus, settle: soon,", "a duration"},
	{KIT, "metrics: {plugin: prometheus,", "metrics: {plugin: prometheus, pass_env: HOME,", "a list"},
	{KIT, "metrics: {plugin: prometheus, config", "metrics: {plugin: prometheus, conf", "no key `conf`"},
	{KIT, "config: {context: prod}", "config: prod", "names with values"},
	{KIT, "{token: {file: ~/.config/backout/unleash-read.token}}", "{token: hunter2}", "must not stand in the kit"},
	{KIT, "{token: {file: ~/.config/backout/unleash-read.token}}", "{token: {value: hunter2}}", "must not stand in the kit"},
	{KIT, "{token: {file: ~/.config/backout/unleash-read.token}}", "{token: {file: a, env: B}}", "must not stand in the kit"},
	{KIT, "{token: {file: ~/.config/backout/unleash-read.token}}", "hunter2", "names with values"},
	{KIT, "{token: {file: ~/.config/backout/unleash-write.token}}", "{token: hunter2}", "must not stand in the kit"},
	{KIT, "{command: [pass, show, slack/ops]}", "{command: pass show slack/ops}", "a list"},
	{KIT, "{command: [pass, show, slack/ops]}", "{command: []}", "names no program"},
	{KIT, "{command: [pass, show, slack/ops]}", "{file: []}", "one text"},
	{KIT, "  metrics: {plugin", "  metric: {plugin", "no backend is called metrics", "    backend: metrics", CHECKOUT, 6},
	{KIT, "  chat:    {plugin", "  chatt:   {plugin", "no backend is called chat", "  - {backend: chat}", NULL, 2},
	{KIT, "[{backend: mail, to: support@example.org}]", "[{backend: male, to: support@example.org}]", "no backend is called male"},
	{KIT, "[{backend: mail, to: support@example.org}]", "{backend: mail}", "a list"},
	{KIT, "[{backend: mail, to: support@example.org}]", "[{to: support@example.org}]", "`backend` is missing"},
	{KIT, "  support: [{", "  suport: [{", "no list is called support", "error-spike", NULL, 3},
	/* ---- rubric ---- */
	{KIT, "{name: error-spike,", "{", "`name` is missing"},
	{KIT, "{name: error-spike,", "{name: error spike,", "a name"},
	{KIT, "{name: error-flood,", "{name: error-spike,", "two rows are called error-spike"},
	{KIT, "signal: error_rate,        when: \"> 5%", "signal: eror_rate,        when: \"> 5%", "no service has a signal eror_rate"},
	{KIT, "signal: error_rate,        when: \"> 5%", "when: \"> 5%", "`signal` is missing"},
	{KIT, "when: \"> 5% for 2m\", ", "", "`when` is missing"},
	{KIT, "\"> 5% for 2m\"", "\"5% for 2m\"", "begin with"},
	{KIT, "\"> 5% for 2m\"", "\"> 5% for 2 m\"", "duration"},
	{KIT, "\"> 5% for 2m\"", "\"> 5ms for 2m\"", "only for times"},
	{KIT, "\"> 5% for 2m\"", "\"> 5 in 2m\"", "not a count"},
	{KIT, "\"> 5% for 2m\"", "any", "\"any\" is for reports"},
	{KIT, "\"> 5% for 2m\"", "\"burn 99.9% > 14 in 5m\"", "\"and\""},
	{KIT, "at_least: \"50 in 2m\"", "at_least: 50", "a count in a time"},
	{KIT, "at_least: \"50 in 2m\"", "at_least: \"fifty in 2m\"", "a count in a time"},
	{KIT, "action: slow, owner", "action: slower, owner", "`action` cannot be"},
	{KIT, "action: slow, owner", "action: forward, owner", "`action` cannot be"},
	{KIT, "action: slow, owner", "owner", "`action` is missing"},
	{KIT, "owner: engineering-lead, timer", "owner: enginering-lead, timer", "nobody holds a role of that name"},
	{KIT, "owner: engineering-lead, timer", "timer", "`owner` is missing"},
	{KIT, "timer: 5m, notify", "timer: 5, notify", "a duration"},
	{KIT, "timer: 5m, notify", "notify", "`timer` is missing"},
	{KIT, "notify: [ops-channel, support]", "notify: [ops-chanel, support]", "no list is called ops-chanel"},
	{KIT, "notify: [ops-channel, support]", "notify: ops-channel", "a list"},
	{KIT, "timer: 5m, notify", "timer: 5m, services: [chekout], notify", "no service is called chekout"},
	{KIT, "timer: 5m, notify", "timer: 5m, services: [\"tier:one\"], notify", "no tier is called one"},
	{KIT, "timer: 5m, notify", "timer: 5m, services: checkout, notify", "a list"},
	{KIT, "timer: 5m, notify", "timer: 5m, fire: checkout-rolback, notify", "no service has an action checkout-rolback"},
	{KIT, "timer: 5m, notify", "timer: 5m, dry_run: maybe, notify", "true or false"},
	{KIT, "timer: 5m, notify", "timer: 5m, no_data: guess, notify", "`no_data` cannot be"},
	{KIT, "timer: 5m, notify", "timer: 5m, failed: pass, notify", "`failed` cannot be"},
	{KIT, "timer: 5m, notify", "timer: 5m, too_little: clear, notify", "`too_little` cannot be"},
	{KIT, "timer: 5m, notify", "timer: 5m, on_timer: explode, notify", "`on_timer` cannot be"},
	{KIT, "timer: 5m, notify", "timer: 5m, onwer: x, notify", "no key `onwer`"},
	{KIT, "action: slow, owner", "action: tell, on_timer: fire, owner", "nothing to fire"},
	{KIT, "action: slow, owner", "action: tell, fire: checkout-slow, owner", "proposes nothing"},
	{KIT, "signal: error_rate,        when: \"> 5%", "signal: bad_writes, services: [ledger],  when: \"> 5%", "ledger has no signal bad_writes"},
	{KIT, "\"> 3 in 1h\"", "\"> 3 for 1h\"", "counted, not measured"},
	{KIT, "\"> 3 in 1h\"", "\"< 3 in 1h\"", "cannot be < or <="},
	{KIT, "\"> 3 in 1h\"", "\"> 3% in 1h\"", "only for ratios"},
	{KIT, "when: \"> 3 in 1h\"", "on_timer: fire, when: \"> 3 in 1h\"", "never act by themselves"},
	{KIT, "when: \"> 3 in 1h\"", "at_least: \"5 in 1h\", when: \"> 3 in 1h\"", "has no traffic"},
	{KIT, "signal: p1, ", "signal: other, ", "breaches no row"},
	/* ---- reports, gate, drills, keys, defaults ---- */
	{KIT, "{ask: \"A P1 was opened\", counts: true}", "{counts: true}", "`ask` is missing"},
	{KIT, "{ask: \"A P1 was opened\", counts: true}", "{ask: \"A P1 was opened\", counts: 1}", "true or false"},
	{KIT, "{ask: \"A P1 was opened\", counts: true}", "{ask: \"A P1\", services: [chekout]}", "no service is called chekout"},
	{KIT, "  data_loss:         {ask", "  other:         {ask", "exists in every kit", NULL, NULL, 2},
	{KIT, "  data_loss:         {ask", "  data_lost:         {ask", "no report is called so", "name: data-loss"},
	{KIT, "  p1:                {ask", "  bad_writes:        {ask", "a report and a signal of checkout", NULL, NULL, 2},
	{KIT, "rehearsed_within: 7d", "rehearsed_in: 7d", "no key `rehearsed_in`"},
	{KIT, "rehearsed_within: 7d", "rehearsed_within: 7", "a duration"},
	{KIT, "every: 30d", "evry: 30d", "no key `evry`"},
	{KIT, "drills:", "keys: {a: checkout-rollback}\ndrills:", "the console's own: ways back", "keys: {a:"},
	{KIT, "drills:", "keys: {D: checkout-rollback}\ndrills:", "the console's own: declare", "keys: {D:"},
	{KIT, "drills:", "keys: {7: checkout-rollback}\ndrills:", "no key that a kit may use", "keys: {7:"},
	{KIT, "drills:", "keys: {rr: checkout-rollback}\ndrills:", "no key that a kit may use", "keys: {rr:"},
	{KIT, "drills:", "keys: {K: checkout-rolback}\ndrills:", "no service has an action", "keys: {K:"},
	{KIT, "drills:", "keys: {s: checkout-rollback}\ndrills:", "the key s is checkout-slow", "keys: {s:"},
	{KIT, "drills:", "keys: [K]\ndrills:", "names with values", "keys: [K]"},
	{KIT, "drills:", "defaults: {signal: {}}\ndrills:", "no key `signal`", "defaults: {"},
	{KIT, "drills:", "defaults: {verify: {withn: 5m}}\ndrills:", "no key `withn`", "defaults: {"},
	{KIT, "drills:", "defaults: {signals: {up: {backend: nope, query: up}}}\ndrills:", "no backend is called nope", "defaults: {"},
	{KIT, "drills:", "defaults: {signals: {up: {backend: metrics}}}\ndrills:", "`query` is missing", "defaults: {"},
	{KIT, "drills:", "defaults: {actions: {timout: 5m}}\ndrills:", "no key `timout`", "defaults: {"},
	{KIT, "drills:", "defaults: {signals: {every: soon}}\ndrills:", "a duration", "defaults: {"},
	{KIT, "drills:", "defaults: {actions: [{name: off, level: 9, verb: pause, backend: cluster}]}\ndrills:", "a number from 1 to 4", "defaults: {"},
	/* ---- a service ---- */
	{CHECKOUT, "service: checkout", "service: chekout", "the file is called checkout.yaml"},
	{CHECKOUT, "service: checkout\n", "", "`service` is missing", "tier: tier-1"},
	{CHECKOUT, "tier: tier-1", "tier: tier1", "no tier is called tier1"},
	{CHECKOUT, "tier: tier-1", "teir: tier-1", "no key `teir`", NULL, NULL, 2},
	{CHECKOUT, "owner: ravi", "owner: ravy", "nobody holds a role of that name"},
	{CHECKOUT, "owner: ravi", "owner:", "`owner` of a service is empty"},
	{CHECKOUT, "on_call: [ravi, maya]", "on_call: [ravi, maja]", "maja is no person"},
	{CHECKOUT, "on_call: [ravi, maya]", "on_call: ravi", "a list"},
	{CHECKOUT, "blast_radius: service", "blast_radius: local", "`blast_radius` cannot be"},
	{CHECKOUT, "depends_on: [ledger]", "depends_on: [leger]", "no service is called leger"},
	{CHECKOUT, "depends_on: [ledger]", "depends_on: [checkout]", "depends on itself"},
	{CHECKOUT, "deploys: {backend: cluster,", "deploys: {backend: clustr,", "no backend is called clustr"},
	{CHECKOUT, "deploys: {backend: cluster,", "deploys: {", "`backend` is missing"},
	{CHECKOUT, "deploys: {backend: cluster, target: {kind: Deployment, namespace: shop, name: checkout}}", "deploys: {backend: cluster}",
		"`target` is missing"},
	{CHECKOUT, "    backend: metrics\n", "    backend: metric\n", "no backend is called metric"},
	{CHECKOUT, "    unit: ratio", "    unit: percent", "`unit` cannot be", NULL, NULL, 5},
	{CHECKOUT, "    every: 5s", "    every: 5", "a duration"},
	{CHECKOUT, "    every: 5s", "    every: 1ms", "at least 100ms"},
	{CHECKOUT, "    every: 5s", "    every: 5s\n    stale_after: 2s", "shorter than `every`", "stale_after"},
	{CHECKOUT, "    window: 1m", "    window: immediate", "longer than nothing"},
	{CHECKOUT, "    traffic: requests", "    traffic: request", "has no signal request"},
	{CHECKOUT, "    traffic: requests", "    traffic: latency_p99", "must be another signal that counts"},
	{CHECKOUT, "    traffic: requests", "    trafic: requests", "no key `trafic`"},
	{CHECKOUT, "  bad_writes:  {", "  bad writes:  {", "is not a name", NULL, NULL, 2},
	{CHECKOUT, "  bad_writes:  {", "  bad_write:   {", "no signal of this service is called bad_writes", "bleeding:"},
	{CHECKOUT, "unit: s, every", "unit: ratio, every", "only for times", "good: ["},
	{CHECKOUT, "  - name: new-checkout-off", "  - title: new-checkout-off", "no key `title`", NULL, NULL, 2},
	{CHECKOUT, "    key: f", "    key: a", "the console's own: ways back"},
	{CHECKOUT, "    key: f", "    key: F", "the console's own: freeze"},
	{CHECKOUT, "    key: f", "    key: ff", "no key that a kit may use"},
	{CHECKOUT, "    key: f", "    key: 1", "no key that a kit may use"},
	{CHECKOUT, "    key: f", "    key: é", "no key that a kit may use"},
	{CHECKOUT, "    key: s", "    key: r", "the key r belongs to checkout-rollback already"},
	{CHECKOUT, "    level: 3", "    level: 5", "a number from 1 to 4"},
	{CHECKOUT, "    level: 3", "    level: deploy", "a number from 1 to 4"},
	{CHECKOUT, "    level: 3\n", "", "`level` is missing", "name: checkout-migration-down"},
	{CHECKOUT, "    class: reverse", "    class: backwards", "`class` cannot be"},
	{CHECKOUT, "    class: reverse", "    class: tell", "`class` cannot be"},
	{CHECKOUT, "    verb: weight    ", "    verb: shrink    ", "does not say what class"},
	{CHECKOUT, "    verb: flag-off\n    backend: flags\n    target: {feature: new", "    verb: flag-on\n    backend: flags\n    target: {feature: new",
		"does not say what class", "verb: flag-on"},
	{CHECKOUT, "    backend: flags", "    backend: flag", "no backend is called flag"},
	{CHECKOUT, "    target: {feature: new-checkout}", "    target: new-checkout", "names with values"},
	{CHECKOUT, "    to: \"@v41\"", "    to: \"v 41\"", "a version"},
	{CHECKOUT, "    to: \"@v41\"", "    to: [41]", "one text"},
	{CHECKOUT, "    requires: [snapshot-orders]", "    requires: [snapshot-order]", "no procedure in data/ is called snapshot-order"},
	{CHECKOUT, "    requires: [snapshot-orders]", "    require: [snapshot-orders]", "no key `require`"},
	{CHECKOUT, "    degraded: \"Old checkout form; no wallet payments\"", "    degraded: \"\"", "must be a text"},
	{CHECKOUT, "    undo: {verb: weight, ", "    undo: {", "`verb` is missing"},
	{CHECKOUT, "    undo: {verb: weight, ", "    undo: {verb: weight, form: x, ", "no key `form`"},
	{CHECKOUT, "{time: 5m, on: 2026-11-16", "{time: five, on: 2026-11-16", "a duration"},
	{CHECKOUT, "{time: 5m, on: 2026-11-16", "{time: 5m, on: 2026-11-31", "a day"},
	{CHECKOUT, "{time: 5m, on: 2026-11-16", "{time: 5m, on: yesterday", "a day"},
	{CHECKOUT, "{time: 5m, on: 2026-11-16", "{on: 2026-11-16", "`time` is missing"},
	{CHECKOUT, "where: staging, by: ravi}\n  - name: checkout-rollback", "by: ravi}\n  - name: checkout-rollback", "`where` is missing"},
	{CHECKOUT, "where: staging, by: lena}", "where: staging, by: lenna}", "lenna is no person"},
	{CHECKOUT, "  - name: checkout-slow", "  - name: checkout-rollback", "two actions called checkout-rollback"},
	{CHECKOUT, "    level: 3", "    level: 3\n    covers: [chekout]", "no service is called chekout", "covers:"},
	{CHECKOUT, "    level: 3", "    level: 3\n    covers: [checkout, ledger]\n    blast_radius: service", "the radius cannot be service", "    blast_radius:"},
	{CHECKOUT, "    level: 3", "    level: 3\n    timeout: 0s", "longer than nothing", "timeout:"},
	{LEDGER, "key: L, level: 2,", "key: L, level: 2, blast_radius: service,", "narrower than the service's"},
	{CHECKOUT, "\"error_rate < 1% for 1m\"", "\"eror_rate < 1% for 1m\"", "no signal of this service is called eror_rate"},
	{CHECKOUT, "\"error_rate < 1% for 1m\"", "\"error_rate 1% for 1m\"", "begin with"},
	{CHECKOUT, "\"error_rate < 1% for 1m\"", "\"< 1% for 1m\"", "begin with a signal's name"},
	{CHECKOUT, "\"error_rate < 1% for 1m\"", "error_rate any", "\"any\" is for reports"},
	{CHECKOUT, "latency_p99 < 800ms", "latency_p99 < 800%", "only for ratios"},
	{CHECKOUT, "volume: \"requests > 300 for 1m\"", "volume: \"requests > 300 of 1m\"", "ended here"},
	{CHECKOUT, "volume: \"requests > 300 for 1m\"", "volume: \"request > 300 for 1m\"", "no signal of this service"},
	{CHECKOUT, "volume: \"requests > 300 for 1m\"", "volumes: \"requests > 300 for 1m\"", "no key `volumes`"},
	{CHECKOUT, "  within: 15m", "  within: 0s", "longer than nothing"},
	{CHECKOUT, "  caches_may_lag: 30s", "  caches_may_lag: a while", "a duration"},
	{CHECKOUT, "bleeding: [\"bad_writes > 0 for 10s\"]", "bleeding: \"bad_writes > 0 for 10s\"", "a list"},
	{CHECKOUT, "bleeding: [\"bad_writes > 0 for 10s\"]", "bleeding: [\"bad_writes > 0 for 10\"]", "duration"},
	{CHECKOUT, "error_rate > 40% for 30s", "error_rate > 40 % for 30s", "ended here"},
	{CHECKOUT, "escalate: {after: 10m, to: lena}", "escalate: {after: 10m, to: lenna}", "lenna is no person"},
	{CHECKOUT, "escalate: {after: 10m, to: lena}", "esclate: {after: 10m, to: lena}", "no key `esclate`"},
	{LEDGER, "deploys: {backend", "verify: {version: true}\ndeployss: {backend", "no key `deployss`", "deployss:", NULL, 3},
	/* ---- releases, data, comms ---- */
	{RELEASE, "release: checkout 42", "relase: checkout 42", "no key `relase`", NULL, NULL, 2},
	{RELEASE, "service: checkout", "service: chekout", "no service is called chekout"},
	{RELEASE, "version: \"42\"", "version: \"4 2\"", "a version"},
	{RELEASE, "owner: ravi", "owner: ravy", "ravy is no person"},
	{RELEASE, "level: 2 ", "level: 0 ", "a number from 1 to 4"},
	{RELEASE, "rollback: checkout-rollback", "rollback: checkout-rolback", "checkout has no action checkout-rolback"},
	{RELEASE, "door: two-way", "door: revolving", "`door` cannot be"},
	{RELEASE, "can_lock_out_users: false", "can_lock_out_users: no", "true or false"},
	{RELEASE, "confirms_recovery: error_rate", "confirms_recovery: eror_rate", "checkout has no signal eror_rate"},
	{RELEASE, "cache_keys: versioned", "cache_key: versioned", "no key `cache_key`"},
	{DATA, "procedure: snapshot-orders", "procedure: snapshot-order", "the file is called"},
	{DATA, "purpose: snapshot ", "purpose: copy ", "`purpose` cannot be"},
	{DATA, "owner: lena", "owner: lenna", "lenna is no person"},
	{DATA, "backend: orders-db, verb: restore-check", "backend: order-db, verb: restore-check", "no backend is called order-db"},
	{DATA, "verb: restore-check", "verbs: restore-check", "no key `verbs`", NULL, NULL, 2},
	{COMMS, "audience: customers", "audiance: customers", "no key `audiance`", NULL, NULL, 2},
	{COMMS, "send: support", "send: suport", "no list is called suport"},
	{COMMS, "owner: comms-lead", "owner: coms-lead", "nobody holds a role"},
	{COMMS, "first_due: 15m", "first_due: soon", "a duration"},
	{COMMS, "---\naudience", "audience", "begins with its front matter", "audience"},
};

static bool found_in(const struct problems *p, const char *file, int line, const char *what)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].severity == PROBLEM_ERROR && strcmp(p->v[i].file, file) == 0 && p->v[i].line == line && strstr(p->v[i].what, what)
			&& p->v[i].column > 0 && p->v[i].mend[0])
			return true;
	return false;
}

static void print_all(size_t row, const struct mutant *m, const struct problems *p, const char *file, int line)
{
	print_error("row %zu: \"%s\" -> \"%s\" should say \"%s\" at %s:%d\n", row, m->find, m->with, m->what, file, line);
	for (size_t i = 0; i < p->n; i++)
		print_error("    %s:%d:%d: %s (%s)\n", p->v[i].file, p->v[i].line, p->v[i].column, p->v[i].what, p->v[i].mend);
}

/* The line to blame: that of `at`, else the changed one. */
static int line_to_blame(struct kit_files *fs, const struct mutant *m, const char *before, const char **out_file)
{
	*out_file = m->at_file ? m->at_file : m->file;
	const char *text = example_file(fs, *out_file)->text;
	const char *at = m->at ? strstr(text, m->at) : NULL;
	if (at)
		return line_of(text, at);
	/* leading line feeds of what was replaced are not the changed line */
	return line_of(before, strstr(before, m->find));
}

static bool try_mutant(struct kit_files *fs, size_t row)
{
	const struct mutant *m = &mutants[row];
	struct kit_file *f = example_file(fs, m->file), was = *f;
	struct problems p = {0};
	struct kit *k = NULL;
	const char *file;
	char *changed = replaced(was.text, m->find, m->with);
	f->text = changed;
	f->len = strlen(changed);
	int line = line_to_blame(fs, m, was.text, &file);
	kit_parse(fs->v, fs->n, &k, &p);
	bool good = !k && found_in(&p, file, line, m->what) && p.errors == (size_t)(m->errors ? m->errors : 1);
	if (!good)
		print_all(row, m, &p, file, line);
	kit_free(k);
	problems_release(&p);
	*f = was;
	free(changed);
	return good;
}

static void test_mutants(void **state)
{
	(void)state;
	struct kit_files fs;
	size_t wrong = 0;
	example_read(&fs);
	for (size_t i = 0; i < COUNT(mutants); i++)
		wrong += !try_mutant(&fs, i);
	kit_files_release(&fs);
	if (wrong)
		fail_msg("%zu of %zu mutants", wrong, COUNT(mutants));
	assert_true(COUNT(mutants) >= 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutants)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
