#!/usr/bin/env python3
"""Copying over the terminal (OSC 52), on the real console behind a tap.

One copy leaves for one Ctrl-Y and none for anything else; what leaves is the name, value or line under the cursor,
clean however hostile its source, and at most 8 KiB.  In tmux it is read back from the paste buffer.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, main, wait_for  # noqa: E402
from hostile import STRINGS, World, begun  # noqa: E402
from tap import Tap  # noqa: E402

COPY = "\x19"
HOSTILE = [s for s in STRINGS if "\x1b]52" in s or "\x1b]unended" in s or "\x9d" in s or s.startswith("long") or "\r\n" in s or "\u202e" in s]


def copy(tap):
    """What one Ctrl-Y copies; None where it says that there is nothing to copy."""
    n = len(tap.copied)
    tap.may_copy = True
    tap.type(COPY)
    tap.until("copied|nothing was copied")
    tap.quiet()
    tap.may_copy = False
    assert not tap.bad, tap.bad
    assert len(tap.copied) <= n + 1, tap.copied[n:]
    tap.type("\x1bOS", 0.1)  # a key that means nothing: the message goes
    return tap.copied[n] if len(tap.copied) > n else None


def test_copies():
    assert len(HOSTILE) > 6, len(HOSTILE)
    with World() as lab:
        c = begun(lab)
        tap = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top)
        tap.until("bad")
        assert copy(tap) is None, "it copied something though the cursor was nowhere"
        tap.type("a", 0.1)
        tap.until("WAYS BACK")
        tap.type("j", 0.1)
        assert copy(tap) == "auth/auth-rollback"
        tap.type(["\x1b"], 0.2)
        for text in HOSTILE:
            text = text.encode("utf-8", "surrogatepass")[:7998].decode("utf-8", "ignore")
            c.good("note", {"text": text})
            tap.type("t", 0.1)
            tap.until("WHAT HAPPENED")
            tap.type("gg", 0.05)
            got = copy(tap)
            assert got and "tess: " in got and "\n" not in got, (text[:40], got)
            tap.type(["\x1b"], 0.2)
        tap.type("b", 0.1)
        tap.until("BRIEF")
        brief = copy(tap)
        assert "CONDITION" in brief and "INC-1" in brief and brief.count("\n") >= 3, brief
        assert len(tap.copied) == 2 + len(HOSTILE), len(tap.copied)
        tap.type("\x1b", 0.1)
        tap.type("\x1b", 0.1)
        tap.type("q", 0.1)
        tap.type("q", 0.1)
        tap.end()
        assert not tap.bad, tap.bad


def test_dumb():
    """A terminal that only goes forward gets no escape sequence at all."""
    with World() as lab:
        begun(lab)
        tap = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top, term="dumb")
        tap.keep = b""
        wait_for(lambda: (tap.read(0.05), b"PROPOSED" in tap.keep)[1], 20)
        tap.type(["b", COPY], 0.2)
        wait_for(lambda: (tap.read(0.05), b"no way to copy" in tap.keep)[1], 20)
        tap.end()
        assert b"\x1b]" not in tap.keep, tap.keep[-400:]


def test_tmux():
    """Where tmux is told to take it, what was copied is in its buffer."""
    if not shutil.which("tmux"):
        return
    with World() as lab:
        begun(lab)
        room = tempfile.mkdtemp(prefix="bo-copy-")
        env = dict(lab.env, TMUX_TMPDIR=room, LANG="C.UTF-8", LC_ALL="C.UTF-8")
        env.pop("TMUX", None)

        def tmux(*words):
            p = subprocess.run(["tmux", "-L", "copying", *words], env=env, capture_output=True, text=True, timeout=20, check=False)
            return p.stdout
        try:
            tmux("-f", "/dev/null", "new-session", "-d", "-s", "c", "-x", "80", "-y", "24", "%s watch --kit %s" % (BACKOUT, lab.kit))
            tmux("set", "-s", "set-clipboard", "on")
            wait_for(lambda: "INC-1" in tmux("capture-pane", "-p"), 20)
            tmux("send-keys", "b")
            wait_for(lambda: "BRIEF" in tmux("capture-pane", "-p"), 20)
            tmux("send-keys", "C-y")
            wait_for(lambda: "CONDITION" in tmux("show-buffer"), 20)
            assert "set-clipboard" in tmux("capture-pane", "-p"), tmux("capture-pane", "-p")
        finally:
            tmux("kill-server")
            shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main(globals())
