"""A world for the bench: a kit of any size in a temporary directory, its
engine, and what the system says of a process.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from engine_lab import BACKOUT, BUILD, Client, wait_for  # noqa: E402

FEED = os.path.join(os.path.abspath(BUILD), "tests", "bench", "bench_feed")

KIT = """\
kit: 1
name: bench
environment: test
armed: true
people:
  tess: {name: Tess, uid: %(uid)d, roles: [incident-commander, on-call, service-owner]}
tiers:
  tier-1: {recovery: rollback, revert_target: 5m}
authority:
  service: {roles: [on-call, incident-commander]}
backends:
  feed: {plugin: {command: [%(feed)s]}, config: {dir: "%(dir)s", moving: %(moving)d}, settle: 1s}
rubric:
  - {name: flood, signal: error_rate, when: "> 50%% for 2s", action: reverse, owner: service-owner, timer: 1m}
%(flash)s
"""

FLASH = 5  # the first services, each with a row of its own that breaches with the first sample
FLASH_ROW = '  - {name: flash%d, signal: error_rate, when: "> 80%%", action: tell, owner: service-owner, timer: 1m, services: [%s]}'

SERVICE = """\
service: %(name)s
tier: tier-1
owner: tess
on_call: [tess]
deploys: {backend: feed, target: {file: %(name)s}}
signals:
%(signals)s
actions:
  - {name: %(name)s-rollback, level: 2, class: reverse, verb: rollback, backend: feed, timeout: 30s}
verify: {good: ["error_rate < 10%% for 1s"], within: 1m}
"""


class World:
    def __init__(self, services, signals=1, moving=0):
        self.top = tempfile.mkdtemp(prefix="bo-bench-", dir="/tmp")
        self.kit, self.dir = self.top + "/kit", self.top + "/dir"
        self.socket = self.top + "/state/backout/bench/engine.sock"
        self.store = self.top + "/state/backout/bench/journal.db"
        self.signals, self.services, self.moving = services * signals, ["service-%04d" % i for i in range(services)], moving
        self.env = {"PATH": os.environ["PATH"], "HOME": self.top, "LANG": "C.UTF-8", "TERM": "xterm-256color",
                    "XDG_STATE_HOME": self.top + "/state", "XDG_CONFIG_HOME": self.top + "/config", "BACKOUT_KIT": self.kit}
        os.makedirs(self.kit + "/services")
        os.makedirs(self.dir)
        with open(self.kit + "/kit.yaml", "w") as f:
            f.write(KIT % {"uid": os.getuid(), "feed": FEED, "dir": self.dir, "moving": moving, "flash": "\n".join(FLASH_ROW % x for x in enumerate(self.services[:FLASH]))})
        names = ["error_rate"] + ["signal_%02d" % i for i in range(1, signals)]
        lines = "\n".join("  %s: {backend: feed, query: q, unit: ratio, every: 1s}" % n for n in names)
        for s in self.services:
            with open("%s/services/%s.yaml" % (self.kit, s), "w") as f:
                f.write(SERVICE % {"name": s, "signals": lines})
        self.process = None

    def __enter__(self):
        """With an engine that takes clients and has heard of every service and signal."""
        self.process = subprocess.Popen([BACKOUT, "engine", self.kit], env=self.env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True, cwd="/")
        assert self.process.stdout.readline() == "ready\n", "the engine did not start"
        wait_for(self.fed, 60, 0.2)
        return self

    def __exit__(self, *why):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.top, ignore_errors=True)

    def fed(self):
        c = self.client("observer")
        m = c.snapshot["model"]
        c.close()
        return len(m["signals"]) >= self.signals and len(m["deploys"]) >= len(self.services)

    def client(self, role="console"):
        return Client(self.socket, role)

    def write(self, name, text):
        with open(self.dir + "/.new", "w") as f:
            f.write(text)
        os.rename(self.dir + "/.new", self.dir + "/" + name)


def memory(pid):
    """{"resident", "pss" (its share of what is shared), "private"}, MiB."""
    got = dict.fromkeys(("Rss:", "Pss:", "Private_Clean:", "Private_Dirty:"), 0)
    with open("/proc/%d/smaps_rollup" % pid) as f:
        for line in f:
            word = line.split()
            if word[0] in got:
                got[word[0]] += int(word[1]) / 1024
    return {"resident": got["Rss:"], "pss": got["Pss:"], "private": got["Private_Clean:"] + got["Private_Dirty:"]}


def resident(pid):
    """(resident, private) MiB."""
    m = memory(pid)
    return m["resident"], m["private"]


def effort(pid):
    """(voluntary switches, CPU nanoseconds) of all its threads."""
    switches = cpu = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, task)) as f:
            cpu += int(f.read().split()[0])
        with open("/proc/%d/task/%s/status" % (pid, task)) as f:
            switches += sum(int(line.split()[1]) for line in f if line.startswith("voluntary"))
    return switches, cpu


def run_ms(argv, env, cwd="/"):
    """Exec to the end, seen."""
    null = os.open("/dev/null", os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    here = os.getcwd()
    os.chdir(cwd)
    start = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
    status = os.waitpid(pid, 0)[1]
    took = time.perf_counter() - start
    os.chdir(here)
    os.close(null)
    assert status == 0, (argv, status)
    return took * 1e3
