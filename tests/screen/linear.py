#!/usr/bin/env python3
"""The demo as somebody lives it who hears it: `backout demo --linear` on a real pty, from the first line to verified and
closed, by keys alone.  What comes is text that only goes forward: every byte is looked at.  Then the same console on
TERM=dumb, on a pipe, and for an observer; and that the terminal is as it was afterwards."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
BACKOUT = os.path.join(BUILD, "backout")
WAIT = 90


def environment(home, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("BACKOUT_", "XDG_", "TMUX"))}
    env.update(HOME=home, XDG_RUNTIME_DIR=home, XDG_STATE_HOME=home, TERM="xterm-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8",
               BACKOUT_PLUGIN_PATH=os.environ.get("BACKOUT_PLUGIN_PATH", os.path.join(BUILD, "plugins")))
    env.update(more)
    return env


class Line:
    """A console in lines on a pty; what was heard is read from where the last wait ended."""

    def __init__(self, argv, env):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.before = termios.tcgetattr(slave)
        self.p = subprocess.Popen(argv, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        self.all, self.at = b"", 0

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.all += os.read(self.master, 65536)
            return True
        return False

    def hear(self, pattern, seconds=WAIT):
        end = time.monotonic() + seconds
        while True:
            m = re.search(pattern, self.all[self.at:].decode("utf-8", "replace"), re.M)
            if m:
                self.at += len(self.all[self.at:].decode("utf-8", "replace")[:m.end()].encode())
                return m
            if time.monotonic() > end:
                raise SystemExit("FAIL: nobody said %r; heard:\n%s" % (pattern, self.all.decode("utf-8", "replace")[-3000:]))
            self.read(0.1)

    def key(self, keys):
        for k in keys:
            os.write(self.master, k.encode())
            time.sleep(0.12)

    def end(self, seconds=10):
        stop = time.monotonic() + seconds
        while self.p.poll() is None and time.monotonic() < stop:
            self.read(0.05)
        if self.p.poll() is None:
            self.p.kill()
            raise SystemExit("FAIL: it did not end")
        while self.read(0):
            pass
        now = termios.tcgetattr(self.slave)
        assert now == self.before, "the terminal is another one: %r, was %r" % (now, self.before)
        os.close(self.slave)
        os.close(self.master)
        return self.p.returncode


def judge(data):
    """Lines that are only added: text and line ends, nothing that moves or paints; nothing drawn; nothing said twice."""
    for i, b in enumerate(data):
        if (b < 0x20 and b not in (0x0A, 0x0D)) or b == 0x7F or (b == 0x0D and data[i + 1:i + 2] != b"\n"):
            raise SystemExit("FAIL: control %#x after %r" % (b, data[max(0, i - 60):i + 10]))
    text = data.decode("utf-8")
    drawn = re.search(r"[\u2500-\u259f\u2800-\u28ff\u00b7]|  +", text)
    assert not drawn, "something is drawn: %r" % text[max(0, drawn.start() - 60):drawn.end() + 20]
    lines = text.replace("\r\n", "\n").split("\n")
    for a, b in zip(lines, lines[1:]):
        assert a != b or not a or re.match("this console only|type . . . to run it", a), "said twice: %r" % a
    for line in lines:  # message first, time last: no line begins with a clock
        assert not re.match(r"\d\d:\d\d:\d\d", line), line


def demo(home):
    s = Line([BACKOUT, "demo", "--linear", "--speed", "5"], environment(home))
    s.hear(r"^DEMO, .*watching")
    s.hear(r"^QUIET, 3 services")
    s.hear(r"^\? lists the keys")
    before = s.at
    s.hear(r"^deploy auth 8\.13\.2 to 8\.14\.0.*\. \d\d:\d\d:\d\d")
    s.at = before  # whichever the engine heard first
    s.hear(r"^PENDING auth login_failures [\d.]+ %, limit .*, breach in \d:\d\d\. \d\d:\d\d:\d\d")
    s.hear(r"^BREACH auth login_failures [\d.]+ %, limit .*, [\w-]+ has \d+:\d\d, then: asks .*\. \d\d:\d\d:\d\d")
    s.hear(r"^PROPOSED, r, roll back auth, 8\.14\.0 to 8\.13\.2")
    s.key(",")
    s.hear(r"1 BREACHED: auth")
    s.key("%")
    s.hear(r"^% does nothing here")
    s.key("D")
    s.hear(r"^Enter starts the clock\. Title: auth: login_failures")
    s.key("logins\x7f fail")
    s.hear(r"logins")
    s.hear(r"^now: login")
    s.hear(r" fail")
    s.key("\r")
    s.hear(r"declared INC-1: login fail\. \d\d:\d\d:\d\d")
    s.hear(r"goal \d+:\d\d from \"bad\": \d+:\d\d left")
    s.key("j")
    s.hear(r"^> \w+")
    s.key("r")
    s.hear(r"^ROLL BACK auth in DEMO, NOT PRODUCTION\.")
    s.hear(r"^by hand: ")
    s.hear(r"^type [a-z] [a-z] [a-z] to run it; ")
    s.key("\x1b")
    s.hear(r"^auth-rollback: no \(Esc\)\. Nothing was fired\.")
    time.sleep(0.4)
    s.key("r")
    s.hear(r"^type [a-z] [a-z] [a-z] to run it")
    s.key(",")
    letters = s.hear(r"^type ([a-z]) ([a-z]) ([a-z]) to run it; ").groups()
    s.key(letters)
    s.hear(r"^2 of 3\.")
    s.hear(r"^(RUNNING|WAITING) INC-1/1 auth 8\.14\.0 to 8\.13\.2")
    s.hear(r"^REVERTED\.")
    s.hear(r"^NOT YET VERIFIED")
    s.hear(r"^check login_failures.*: good")
    s.hear(r"^VERIFIED INC-1: login fail\.")
    s.hear(r"^goal \d+:\d\d kept, ")
    s.key("t")
    s.hear(r"^WHAT HAPPENED, newest first\.")
    s.hear(r"fired INC-1/1 auth-rollback 8\.14\.0 to 8\.13\.2\. \d\d:\d\d:\d\d")
    s.key("\x1b")
    s.hear(r"^back at the beginning")
    return s


def observers(home):
    """Who only looks hears the same, and is told so when a key asks."""
    store = next(os.path.join(d, "journal.db") for d, _, f in os.walk(home) if "journal.db" in f)
    s = Line([BACKOUT, "observe", "--store", store], environment(home, TERM="dumb"))
    s.hear(r"^DEMO, INC-1 VERIFIED")
    s.key("D")
    s.hear(r"^this console only looks on \(observe\)")
    s.key("r")
    s.hear(r"only looks on")
    s.key("q")
    assert s.end() == 0
    judge(s.all)
    pipe = subprocess.Popen([BACKOUT, "observe", "--linear", "--store", store], env=environment(home), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    heard = b""
    while b"lists the keys" not in heard and b"no keys" not in heard:
        got = os.read(pipe.stdout.fileno(), 4096)
        assert got, pipe.stderr.read()
        heard += got
    judge(heard)
    pipe.stdout.close()  # nobody reads any more: it ends
    assert pipe.wait(10) == 0, pipe.stderr.read()
    pipe.stderr.close()


def main():
    home = tempfile.mkdtemp(prefix="bo-")
    try:
        s = demo(home)
        observers(home)
        s.key("X")
        s.hear(r"close INC-1 as .*: reverted")
        s.key("\r")
        s.hear(r"INC-1 is closed")
        s.key("q")
        assert s.end() == 0
        judge(s.all[:s.all.index(b"INC-1 is closed")])
        print("PASS: the demo by ear, %d lines" % s.all.count(b"\n"))
        if os.environ.get("SHOW"):
            print(s.all.decode())
    finally:
        subprocess.run([BACKOUT, "demo", "--clean"], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
