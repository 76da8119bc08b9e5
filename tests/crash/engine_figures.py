#!/usr/bin/env python3
"""The engine's own figures (kit `engine: {metrics: PATH}`): Prometheus text that promtool takes, whole at any moment,
and true: a breach, an incident, an outcome and a source that fell silent are in it."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402


def figures(path):
    """{name{labels}: value}, or nothing where there is no file yet."""
    out = {}
    try:
        text = open(path).read()
    except FileNotFoundError:
        return out
    assert text.endswith("\n"), "cut"
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        m = re.fullmatch(r'([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})?) (-?[0-9.]+)', line)
        assert m, line
        assert m.group(1) not in out, "twice: " + line
        out[m.group(1)] = float(m.group(2))
    return out


def lint(path):
    tool = shutil.which("promtool")
    if not tool:
        print("promtool is not here: the text was only read by this test")
        return
    r = subprocess.run([tool, "check", "metrics"], stdin=open(path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert r.returncode == 0, r.stdout.decode()


def test_figures_are_written_and_true():
    with Lab(more="engine: {metrics: %s}\n" % "PATH") as lab:
        path = lab.top + "/backout.prom"
        kit = open(lab.kit + "/kit.yaml").read().replace("metrics: PATH", "metrics: " + path)
        open(lab.kit + "/kit.yaml", "w").write(kit)
        lab.engine()
        c = lab.client()
        c.until("samples")
        wait_for(lambda: figures(path), 20)
        lint(path)
        f = figures(path)
        assert f["backout_armed"] == 1 and f["backout_incidents_open"] == 0, f
        assert all(v == 1 for k, v in f.items() if k.startswith("backout_source_up")), f
        assert oct(os.stat(path).st_mode & 0o777) == "0o644"
        lab.set("auth.rate", "0.9")
        c.until("rubric", state="breached")
        incident = c.good("declare", {"title": "bad", "services": ["auth"]})["incident"]
        wait_for(lambda: figures(path).get("backout_incidents_open") == 1, 40)
        f = figures(path)
        lint(path)
        assert any(k.startswith("backout_row_breached{") and 'service="auth"' in k for k in f), f
        assert f["backout_incidents_total"] == 1 and f['backout_phase_seconds_count{phase="detect"}'] == 1, (incident, f)
        assert not [x for x in os.listdir(lab.top) if x.endswith(".tmp")]


def test_a_folder_that_takes_nothing_is_named():
    with Lab(more="engine: {metrics: /nonexistent/backout.prom}\n") as lab:
        lab.engine()
        c = lab.client()
        wait_for(lambda: not c.read() and any("figures could not be written" in str(t) for t in c.tells), 30)


if __name__ == "__main__":
    main(globals())
