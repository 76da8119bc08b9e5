#!/usr/bin/env python3
"""Contain, slow, stop and reverse (mission B2), each on a real backend: HAProxy before two processes, told over its own
socket by `exec`, and release directories by `releases`.  The slow one acts by itself; what users get is asked of HAProxy."""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
from engine_auto import Auto  # noqa: E402
from plug_lib import BUILD, check, main, same, wait_for  # noqa: E402
from plug_metrics import need  # noqa: E402
from plug_world import World  # noqa: E402

need("haproxy")

TELL = """\
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall((" ".join(sys.argv[2:]) + "\\n").encode())
said = s.makefile().read().strip()
print(said)
sys.exit(1 if said else 0)
"""
CONF = """\
global
    stats socket {dir}/admin.sock mode 600 level admin
    stats timeout 5s
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
frontend www
    bind 127.0.0.1:{port}
    default_backend shop
backend shop
    balance roundrobin
    server stable 127.0.0.1:{stable} weight 80
    server canary 127.0.0.1:{canary} weight 20
"""
ACTIONS = """\
  - {{name: auth-slow, key: s, level: 2, verb: weight, backend: runner, target: {{command: [python3, {tell}, {sock}, set, weight, shop/canary, "0"]}}}}
  - {{name: auth-page, level: 1, class: contain, verb: page, backend: runner, target: {{command: [python3, {tell}, {sock}, disable, frontend, www]}}}}
  - {{name: auth-freeze, level: 2, verb: freeze, backend: hosts, target: {target}}}
  - {{name: auth-release, level: 2, class: reverse, verb: rollback, backend: hosts, target: {target}}}
verify:"""


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Edge:
    """HAProxy before two worlds: 80 % and 20 %."""

    def __init__(self, where, stable, canary):
        self.dir, self.port = where, free_port()
        with open(f"{where}/haproxy.cfg", "w", encoding="utf-8") as f:
            f.write(CONF.format(dir=where, port=self.port, stable=stable.port, canary=canary.port))
        with open(f"{where}/tell.py", "w", encoding="utf-8") as f:
            f.write(TELL)
        self.p = subprocess.Popen(["haproxy", "-db", "-f", f"{where}/haproxy.cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(f"{where}/admin.sock") and self.get(), what="haproxy")

    def get(self):
        """The version that a user meets, or None where there is no service."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as r:
                return json.load(r)["version"]
        except (urllib.error.URLError, OSError):
            return None

    def met(self, n=40):
        return {v: sum(1 for x in got if x == v) for got in [[self.get() for _ in range(n)]] for v in set(got)}

    def close(self):
        self.p.terminate()
        self.p.wait(10)


def kit_of(lab, edge, canary):
    words = {"tell": f"{edge.dir}/tell.py", "sock": f"{edge.dir}/admin.sock", "target": json.dumps(canary.target())}
    kit = lab.read("kit.yaml").replace("backends:\n", "backends:\n  hosts: {plugin: releases}\n  runner: {plugin: exec, config: {verbs: [page], allow: ["
                                       f"[python3, {words['tell']}, {words['sock']}, set, weight, shop/canary, '0'],"
                                       f"[python3, {words['tell']}, {words['sock']}, disable, frontend, www]]}}}}\n")
    lab.write("kit.yaml", kit.replace("action: reverse", "action: slow"))
    path = "services/auth.yaml"
    lab.write(path, lab.read(path).replace("verify:", ACTIONS.format(**words)))


def test_each_class_changes_what_users_meet():
    os.environ["BACKOUT_PLUGIN_PATH"] = os.path.join(os.path.abspath(BUILD), "plugins")
    with World(releases=("41",)) as stable, World() as canary, Auto(veto="1s") as lab:
        edge = Edge(lab.top, stable, canary)
        try:
            kit_of(lab, edge, canary)
            r = lab.run("check", lab.kit)
            check(r.returncode == 0, r.stdout, r.stderr)
            share = edge.met()
            check(share.get("42", 0) > 0 and share.get("41", 0) > share["42"], share)
            c = lab.begun()
            lab.bad("auth")
            asked = c.until("action.requested", 20)["body"]
            same((asked["a"]["name"], asked["via"]), ("auth-slow", "automatic"))
            c.until("action.ended", 20, key=asked["key"], outcome="done")
            same(edge.met(), {"41": 40}, "slowed: nobody meets 42 any more")

            c.fire("auth", "stop what comes", action="auth-freeze")
            c.until("action.ended", 20, outcome="done", key="INC-1/2")
            check(os.path.exists(f"{canary.dir}/.frozen"), "frozen")
            c.fire("auth", "back", action="auth-release")
            c.until("action.ended", 30, outcome="done", key="INC-1/3")
            same(canary.runs(), "41", "reversed: the process itself says so")

            c.fire("auth", "harm goes on", action="auth-page")
            c.until("action.ended", 20, outcome="done", key="INC-1/4")
            same(edge.get(), None, "contained: nobody gets in")
            shown = json.loads(lab.run("show", "INC-1", "--json").stdout)
            same([a["class"] for a in shown["actions"]], ["slow", "stop", "reverse", "contain"])
            same([a["via"] for a in shown["actions"]], ["automatic", "command", "command", "command"])
            check(shown["phases"]["fired"] > shown["actions"][0]["ended"], "the clock follows what goes back alone", shown["phases"])
            lab.verify()
        finally:
            edge.close()


if __name__ == "__main__":
    main(globals())
