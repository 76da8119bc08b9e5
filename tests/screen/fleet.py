#!/usr/bin/env python3
"""fleet.py DIR "N [auto]": a kit of N services and an ordinary Tuesday of theirs, for the
front end without a terminal: DIR/kit, and DIR/quiet.txt with the events that
make it.  auto: its customer-facing services go back by themselves.  The same for the same N: golden frames are made from it."""
import os
import sys

PARTS = ["cart", "search", "basket", "orders", "invoice", "mail", "push", "geo", "stock", "price", "media", "profile",
         "login", "session", "report", "export", "import", "audit", "quota", "billing", "wallet", "refund", "ship", "track"]
KINDS = ["api", "web", "worker", "cache", "sync", "index", "gate", "feed", "cron", "proxy", "store", "edge", "batch"]
TIERS = ["customer-facing", "business", "internal"]
PEOPLE = ["ravi", "lena", "tomas", "maya"]

KIT = """\
kit: 1
name: storefront
environment: production
armed: true
people:
  ravi: {name: Ravi Menon, uid: 70001, roles: [incident-commander, on-call]}
  lena: {name: Lena Koch, uid: 70002, roles: [service-owner, incident-commander]}
  tomas: {name: Tomas Ruiz, uid: 70003, roles: [on-call]}
  maya: {name: Maya Lind, uid: 70004, roles: [on-call]}
tiers:
  customer-facing: {recovery: rollback, revert_target: 10m}
  business: {recovery: rollback, revert_target: 30m}
  internal: {recovery: roll-forward, revert_target: 1h}
authority:
  service: {roles: [on-call, incident-commander]}
  shared: {roles: [incident-commander]}
  global: {roles: [incident-commander], acknowledge: service-owner}
backends:
  cluster: {plugin: releases, config: {}}
  metrics: {plugin: probe, config: {}}
rubric:
  - {name: error-spike, signal: error_rate, when: "> 5% for 2m", action: reverse, owner: on-call, timer: 5m}
  - {name: slow, signal: latency, when: "> 0.8s for 2m", action: slow, owner: on-call, timer: 5m}
"""

SERVICE = """\
service: %(name)s
tier: %(tier)s
owner: %(owner)s
on_call: [%(owner)s]
deploys: {backend: cluster, target: {dir: /srv/%(name)s}}
signals:
  error_rate: {backend: metrics, query: "e", unit: ratio, every: 5s, stale_after: 60s, window: 1m}
  latency: {backend: metrics, query: "l", unit: s, every: 5s, stale_after: 60s, window: 1m}
actions:
  - {name: %(name)s-rollback, key: r, level: 2, class: reverse, verb: rollback, backend: cluster, confirmed: {time: 3m, on: 2026-11-02, where: staging, by: %(owner)s}}
verify: {good: ["error_rate < 1%% for 1m"], within: 10m}
"""


def names(n):
    all_names = ["%s-%s" % (a, b) for b in KINDS for a in PARTS]
    return sorted((all_names + ["%s-%d" % (x, i) for i in range(2, 5) for x in all_names])[:n])


def main():
    top, words = sys.argv[1], sys.argv[2].split()
    n, kit = int(words[0]), KIT
    if "auto" in words:
        kit = kit.replace("customer-facing: {recovery: rollback,", "customer-facing: {recovery: auto-rollback, veto: 30s,")
        kit = kit.replace("authority:\n", "automatic: {on: [bastion]}\nauthority:\n").replace("> 5% for 2m\", ", "> 5% for 2m\", at_least: \"50 in 2m\", ")
    os.makedirs(top + "/kit/services")
    with open(top + "/kit/kit.yaml", "w") as f:
        f.write(kit)
    out = open(top + "/quiet.txt", "w")
    out.write('event store engine - {"format":1,"id":"0123456789abcdef0123456789abcdef","kit":"storefront","environment":"production","tool":"backout test"}\n')
    out.write('event engine engine - {"what":"started","host":"bastion","pid":1,"version":"0.1.0","reducer":1}\n')
    out.write("kit %s/kit\n" % top)
    for backend, plugin in (("cluster", "releases"), ("metrics", "probe")):
        out.write('event plugin engine - {"backend":"%s","plugin":"%s","version":"1","state":"ready","pid":2,"restarts":0,"verbs":[]}\n' % (backend, plugin))
    for i, name in enumerate(names(n)):
        owner = PEOPLE[i % len(PEOPLE)]
        with open("%s/kit/services/%s.yaml" % (top, name), "w") as f:
            f.write(SERVICE % {"name": name, "tier": TIERS[(i * 7) % 3], "owner": owner})
        minute = 1435 - (i * 37) % 9000
        day, minute = 24 + minute // 1440, minute % 1440
        if day == 24:  # before the story begins
            minute = minute % 120
        out.write('event deploy plugin:cluster - {"backend":"cluster","service":"%s","version":"%d.%d","previous":"%d.%d","by":"%s",'
                  '"at":"2026-11-%02dT%02d:%02d:00Z","strategy":"rolling","share":%s,"state":"live"}\n'
                  % (name, 3 + i % 5, i % 11 + 1, 3 + i % 5, i % 11, owner, day, minute // 60, minute % 60, "0.2" if i % 149 == 7 else "1"))
    out.write("at 02:30:00\n" + samples(n, "02:30:00", []) + "at 02:30:04\n")
    out.close()
    # what the webs and the gates share is ill
    bad = [x for x in names(n) if x.endswith("-web") or x.endswith("-gate")][:30]
    with open(top + "/pending.txt", "w") as f:
        f.write("at 02:31:00\n" + samples(n, "02:31:00", bad) + rows(bad, "pending", "02:33:00") + "at 02:31:02\n")
    with open(top + "/breached.txt", "w") as f:
        f.write("at 02:33:00\n" + samples(n, "02:33:00", bad) + rows(bad, "breached", "02:38:00") + "at 02:33:01\n")
    with open(top + "/brake.txt", "w") as f:
        f.write("batch\n" + "".join('event automatic engine - {"row":"error-spike","service":"%s","action":"%s-rollback","preflight":false,"missing":'
                                   '["brake: 3 or more services turn bad together"]}\n' % (x, x) for x in bad) + "batch-end\n")


def samples(n, at, bad):
    values = ['"%s/error_rate":%.4f,"%s/latency":%.3f' % (name, 0.2 + i * 0.001 if name in bad else 0.001 + (i % 13) * 0.0004, name, 0.04 + (i % 17) * 0.02)
              for i, name in enumerate(names(n)) if i % 101 != 50]
    return 'event samples plugin:metrics - {"backend":"metrics","at":"2026-11-24T%sZ","v":{%s}}\n' % (at, ",".join(values))


def rows(bad, state, until):
    return "".join('event rubric engine - {"row":"error-spike","service":"%s","signal":"error_rate","state":"%s","value":0.21,'
                   '"since":"2026-11-24T02:31:00Z","until":"2026-11-24T%sZ"}\n' % (name, state, until) for name in bad)


main()
