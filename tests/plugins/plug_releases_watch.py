#!/usr/bin/env python3
"""backout-plugin-releases watching: what it tells, and the ways to ask a process."""
import http.server
import json
import os
import signal
import socketserver
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import check, main, same, wait_for  # noqa: E402
from plug_world import World, bad_checks, plugin, preflight  # noqa: E402


class UnixHTTP(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Answer42(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.wfile.write(b'HTTP/1.0 200 OK\r\n\r\n{"version": "42"}')

    def log_message(self, *_):
        pass


def instant(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + "Z"


def test_history():
    """Which version ran when, as far as it is known: from the file of what ran, and from the link where that is older."""
    with World(releases=("40", "41", "42")) as w:
        now = time.time()
        w.write("releases/41/BY", "ravi\n")
        w.write(".backout-history", "".join(f"{instant(now - ago)} {what} {v}\n" for ago, what, v in (
            (90000, "ran", "39"), (5000, "ran", "40"), (4000, "ran", "40"), (3000, "ran", "41"), (2000, "left", "41"), (2000, "ran", "40"), (100, "ran", "42"))))
        os.utime(f"{w.dir}/current", (now - 1000, now - 1000), follow_symlinks=False)
        p = plugin("watch")
        ask = {"deploys": [{"service": "auth", "target": w.target()}], "signals": [], "from": instant(now - 7200), "to": instant(now), "step": 15}
        past = p.result("history", ask)
        same([(d["service"], d["version"], d.get("previous"), d["at"][:19] + "Z") for d in past["deploys"]],
             [("auth", "40", "39", instant(now - 5000)), ("auth", "41", "40", instant(now - 3000)), ("auth", "40", "41", instant(now - 2000)),
              ("auth", "42", "40", instant(now - 1000))])
        same([d.get("by") for d in past["deploys"]], [None, "ravi", None, None])
        same((past["samples"], past["changes"], past.get("next")), ([], [], None))
        same(p.result("history", {**ask, "to": instant(now - 4000)})["deploys"], past["deploys"][:1])
        same(p.result("history", {**ask, "deploys": [{"service": "auth", "target": {}}, *ask["deploys"]]}), past, "one that is wrong hides no other")
        p.error("history", {**ask, "from": instant(now + 60)}, -32602)
        with open(f"{w.dir}/.backout-history", "w", encoding="utf-8") as f:
            for n in range(1500):
                f.write(f"{instant(now - 6000 + n)} ran {n % 2}-{'x' * 20}\n")
        # far more than a line holds: a thousand services that share the directory
        many = {**ask, "deploys": [{"service": f"auth-{i}", "target": w.target()} for i in range(20)]}
        got, pages = [], 0
        while many["from"]:
            page = p.result("history", many)
            got += [(d["service"], d["at"]) for d in page["deploys"]]
            many["from"], pages = page.get("next"), pages + 1
        check(pages > 3 and len(got) == len(set(got)) and len(got) > 20000, pages, len(got), len(set(got)))
        p.close()


def test_watch():
    with World() as w:
        w.write("releases/42/BY", "ravi\n")
        p = plugin("watch", {"every": 0.2})
        p.result("watch", {"deploys": [{"service": "auth", "target": w.target()}], "signals": []})
        d = wait_for(lambda: p.of("deploy"))[0]
        same((d["version"], d["state"], d["share"], d["by"], d["instances"]), ("42", "live", 1, "ravi", {"old": 0, "new": 1}), d)
        same(d["back"]["safe"], None, "nobody knows")
        n = len(p.of("deploy"))
        time.sleep(0.7)
        same(len(p.of("deploy")), n, "told only when something changed")
        w.deploy("41")
        wait_for(lambda: p.of("deploy")[-1]["version"] == "41" and p.of("deploy")[-1]["state"] == "live")
        same(p.of("deploy")[-1]["previous"], "42")
        w.point("42")  # the link alone: the version stays the process' own
        last = wait_for(lambda: p.of("deploy")[-1]["state"] == "progressing" and p.of("deploy")[-1])
        same((last["version"], last["instances"]), ("41", {"old": 1, "new": 0}), last)
        os.kill(w.app.pid, signal.SIGHUP)
        wait_for(lambda: p.of("deploy")[-1]["version"] == "42")
        os.rename(f"{w.dir}/releases/41", f"{w.dir}/away")
        last = wait_for(lambda: p.of("deploy")[-1]["back"]["safe"] is False and p.of("deploy")[-1])
        check("gone" in last["back"]["why"], last)
        w.write(".frozen", "")
        wait_for(lambda: p.of("deploy")[-1]["state"] == "paused")
        os.unlink(f"{w.dir}/.frozen")
        w.app.kill()
        w.app.wait()
        wait_for(lambda: p.of("deploy")[-1]["state"] == "failed", what="the silence of the process")
        p.result("watch", {"deploys": [], "signals": []})
        p.close()


def test_watch_says_what_a_release_says():
    with World() as w:
        w.write("releases/42/RELEASE", json.dumps({"files": ["app"], "by": "lena", "back": {"safe": False, "why": "writes tokens v2"}}))
        w.write(".backout-history", "2026-11-01T00:00:00Z ran 41\n")
        p = plugin("watch")
        p.result("watch", {"deploys": [{"service": "auth", "target": w.target()}], "signals": []})
        d = wait_for(lambda: p.of("deploy"))[0]
        same((d["by"], d["back"]["safe"], d["back"]["why"]), ("lena", False, "writes tokens v2"), d)
        p.close()


def test_one_that_hangs_holds_up_nobody():
    with World("mute") as a, World() as b:
        p = plugin("watch", {"every": 0.2})
        p.result("watch", {"deploys": [{"service": "a", "target": a.target()}, {"service": "b", "target": b.target()}], "signals": []})
        began = time.monotonic()
        wait_for(lambda: [d for d in p.of("deploy") if d["service"] == "b"])
        check(time.monotonic() - began < 1, "b waited for a")
        same(p.result("ping"), {})
        p.close()


def test_other_ways_to_ask():
    with World() as w:
        ways = [
            {"version_command": ["sh", "-c", "echo 42"]},
            {"version_command": ["python3", "-c", f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{w.port}/version').read().decode())"]},
            {"version_file": "running"},
            {"version_url": f"http://localhost:{w.port}/version"},
        ]
        w.write("running", "42\n")
        p = plugin()
        for way in ways:
            pre = preflight(p, w.target(version_url=None, **way) if "version_url" not in way else w.target(**way))
            check(pre["ready"], way, pre)
            same(pre["from"], "42", way)
        path = f"{w.dir}/sock"
        unix = UnixHTTP(path, Answer42)
        threading.Thread(target=unix.serve_forever, daemon=True).start()
        same(preflight(p, w.target(version_url=f"unix:{path}:/version"))["from"], "42", "unix")
        unix.shutdown()
        unix.server_close()
        bad = [
            {"version_url": f"unix:{path}-not-there:/version"},
            {"version_url": "http://no-such-host.invalid/version"},
            {"version_command": ["sh", "-c", "echo '42; rm -rf /'"]},
            {"version_command": ["sh", "-c", "exit 1"]},
            {"version_url": "http://127.0.0.1:1/version"},
            {"version_url": "ftp://x/"},
            {"version_url": f"http://127.0.0.1:{w.port}/version", "version_field": "pid.x"},
        ]
        for way in bad:
            pre = preflight(p, {**w.target(version_url=None), **way})
            check("does not say what it runs" in json.dumps(pre), way, pre)
        pre = preflight(p, w.target(version_url=None))
        same(bad_checks(pre), ["the process can be asked"])
        p.close()


if __name__ == "__main__":
    main(dict(globals()))
