#!/usr/bin/env python3
"""backout-plugin-prometheus against the real Prometheus, fed by a small exporter."""
import json
import math
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import Dir, Plugin, check, main, program, same, wait_for  # noqa: E402
from plug_metrics import Counter, Exporter, need, now_text, prometheus  # noqa: E402

need("prometheus")
BCRYPT = "$2b$04$9LPJ1W5hacrrxTmlioycZ.okYcxMmfk8MtAcMQBD5g2pQ9j/jQ8ia"  # of pa55

SERVICES = [f"svc-{i}.eu" for i in range(40)]


def figures():
    lines = []
    for i, s in enumerate(SERVICES):
        lines.append(f'ratio{{service="{s}"}} {i / 100}')
        for pod in ("a", "b"):
            lines.append(f'up_pods{{service="{s}",pod="{pod}"}} {i}')
        lines.append(f'requests_total{{service="{s}",code="200"}} {i * 10}')
        lines.append(f'requests_total{{service="{s}",code="500"}} {i}')
    lines += ['odd{kind="nan"} NaN', 'odd{kind="up"} +Inf', 'odd{kind="down"} -Inf', 'odd{kind="tiny"} 1e-300', 'quoted{service="a b\\"c|d"} 7',
              'quoted{service="a.b"} 8', 'quoted{service="axb"} 9']
    return "\n".join(lines) + "\n"


class World:
    """One Prometheus for the whole file."""
    exporter = prom = None

    @classmethod
    def start(cls):
        cls.exporter = Exporter(figures())
        cls.prom = prometheus(cls.exporter)
        wait_for(lambda: cls.ask('count(ratio)') == [str(len(SERVICES))], 20, "the first scrape")
        wait_for(lambda: cls.ask('count(rate(requests_total{code="200"}[1m]))') == [str(len(SERVICES))], 20, "a rate")

    @classmethod
    def ask(cls, query):
        q = urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(f"{cls.prom.url}/api/v1/query?{q}", timeout=5) as r:
            return [s["value"][1] for s in json.load(r)["data"]["result"]]

    @classmethod
    def stop(cls):
        cls.prom.__exit__()
        cls.exporter.__exit__()


def rows(queries, every=0.3):
    return [{"service": "s", "signal": k, "query": q, "every": every} for k, q in queries.items()]


def watch(queries, every=0.3, config=None, secrets=None):
    p = Plugin(program("prometheus"), env={"http_proxy": "http://127.0.0.1:9"})
    p.start({"url": World.prom.url, **(config or {})}, secrets, mode="watch")
    p.result("watch", {"deploys": [], "signals": rows(queries, every)})
    return p


def values(p, signal):
    return [{**v, "at": s["at"]} for s in p.of("samples") for v in s["values"] if v["signal"] == signal]


def measure(queries, seconds=8, rounds=1, **more):
    p = watch(queries, **more)
    wait_for(lambda: all(len(values(p, k)) >= rounds for k in queries), seconds, "samples")
    out = {k: values(p, k)[-1] for k in queries}
    for v in out.values():
        check(v["value"] is None or (isinstance(v["value"], (int, float)) and math.isfinite(v["value"])), v)
        check("error" not in v or v["value"] is None, v)
    p.close()
    return out


def test_values():
    got = measure({"plain": 'ratio{service="svc-7.eu"}', "sum": 'sum(up_pods{service="svc-3.eu"})', "number": "1 + 1", "scalar": 'scalar(ratio{service="svc-9.eu"})',
                   "tiny": 'odd{kind="tiny"}', "space": '  ratio { service = "svc-8.eu" }  ', "zero": 'ratio{service="svc-0.eu"}'})
    same({k: v["value"] for k, v in got.items()}, {"plain": 0.07, "sum": 6, "number": 2, "scalar": 0.09, "tiny": 1e-300, "space": 0.08, "zero": 0})
    for v in got.values():
        check(abs(time.time() - time.mktime(time.strptime(v["at"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone) < 10, v)


def test_not_numbers_no_data_several():
    got = measure({"nan": 'odd{kind="nan"}', "up": 'odd{kind="up"}', "down": 'odd{kind="down"}', "none": 'no_such_series{service="a"}',
                   "several": "ratio", "pods": 'up_pods{service="svc-1.eu"}', "range": 'ratio{service="svc-1.eu"}[5m]', "text": '"hello"',
                   "syntax": "sum(ratio", "syntax2": "sum(ratio))", "comment": 'ratio{service="svc-2.eu"} # why', "matching": "ratio * on() up_pods", "good": 'ratio{service="svc-5.eu"}'})
    for k, v in got.items():
        check(v["value"] is None or k in ("good", "comment"), k, v)
    for k in ("nan", "up", "down"):
        check("not a number" in got[k]["error"], got[k])
    check("error" not in got["none"], "an empty answer is no data", got["none"])
    check("40 series" in got["several"]["error"] and "2 series" in got["pods"]["error"] and "sum(" in got["pods"]["error"], got["several"], got["pods"])
    check("range" in got["range"]["error"] and "text" in got["text"]["error"], got["range"], got["text"])
    check("400" in got["syntax"]["error"] and "400" in got["syntax2"]["error"] and "422" in got["matching"]["error"], got["syntax"], got["matching"])
    same([got["good"]["value"], got["comment"]["value"]], [0.05, 0.02], "one bad query blinds no other")


def test_alike_is_the_same_as_alone():
    """Every shape, merged over the services, gives what Prometheus says of each query by itself."""
    shapes = ['ratio{service="%s"}', 'ratio{service="%s"} * 100 > 5', 'sum(up_pods{service="%s"})', 'avg by (service) (up_pods{service="%s"})', 'max without (pod) (up_pods{service="%s"})',
              'sum(requests_total{service="%s",code=~"5.."}) / sum(requests_total{service="%s"})', 'count(up_pods{service="%s"} > 3) or sum(ratio{service="%s"})',
              'clamp_max(ratio{service="%s"}, 0.1)', 'sum(rate(requests_total{service="%s"}[1m]))', 'quantile(0.5, up_pods{service="%s"})', '- ratio{service="%s"}',
              'sum by (pod) (up_pods{service="%s",pod="a"})', 'ratio{service="%s"} / sum(up_pods{service="%s"})', 'ratio{service="%s"} and on() vector(1)',
              'ratio{service="%s"} unless up_pods{service="%s"}', 'sum(sum by (pod) (up_pods{service="%s"})) + ratio{service="%s"}', 'absent(ratio{service="%s"})',
              'max(ratio{service="%s"} or vector(0.5))', 'ratio{service="%s"} offset 1h', 'sum by (le) (ratio{service="%s"}) * ignoring(le) ratio{service="%s"}', 'sum by (service)(sum(ratio{service="%s"}))',
              '(ratio{service="%s"} >bool 0.2) + 1', 'sum by (service) (ratio{service="%s"}) / sum(up_pods{service="%s"})',
              'sum(ratio{service="%s"}) + on() sum by (service) (ratio{service="%s"})', 'max(ratio{service="%s"}) or avg by (service) (up_pods{service="%s"})']
    queries = {f"{i}/{s}": shape.replace("%s", s) for i, shape in enumerate(shapes) for s in SERVICES[:12] + ["gone"]}
    with Counter(World.prom.url) as c:
        got = measure(queries, 20, config={"url": c.url})
        alike = [q for q in c.asked if q.count("|") >= 12 and "bo_q" not in q]
        check(len(alike) >= 14, len(alike), "shapes were asked for together:", *alike)
    for k, q in queries.items():
        want = World.ask(q)
        if not want:
            check(got[k]["value"] is None and "error" not in got[k], q, got[k], "wanted no data")
        elif len(want) > 1:
            check("series" in got[k]["error"], q, got[k])
        elif not math.isfinite(float(want[0])):
            check("not a number" in got[k]["error"], q, got[k])
        else:
            same(got[k]["value"], float(want[0]), q)


def test_values_are_not_expressions():
    got = measure({"quote": "quoted{service='a b\"c|d'}", "dot": 'quoted{service="a.b"}', "x": 'quoted{service="axb"}', "star": 'quoted{service=".*"}', "bar": 'quoted{service="a.b|axb"}'})
    same([got[k]["value"] for k in ("quote", "dot", "x", "star", "bar")], [7, 8, 9, None, None])


def test_one_question_for_many():
    with Counter(World.prom.url) as c:
        p = watch({f"r{i}": f'ratio{{service="{s}"}}' for i, s in enumerate(SERVICES)}, every=0.3, config={"url": c.url})
        wait_for(lambda: len(values(p, "r3")) >= 6, 12, "rounds")
        told, asked = len(values(p, "r3")), list(c.asked)
        p.close()
    check(told - 1 <= len(asked) <= told + 2, len(asked), "questions for", told, "rounds of 40 signals")
    check(all('service=~"svc-0' in q for q in asked), asked[0])
    same(values(p, "r39")[-1]["value"], 0.39)


def test_batches():
    """What is not alike goes in batches; one that is wrong is found once, and then left out for a while."""
    with Counter(World.prom.url) as c:
        queries = {f"q{i}": f"vector({i})" for i in range(70)}
        queries["bad"] = "sum("
        queries["worse"] = 'ratio{service="a"'
        queries["number"] = "7"
        p = watch(queries, every=0.5, config={"url": c.url})
        wait_for(lambda: len(values(p, "q69")) >= 6 and len(values(p, "bad")) >= 6, 15, "rounds")
        told, asked = len(values(p, "q69")), list(c.asked)
        for i in range(70):
            same({v["value"] for v in values(p, f"q{i}")}, {i})
        check(all("400" in v["error"] for v in values(p, "bad") + values(p, "worse")))
        same({v["value"] for v in values(p, "number")}, {7})
        p.close()
        check(len(asked) <= 5 * told + 20, len(asked), "questions for", told, "rounds")
        check(len([q for q in asked if q == "sum("]) == 1, "a query that is no PromQL is not asked every round")


def test_stale_exporter():
    """An exporter that is gone is no data within seconds, and never its last value."""
    e = World.exporter
    old, e.text = e.text, "other 1\n"
    try:
        p = watch({"r": 'ratio{service="svc-7.eu"}'})
        wait_for(lambda: values(p, "r") and values(p, "r")[-1]["value"] is None and "error" not in values(p, "r")[-1], 10, "no data")
        p.close()
    finally:
        e.text = old
    wait_for(lambda: World.ask("count(ratio)") == ["40"], 10)


def test_old_samples_have_their_own_time():
    """A series that is only handed on (its exporter stamps it) is answered for minutes; it is told as of when it was."""
    e = World.exporter
    old, when = e.text, time.time() - 30
    e.text = old + "".join(f'handed{{service="{s}"}} 5 {int(when * 1000)}\n' for s in ("a", "b"))
    try:
        wait_for(lambda: World.ask("count(handed)") == ["2"], 10)
        for names in (["a"], ["a", "b"]):
            queries = {n: f'handed{{service="{n}"}}' for n in names} | {"fresh": 'ratio{service="svc-7.eu"}', "sum": "sum(handed)"}
            for stale, age in ((10, 30), (90, 0)):
                got = measure(queries, config={"stale": stale})
                for n in queries:
                    at = time.mktime(time.strptime(got[n]["at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
                    want = when if n in names and age else time.time()
                    check(abs(at - want) < 6, n, stale, got[n], "wanted", want)
                same(([got[n]["value"] for n in names], got["fresh"]["value"], got["sum"]["value"]), ([5] * len(names), 0.07, 10))
    finally:
        e.text = old


def test_login():
    """The real one's own basic authentication over TLS."""
    with Dir() as d:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{d}/key", "-out", f"{d}/cert", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        web = f"tls_server_config: {{cert_file: {d}/cert, key_file: {d}/key}}\nbasic_auth_users: {{ops: '{BCRYPT}'}}\n"
        with prometheus(World.exporter, web=web) as server:
            url = server.url.replace("http:", "https:")
            for password, ca, want in (("pa55", True, 7), ("wrong", True, "does not know us"), ("pa55", False, "no answer")):
                config = {"url": url, "user": "ops", "tls": {"ca": f"{d}/cert"} if ca else {}}
                v = measure({"x": "vector(7)"}, config=config, secrets={"password": password})["x"]
                check(v["value"] == want if want == 7 else v["value"] is None and want in v["error"], v)


def test_history():
    p = Plugin(program("prometheus"))
    check(p.start({"url": World.prom.url}, mode="watch") is not None)
    time.sleep(2)
    queries = {"ratio": 'ratio{service="svc-7.eu"}', "sum": 'sum(up_pods{service="svc-3.eu"})', "nan": 'odd{kind="nan"}', "none": "no_such", "several": "up_pods",
               "number": "2", "bad": "sum(", "other": 'ratio{service="svc-8.eu"}'}
    got = p.result("history", {"signals": rows(queries), "deploys": [], "from": now_text(-30), "to": now_text(), "step": 1}, 30)
    points = {}
    for s in got["samples"]:
        for v in s["values"]:
            points.setdefault(v["signal"], []).append((s["at"], v["value"], v.get("error")))
    same({v for _, v, _ in points["ratio"]}, {0.07})
    same({v for _, v, _ in points["sum"]}, {6})
    same({v for _, v, _ in points["other"]}, {0.08})
    same({v for _, v, _ in points["number"]}, {2})
    check(all(v is None and "not a number" in e for _, v, e in points["nan"]), points["nan"])
    check(all(v is None and "several" in e for _, v, e in points["several"]), points["several"])
    check("none" not in points and "bad" not in points and "next" not in got, got)
    check([n for n in p.of("log") if "bad" in n["text"]], "the bad one is told")
    ats = [s["at"] for s in got["samples"]]
    same(ats, sorted(ats))
    # more than one line holds comes in pages that neither overlap nor leave out
    start, seen = now_text(-40000), []
    end = now_text()
    frm, pages = start, 0
    while frm:
        got = p.result("history", {"signals": [{"service": f"s{i}", "signal": "n", "query": f"{i} + 1", "every": 5} for i in range(3)], "deploys": [], "from": frm, "to": end, "step": 2}, 30)
        seen += [s["at"] for s in got["samples"]]
        check(all(len(s["values"]) == 3 for s in got["samples"]))
        frm, pages = got.get("next"), pages + 1
    same((len(seen), len(set(seen))), (20001, 20001), "steps")
    check(pages >= 2 and seen == sorted(seen), pages)
    for bad in ({"from": end, "to": start, "step": 5}, {"from": start, "to": end, "step": 0}, {"to": end, "step": 5}):
        p.error("history", {"signals": rows(queries), "deploys": [], **bad}, -32602)
    p.close()


if __name__ == "__main__":
    World.start()
    try:
        main(dict(globals()))
    finally:
        World.stop()
