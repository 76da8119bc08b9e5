#!/usr/bin/env python3
"""The whole way: exporter, the real Prometheus and Alertmanager, their plugins,
the engine, its journal."""
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
from engine_lab import Lab  # noqa: E402
from plug_alertmanager import World as Alerts  # noqa: E402
from plug_lib import BUILD, check, main, same, wait_for  # noqa: E402
from plug_metrics import Exporter, alertmanager, need, prometheus  # noqa: E402

need("prometheus", "prometheus-alertmanager")

ROWS = """\
  - {name: p1-alert, signal: p1, when: "> 0 for 1s", action: reverse, owner: service-owner, timer: 1m}
defaults:
  signals:
    error_rate: {backend: metrics, query: 'ratio{service="{{service}}"}', unit: ratio, every: 1s}
    p1: {backend: alerts, query: 'service="{{service}}",severity="P1"', unit: count, every: 1s}
"""


def figures(auth, cart):
    return f'ratio{{service="auth"}} {auth}\nratio{{service="cart"}} {cart}\n'


def test_the_whole_way():
    os.environ["BACKOUT_PLUGIN_PATH"] = os.path.join(os.path.abspath(BUILD), "plugins")
    with Exporter(figures(0.01, 0.02)) as exporter, prometheus(exporter) as prom, alertmanager() as am, Lab(services=("auth", "cart"), more=ROWS) as lab:
        Alerts.am = am
        with open(os.path.join(lab.kit, "kit.yaml"), encoding="utf-8") as f:
            kit = f.read()
        lab.write("kit.yaml", kit.replace("backends:\n", f"backends:\n  metrics: {{plugin: prometheus, config: {{url: '{prom.url}'}}}}\n"
                                          f"  alerts: {{plugin: alertmanager, config: {{url: '{am.url}', settle: 0}}}}\n"))
        for s in ("auth", "cart"):
            path = f"services/{s}.yaml"
            with open(os.path.join(lab.kit, path), encoding="utf-8") as f:
                text = f.read()
            lab.write(path, text.replace("signals:\n  error_rate: {backend: world, query: rate, unit: ratio, every: 1s}\n", ""))
        lab.engine()
        c = lab.client()
        told = wait_for(lambda: read(c, lambda v: v.get("cart.error_rate") == 0.02 and v.get("auth.error_rate") == 0.01 and v.get("auth.p1") == 0), 30, "first figures")
        same(told["cart.p1"], 0)
        exporter.text = figures(0.8, 0.02)
        e = c.until("rubric", 20, row="errors", service="auth", state="breached")
        check(e["body"]["service"] == "auth", e)
        Alerts.alert(alertname="LoginsFail", service="cart", severity="P1")
        c.until("rubric", 20, row="p1-alert", service="cart", state="breached")
        Alerts.silence(600, comment="we know", service="cart", alertname="LoginsFail")
        e = c.until("change", 20, service="cart")
        check("we know" in e["body"]["to"] and e["body"]["by"] == "ada", e)
        c.close()
        lab.verify()


def read(c, fits):
    """The newest value of each signal, once they fit."""
    c.sock.settimeout(1)
    try:
        c.read()
    except TimeoutError:
        pass
    values = {}
    for e in c.events:
        if e["kind"] == "samples":
            values.update(flat(e["body"]))
    return values if fits(values) else None


def flat(body):
    return {k.replace("/", "."): v for k, v in body.get("v", {}).items()}


if __name__ == "__main__":
    main(dict(globals()))
