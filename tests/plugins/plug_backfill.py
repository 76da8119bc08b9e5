#!/usr/bin/env python3
"""The past out of the real Prometheus: it has half an hour of figures that turned bad 15 minutes ago, and an engine that
begins now shows breach, onset and, from the releases, the deploy behind it."""
import calendar
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
from engine_lab import Lab  # noqa: E402
from plug_lib import BUILD, check, main, same, wait_for  # noqa: E402
from plug_metrics import Daemon, Exporter, need  # noqa: E402

need("prometheus", "promtool")
STEP = 5


def old_figures(now, onset):
    """OpenMetrics of the last half hour, a sample every 5 s."""
    lines = ["# TYPE ratio gauge"]
    for service, bad in (("auth", 0.9), ("cart", 0.02)):
        for t in range(int(now) - 1800, int(now), STEP):
            lines.append(f'ratio{{service="{service}",job="shop"}} {bad if t >= onset else 0.02} {t}')
    return "\n".join(lines) + "\n# EOF\n"


def prometheus_with_a_past(exporter, now, onset):
    config = f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - {{job_name: shop, honor_labels: true, static_configs: [{{targets: ["127.0.0.1:{exporter.port}"], labels: {{instance: ""}}}}]}}
"""

    def argv(d):
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", f"{d.dir}/old", f"{d.dir}/data"], check=True, stdout=subprocess.DEVNULL)
        return ["prometheus", f"--config.file={d.dir}/prometheus.yml", f"--storage.tsdb.path={d.dir}/data", f"--web.listen-address=127.0.0.1:{d.port}"]
    return Daemon("/-/ready", argv, {"prometheus.yml": config, "old": old_figures(now, onset)})


def seconds(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + text[19:].rstrip("Z"))


def instant(t):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))


def releases(top, onset):
    """A directory of releases whose last one went live 20 s before it turned bad; nobody asks its process."""
    d = os.path.join(top, "auth")
    for v in "41", "42":
        os.makedirs(os.path.join(d, "releases", v))
        with open(os.path.join(d, "releases", v, "app"), "w") as f:
            f.write(v)
    with open(os.path.join(d, "releases", "42", "BY"), "w") as f:
        f.write("lena\n")
    with open(os.path.join(d, "version"), "w") as f:
        f.write("42\n")
    os.symlink("releases/42", os.path.join(d, "current"))
    os.utime(os.path.join(d, "current"), (onset - 20, onset - 20), follow_symlinks=False)
    with open(os.path.join(d, ".backout-history"), "w") as f:
        f.write(f"{instant(onset - 4000)} ran 41\n{instant(onset - 15)} ran 42\n")
    return d


def write_kit(lab, prom, d):
    with open(os.path.join(lab.kit, "kit.yaml"), encoding="utf-8") as f:
        kit = f.read()
    lab.write("kit.yaml", kit.replace("backends:\n", "backends:\n  hosts: {plugin: releases}\n"
                                      f"  metrics: {{plugin: prometheus, config: {{url: '{prom.url}'}}}}\n").replace("> 50% for 1s", "> 50% for 2m"))
    for s in ("auth", "cart"):
        with open(os.path.join(lab.kit, f"services/{s}.yaml"), encoding="utf-8") as f:
            text = f.read()
        text = text.replace("{backend: world, query: rate, unit: ratio, every: 1s}",
                            "{backend: metrics, query: 'ratio{service=\"%s\"}', unit: ratio, every: 1s}" % s)
        if s == "auth":
            text = text.replace("{backend: world, target: {file: auth}}",
                                "{backend: hosts, target: {dir: %s, version_command: [cat, %s/version], reload: {command: [\"true\"]}}}" % (d, d))
        lab.write(f"services/{s}.yaml", text)


def found(lab, kind, **fields):
    return [e for e in lab.log() if e["kind"] == kind and all(e["body"].get(k) == v for k, v in fields.items())]


def test_fifteen_minutes_late():
    os.environ["BACKOUT_PLUGIN_PATH"] = os.path.join(os.path.abspath(BUILD), "plugins")
    now = time.time()
    onset = int(now - 900) // STEP * STEP
    with Exporter('ratio{service="auth",job="shop"} 0.9\nratio{service="cart",job="shop"} 0.02\n') as exporter, \
            prometheus_with_a_past(exporter, now, onset) as prom, Lab(services=("auth", "cart")) as lab:
        write_kit(lab, prom, releases(lab.top, onset))
        lab.engine()
        breach = wait_for(lambda: found(lab, "rubric", service="auth", state="breached"), 20, "the breach")[0]
        fill = wait_for(lambda: found(lab, "backfill", backend="metrics"), 20, "the end of the fill")[0]
        check(fill["body"]["complete"] and fill["body"]["samples"] > 2000, fill)
        since = min(seconds(e["body"]["since"]) for e in found(lab, "rubric", service="auth", state="breached"))
        check(onset - 1 <= since <= onset + STEP, since - onset, breach)
        same(found(lab, "rubric", service="cart", state="breached"), [])
        wait_for(lambda: found(lab, "deploy", filled=True), 20, "the deploys")
        changes = wait_for(lambda: [c for c in json.loads(lab.run("changes", "--json").stdout) if c["service"] == "auth" and c["to"] == "42"], 20, "the change")
        same([(c["from"], c["by"], seconds(c["at"]) - onset) for c in changes], [("41", "lena", -20)])
        print(f"      the breach was on the record {breach['at'] / 1e6 - found(lab, 'plugin', backend='metrics', state='ready')[0]['at'] / 1e6:.2f} s after the plugin was ready")
        c = lab.client()
        incident = c.good("declare", {"title": "bad", "services": ["auth"]})["incident"]
        shown = json.loads(lab.run("show", incident, "--json").stdout)
        check(abs(seconds(shown["phases"]["onset"]) - onset) <= STEP, shown["phases"])
        check("42" in lab.run("brief").stdout, lab.run("brief").stdout)
        c.close()
        lab.verify()


if __name__ == "__main__":
    main(dict(globals()))
