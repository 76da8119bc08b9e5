#!/usr/bin/env python3
"""The engine's own figures (kit `engine: {metrics: PATH}`): Prometheus text that promtool takes, whole at any moment,
and true: a breach, an incident, an outcome and a source that fell silent are in it."""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import SOURCE, Lab, main, wait_for  # noqa: E402


def figures(path):
    """{name{labels but kit}: value}, or nothing where there is no file yet.  Every sample names its kit."""
    out = {}
    try:
        text = open(path).read()
    except FileNotFoundError:
        return out
    assert text.endswith("\n"), "cut"
    family = ""
    for line in text.splitlines():
        if line.startswith("#"):
            family = line.split()[2]
            continue
        assert line.startswith(family) and 'kit="lab"' in line, (family, line)
        line = line.replace('{kit="lab"}', "").replace('kit="lab",', "")
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


def lab_with_figures(**more):
    lab = Lab(more="engine: {metrics: %s}\n" % "PATH", **more)
    kit = open(lab.kit + "/kit.yaml").read().replace("metrics: PATH", "metrics: " + lab.top + "/backout.prom")
    lab.write("kit.yaml", kit)
    return lab, lab.top + "/backout.prom"


def test_figures_are_written_and_true():
    lab, path = lab_with_figures()
    with lab:
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
        assert f["backout_breaches_total"] == 1 and f['backout_rows{state="breached"}'] == 1, f
        assert not [x for x in os.listdir(lab.top) if x.endswith(".tmp")]


def test_outcomes_phases_and_recovery():
    """An incident from breach to verified: what was fired how, what each phase took, and the recovery."""
    lab, path = lab_with_figures()
    with lab:
        lab.engine()
        c = lab.client()
        lab.set("auth.rate", "0.9")
        c.until("rubric", state="breached")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        c.fire("auth")
        c.until("action.ended", outcome="done")
        lab.set("auth.rate", "0.0")
        c.until("verify", state="passed", seconds=60)  # a breach has to be gone for half a minute
        recovered = 'backout_recovery_seconds_count{from="declared"}'
        wait_for(lambda: figures(path).get(recovered) == 1, 40)
        lint(path)
        f = figures(path)
        done = {k: v for k, v in f.items() if k.startswith("backout_actions_total") and v}
        assert done == {'backout_actions_total{outcome="done",via="command"}': 1}, done
        assert sum(v for k, v in f.items() if k.startswith("backout_actions{")) == 0, f
        shown = json.loads(lab.run("show", "INC-1", "--json").stdout)["durations"]
        for phase in ("detect", "decide", "approve", "act", "verify"):
            assert f['backout_phase_seconds_count{phase="%s"}' % phase] == 1, (phase, f)
            for name in ("seconds_sum{phase", "last_seconds{phase"):
                assert abs(f['backout_phase_%s="%s"}' % (name, phase)] - shown[phase + "_s"]) < 1e-3, (phase, shown, f)
        for source, want in (("declared", "bad_to_reverted_s"), ("onset", "onset_to_verified_s")):
            for name in ('seconds_sum{from="%s"}', 'seconds{from="%s",quantile="0.5"}', 'last_seconds{from="%s"}'):
                assert abs(f["backout_recovery_" + name % source] - shown[want]) < 1e-3, (source, shown, f)


def test_the_page_names_each():
    """docs/metrics.md has every family with its type, and none besides."""
    lab, path = lab_with_figures()
    with lab, open(os.path.join(SOURCE, "docs", "metrics.md")) as page:
        told = dict(re.findall(r"^\| `(backout_[a-z_]+)` \| (\w+) \|", page.read(), re.M))
        lab.engine()
        wait_for(lambda: figures(path), 20)
        assert told == dict(line.split()[2:] for line in open(path) if line.startswith("# TYPE")), told


def test_ways_and_sources():
    """What would fail now is named; a source whose samples fail is up, is heard, and grows old all the same."""
    lab, path = lab_with_figures()
    with lab:
        lab.set("ready", "no")
        lab.engine()
        c = lab.client()
        c.until("samples")
        c.good("try")
        lost = 'backout_way_not_ready{backend="world",service="auth",action="auth-rollback"}'
        wait_for(lambda: lost in figures(path), 40)
        f = figures(path)
        assert f["backout_ways_not_ready"] == 1 == f["backout_ways_tried"] and 0 <= f["backout_ways_age_seconds"] < 60, f
        assert f['backout_source_signals{backend="world",state="ok"}'] == 1, f
        lab.set("fail", "the meter is out")
        wait_for(lambda: figures(path).get('backout_source_signals{backend="world",state="failed"}') == 1, 40)
        wait_for(lambda: figures(path)['backout_source_age_seconds{backend="world"}'] > 14, 60)
        f = figures(path)
        lint(path)
        assert f['backout_source_up{backend="world"}'] == 1 and f['backout_source_heard_age_seconds{backend="world"}'] < 10, f


def test_a_folder_that_takes_nothing_is_named():
    with Lab(more="engine: {metrics: /nonexistent/backout.prom}\n") as lab:
        lab.engine()
        c = lab.client()
        wait_for(lambda: not c.read() and any("figures could not be written" in str(t) for t in c.tells), 30)


if __name__ == "__main__":
    main(globals())
