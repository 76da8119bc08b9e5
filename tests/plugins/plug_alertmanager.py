#!/usr/bin/env python3
"""backout-plugin-alertmanager against the real Alertmanager, and against ones that lie."""
import http.server
import json
import os
import random
import sys
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import Plugin, check, main, program, same, wait_for  # noqa: E402
from plug_metrics import Serving, alertmanager, need, now_text  # noqa: E402

need("prometheus-alertmanager")


class World:
    am = None

    @classmethod
    def post(cls, path, body, method="POST"):
        r = urllib.request.Request(cls.am.url + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                   headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(r, timeout=5) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @classmethod
    def alert(cls, ends=None, **labels):
        cls.post("/api/v2/alerts", [{"labels": labels, **({"endsAt": ends} if ends else {})}])

    @classmethod
    def silence(cls, seconds, comment="known", **labels):
        m = [{"name": k, "value": v, "isRegex": False, "isEqual": True} for k, v in labels.items()]
        return cls.post("/api/v2/silences", {"matchers": m, "startsAt": now_text(), "endsAt": now_text(seconds), "createdBy": "ada", "comment": comment})["silenceID"]


def rows(queries, every=0.2, service="auth"):
    return [{"service": service, "signal": k, "query": q, "every": every} for k, q in queries.items()]


def watch(queries, config=None, every=0.2):
    p = Plugin(program("alertmanager"), env={"http_proxy": "http://127.0.0.1:9"})
    p.start({"url": World.am.url if World.am else "", "settle": 0, **(config or {})}, mode="watch")
    p.result("watch", {"deploys": [], "signals": rows(queries, every)})
    return p


def values(p, signal):
    return [v for s in p.of("samples") for v in s["values"] if v["signal"] == signal]


def newest(p, signal):
    v = values(p, signal)
    return v[-1] if v else None


def comes(p, signal, want, seconds=5):
    wait_for(lambda: newest(p, signal) and newest(p, signal)["value"] == want, seconds, f"{signal} = {want} (is {newest(p, signal)})")


def test_counts():
    World.alert(alertname="Errors", service="auth", severity="P1", pod="a")
    World.alert(alertname="Errors", service="auth", severity="P1", pod="b")
    World.alert(alertname="Slow", service="auth", severity="P2")
    World.alert(alertname="Errors", service="cart", severity="P1", note='say "hi\\now"')
    want = {'severity="P1"': 3, 'severity=P1,service="auth"': 2, '{alertname="Errors",service="auth",pod="b"}': 1, 'alertname!="Errors"': 1, "{}": 4,
            'alertname=~"Err.*|Slow"': 4, 'service=~"(?i)AUTH",severity!~"P2"': 2, 'nothing=""': 4, 'pod!=""': 2, 'alertname="None"': 0, "any {}": 4,
            "suppressed {}": 0, 'active service="cart"': 1, 'note="say \\"hi\\\\now\\""': 1, ' severity = "P2" , ': 1}
    p = watch({q: q for q in want})
    for q, n in want.items():
        wait_for(lambda: newest(p, q), 5, q)  # noqa: B023
        same(newest(p, q).get("value"), n, f"{q} {newest(p, q)}")
    p.close()


def test_silenced_inhibited_and_resolved():
    p = watch({"active": 'alertname="Leaf"', "suppressed": 'suppressed alertname="Leaf"', "any": 'any alertname="Leaf"', "regex": 'suppressed alertname=~"Le.f"'})
    comes(p, "any", 0)
    World.alert(alertname="Leaf", service="auth")
    comes(p, "active", 1)
    sid = World.silence(3600, service="auth", alertname="Leaf")
    comes(p, "active", 0)
    comes(p, "suppressed", 1)
    comes(p, "regex", 1)
    comes(p, "any", 1)
    World.post(f"/api/v2/silence/{sid}", None, "DELETE")
    comes(p, "active", 1)
    World.alert(alertname="Root", service="auth")  # inhibits
    comes(p, "active", 0)
    comes(p, "suppressed", 1)
    World.alert(ends=now_text(-1), alertname="Root", service="auth")
    comes(p, "active", 1)
    World.alert(ends=now_text(-1), alertname="Leaf", service="auth")
    comes(p, "any", 0)
    p.close()


def test_silences_are_changes():
    before = World.silence(3600, comment="before", service="auth", alertname="Old")
    p = watch({"x": "{}"})
    wait_for(lambda: [n for n in p.of("log") if "silence" in n["text"]], 5, "the log of the first look")
    same(p.of("change"), [])
    sid = World.silence(3600, comment="we know", service="auth", alertname='Q"x')
    other = World.silence(3600, service="nobody-we-watch")
    got = wait_for(lambda: len(p.of("change")) >= 2 and p.of("change"), 15, "changes")
    c = [x for x in got if x.get("service") == "auth"][0]
    same((c["what"], c["by"], c["from"]), ("other", "ada", "not silenced"))
    check(c["name"].startswith("silence ") and 'service="auth"' in c["name"] and 'alertname="Q\\"x"' in c["name"], c)
    check(c["to"].startswith("silenced until 20") and c["to"].endswith(": we know"), c)
    same([x for x in got if "nobody" in x["name"]][0].get("service"), None, "a service that the kit has not told is not named")
    World.post(f"/api/v2/silence/{sid}", None, "DELETE")
    wait_for(lambda: len(p.of("change")) >= 3, 15, "its end")
    same((p.of("change")[2]["from"], p.of("change")[2]["to"], p.of("change")[2].get("service")), ("silenced", "not silenced", "auth"))
    span = {"signals": rows({"x": "{}"}), "deploys": [], "from": now_text(-600), "to": now_text(5), "step": 5}
    past = p.result("history", span, 30)
    same(past["samples"], [])
    told = [(x["name"], x["to"][:8]) for x in past["changes"] if 'Q\\"x' in x["name"]]
    same(sorted(t[1] for t in told), ["not sile", "silenced"], past)
    check([x for x in past["changes"] if "Old" in x["name"]], past)
    same(p.result("history", {**span, "from": now_text(-7200), "to": now_text(-3600)}, 30)["changes"], [])
    p.error("history", {"signals": [], "deploys": [], "from": now_text(), "to": now_text(-5), "step": 5}, -32602)
    p.close()
    for s in (before, other):
        World.post(f"/api/v2/silence/{s}", None, "DELETE")


def test_a_young_one_s_zero_means_nothing():
    p = watch({"none": 'alertname="None"', "some": "{}"}, {"settle": 3000})
    wait_for(lambda: newest(p, "none") and newest(p, "some"))
    check(newest(p, "none")["value"] is None and "error" not in newest(p, "none"), newest(p, "none"))
    check(newest(p, "some")["value"] >= 1, "what it knows it knows")
    p.close()


def test_wrong_queries():
    wrong = ["", 'service="{{servcie}}"', "severity", "severity=", 'severity="P1', "{a=b", "a=b}", "a=b c=d", "1a=b", '{a="b"} x', "a==b", "suppressed", ",", "@eu a=b", ",".join(f"a{i}=b" for i in range(40))]
    p = watch({**{f"w{i}": q for i, q in enumerate(wrong)}, "regex": 'a=~"("', "good": "{}"})
    wait_for(lambda: newest(p, "good") and newest(p, "regex") and all(newest(p, f"w{i}") for i in range(len(wrong))))
    for i, q in enumerate(wrong):
        check(newest(p, f"w{i}")["value"] is None and newest(p, f"w{i}").get("error"), q, newest(p, f"w{i}"))
    check("400" in newest(p, "regex")["error"], newest(p, "regex"))
    check(newest(p, "good")["value"] is not None)
    p.close()


ALERT = {"labels": {"alertname": "X", "service": "auth"}, "status": {"state": "active"}}
YOUNG = {"uptime": "2020-01-01T00:00:00Z"}


def slow(h):
    time.sleep(4)


def huge(h):
    if "filter=" in h.path:
        h.reply(200, [ALERT])
    else:
        h.reply(200, [{**ALERT, "annotations": {"x": "y" * 100000}}] * 100)


# name: (what alerts are answered with, words of the failed sample or the value)
LIES = {"503": ((503, "not ready"), "503"), "401": ((401, "who"), "know us"), "302": ((302, ""), "302"), "object": ((200, {"a": 1}), "Alertmanager"), "text": ((200, "ok"), "JSON"),
        "null": ((200, None), "Alertmanager"), "numbers": ((200, [1, 2]), "no alert"), "nolabels": ((200, [{"status": {"state": "active"}}]), "no alert"),
        "nostate": ((200, [{"labels": {}}]), "no alert"), "mixed": ((200, [ALERT, "x"]), "no alert"), "slow": (slow, "within 1 s"),
        "strange": ((200, [{**ALERT, "status": {"state": "asleep"}}]), 0), "good": ((200, [ALERT, ALERT]), 2), "huge": (huge, 1)}
STATUS = {"sbad": ((200, "<html>"), "JSON"), "slist": ((200, []), "Alertmanager"), "snone": ((200, {}), "since when"), "s404": ((404, "no"), "404")}


class Liar(Serving):
    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                name = self.path.split("/")[1]
                if "/status" in self.path:
                    self.reply(*STATUS.get(name, ((200, YOUNG),))[0])
                elif "/silences" in self.path:
                    self.reply(200, [{"id": 7}, {}, "x", {"id": "a" * 200, "startsAt": "never"}])
                else:
                    lie = LIES.get(name, ((200, []),))[0]
                    self.reply(*lie) if isinstance(lie, tuple) else lie(self)

            def reply(self, status, body):
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/good/api/v2/alerts")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        super().__init__(Handler)


def test_lies():
    with Liar() as liar:
        both = {**LIES, **STATUS}
        servers = {f"n{n}": {"url": f"{liar.url}/{n}", "timeout": 1} for n in both}
        p = Plugin(program("alertmanager"))
        p.start({"servers": servers}, mode="watch")
        p.result("watch", {"deploys": [], "signals": rows({n: f'@n{n} service="auth"' for n in both}) + rows({f"{n}~": f'@n{n} service=~"auth"' for n in both})})
        wait_for(lambda: all(values(p, n) and values(p, f"{n}~") for n in both), 15, "samples")
        for n, (_, want) in both.items():
            for v in values(p, n):
                if isinstance(want, str):
                    check(v["value"] is None and want in v.get("error", ""), n, v, "wanted", want)
                else:
                    same(v["value"], want, n)
        same({v["value"] for v in values(p, "good~")}, {2})
        check(len(values(p, "good")) >= 4, "one that hangs holds up nobody")
        same(p.of("change"), [], "silences that are none")
        same(p.result("ping"), {})
        p.close()


class Big(Serving):
    """Alertmanager with these alerts and silences."""

    def __init__(self, alerts, silences=lambda: []):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = json.dumps(YOUNG if "/status" in self.path else silences() if "/silences" in self.path else alerts).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(Handler)


def test_found_by_labels_is_the_same_as_one_by_one():
    rng = random.Random(7)
    words = ["a", "b", "c", ""]
    alerts = [{"labels": {k: rng.choice(words) for k in ("x", "y", "z") if rng.random() < 0.8}, "status": {"state": rng.choice(["active", "suppressed"])}} for _ in range(300)]
    queries, want = {}, {}
    for i in range(200):
        state = rng.choice(["", "active ", "suppressed ", "any "])
        ms = [(rng.choice("xyz"), rng.choice(["=", "!="]), rng.choice(words)) for _ in range(rng.randrange(1, 4))]
        queries[f"q{i}"] = state + ",".join(f'{k}{op}"{v}"' for k, op, v in ms)
        states = {"suppressed ": ["suppressed"], "any ": ["active", "suppressed"]}.get(state, ["active"])
        want[f"q{i}"] = sum(a["status"]["state"] in states and all((a["labels"].get(k, "") == v) == (op == "=") for k, op, v in ms) for a in alerts)
    with Big(alerts) as am:
        p = watch(queries, {"url": am.url})
        wait_for(lambda: all(values(p, q) for q in queries))
        same({q: newest(p, q)["value"] for q in queries}, want)
        p.close()


def test_so_many_that_nothing_else_is_heard():
    """Thousands of alerts for a thousand signals, and silences that are all others at every look: pings are answered, and
    the record is not flooded."""
    looks = []

    def silences():
        looks.append(1)
        return [{"id": f"{len(looks)}-{i}", "status": {"state": "active"}, "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2030-01-01T00:00:00Z", "matchers": []} for i in range(6000)]
    alerts = [{"labels": {"service": f"s{i}"}, "status": {"state": "active"}} for i in range(30000)]
    with Big(alerts, silences) as am:
        p = watch({f"q{i}": f'service="s{i}",severity!="P3"' for i in range(1000)}, {"url": am.url}, every=1)
        while len(looks) < 3 or not p.of("change"):
            p.result("ping", seconds=5)  # as long as the engine waits
        same({newest(p, f"q{i}")["value"] for i in range(1000)}, {1})
        wait_for(lambda: [c for c in p.of("change") if "silences more" in c["name"]], 10, "how many more")
        check(len(p.of("change")) <= 101 * (len(looks) - 1), len(p.of("change")), "changes of", len(looks), "looks")
        check([n for n in p.of("log") if "5000 of them are followed" in n["text"]], p.of("log"))
        p.close()


def test_config():
    for config, words in [({}, "url"), ({"url": "http://x", "settle": -1}, "settle"), ({"url": "http://x", "labels": 1}, "labels")]:
        p = Plugin(program("alertmanager"))
        check(words in p.error("initialize", {"protocol": 1, "mode": "watch", "backend": "b", "environment": "t", "config": config, "secrets": {}}, -32602))
        p.close()


if __name__ == "__main__":
    World.am = alertmanager()
    try:
        main(dict(globals()))
    finally:
        World.am.__exit__()
