#!/usr/bin/env python3
"""Time under trouble: a reboot with an incident open, an engine that was away, an uptime of more than 104 days."""
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402


def may_unshare():
    return shutil.which("unshare") and subprocess.run(["unshare", "-m", "-T", "--boottime", "9100000", "--monotonic", "9100000", "true"],
                                                      stderr=subprocess.DEVNULL).returncode == 0


def other_boot(lab, uptime):
    """An engine after another boot: its own boot id, `uptime` seconds later on the boot clock."""
    boot = os.path.join(lab.top, "boot_id")
    with open(boot, "w") as f:
        f.write("11111111-2222-3333-4444-555555555555\n")
    script = 'mount --bind "$1" /proc/sys/kernel/random/boot_id && exec "$2" engine "$3"'
    p = subprocess.Popen(["unshare", "-m", "-T", "--boottime", str(uptime), "--monotonic", str(uptime), "sh", "-c", script, "sh", boot, BACKOUT, lab.kit],
                         env=lab.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=lab.top)
    lab.running.append(p)
    line = p.stdout.readline()
    assert line == "ready\n", (line, p.stderr.read())
    return p


def test_reboot_with_an_incident_open():
    if not may_unshare():
        print("      (no namespaces here: a reboot cannot be tried)")
        return
    with Lab(timeout="3s") as lab:
        lab.set("after", "60")
        engine = lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        c.fire("auth")
        wait_for(lambda: lab.effects())
        # the power goes: engine and acting process alike
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    if lab.plugin.encode() in open("/proc/%s/cmdline" % name, "rb").read():
                        os.kill(int(name), signal.SIGKILL)
                except OSError:
                    pass
        os.kill(engine.pid, signal.SIGKILL)
        engine.wait()
        lab.set("after", "0")
        second = other_boot(lab, 9100000)  # 105 days and more
        c = lab.client()
        c.until("action.ended", outcome="done", seconds=20)
        incident, = c.good("status")["incidents"]
        assert 0 <= incident["clock_s"] < 60, incident
        c.until("verify", state="passed", seconds=20)
        events = lab.log()
        boots = {e["boot"] for e in events}
        assert len(boots) == 2, boots
        clocks = [e["body"] for e in events if e["kind"] == "clock"]
        assert [b["what"] for b in clocks] == ["boot"] and 0 <= clocks[0]["by_us"] < 60e6, clocks
        assert len(lab.effects()) == 1
        lab.verify()
        r = lab.run("show", "INC-1", "--json")
        assert r.returncode == 0 and '"state":"verified"' in r.stdout, r
        os.kill(second.pid, signal.SIGTERM)
        assert second.wait(12) == 0


def test_engine_away_is_a_gap():
    with Lab() as lab:
        engine = lab.engine()
        lab.client().good("declare", {"title": "bad", "services": ["auth"]})
        os.kill(engine.pid, signal.SIGKILL)
        engine.wait()
        lab.engine()
        gap, = [e for e in lab.log() if e["kind"] == "clock"]
        assert gap["body"]["what"] == "gap" and 0 <= gap["body"]["by_us"] < 30e6, gap
        lab.verify()


if __name__ == "__main__":
    main(globals())
