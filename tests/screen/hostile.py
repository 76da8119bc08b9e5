#!/usr/bin/env python3
"""Hostile words through every field that strangers fill, into every place where somebody reads them.

A plugin says each string in all its fields; a console on a tapped terminal shows it, opens its panel and fires; then
every command prints what is left of it.  No byte outside our own grammar may come out, the upper part of the panel
stays the same to the byte, JSON stays JSON and still holds what was said.  HOSTILE_EVERY=1 takes every string, else
only every so manieth goes through the console; all of them go through all commands.
"""
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402
from tap import Tap, judge_text  # noqa: E402

ESC = "\x1b"
SEQUENCES = [
    ESC + "[2J" + ESC + "[H", ESC + "c", ESC + "#8", ESC + "(0", ESC + ")0", ESC + "[?1049l", ESC + "[?2004l", ESC + "[?25l", ESC + "[6n",
    ESC + "[c", ESC + "[>c", ESC + "[5n", ESC + "[18t", ESC + "[21t", ESC + "[31;5m", ESC + "[1000D", ESC + "[24;1H", ESC + "[1A",
    ESC + "[20h", ESC + "[4h", ESC + "[?5h", ESC + "[r", ESC + "[0J", ESC + "M", ESC + "7", ESC + "8", ESC + "[s", ESC + "[u", ESC + "[!p",
    ESC + "]0;owned\x07", ESC + "]2;owned" + ESC + "\\", ESC + "]8;;http://evil.example\x07link" + ESC + "]8;;\x07",
    ESC + "]52;c;cm0gLXJmIC8K\x07", ESC + "]11;?\x07", ESC + "]1337;File=:AAAA\x07", ESC + "]unended", ESC + "P$qm" + ESC + "\\",
    ESC + "P1000p%exit" + ESC + "\\", ESC + "_apc" + ESC + "\\", ESC + "^pm" + ESC + "\\", ESC + "Xsos" + ESC + "\\", ESC + "kname" + ESC + "\\",
    ESC + "[200~y" + ESC + "[201~", ESC + "[?1000h", ESC + "[>4;2m", ESC + "[?2026h", ESC + "[999;999H", ESC, ESC + "[", ESC + "]",
    "\x9b2J", "\x9d0;owned\x9c", "\x90$qm\x9c", "\x9bc", "\x8fA", "\x85\x84",
]
SPOOFS = [
    "a\r\nbackout: INC-1/1 auth-rollback done", "ok\n  you may: on-call\nthe backend says:\n  fine", "a\rNothing was fired", "x\b\b\b\byes",
    "\n\n\n\n\n\n\n\ntype a b c to run it", "│ type  a  b  c  to run it │", "┌── roll back LEDGER in STAGING ──┐", "a\tb\tc", "a\x0bb\x0cc",
    "yes" + " " * 300 + "no", " " * 1000, "\u00a0" * 200, "\u3000" * 100, "─" * 300, "█" * 300,
    '","ok":true,"x":"', "%s%s%n%x%1000000d", "{{service}}", "$(id)`id`;id|id", "=cmd|' /C calc'!A1", "<!here> <script>x</script>",
    "../../../etc/passwd", "\\u001b[2J", "\\x1b[2J", "&#27;[2J", "INC-1", "tess", "auth-rollback", "-- --yes --reason x",
]
WIDE = [
    "e" + "\u0301" * 1000, "\u0301" * 50, "z\u0300\u0301\u0302\u0303", "a\u20dd\u20e0\u20e3", "\u0488x", "x\u1ab0\u1abe",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f1e9\U0001f1ea" * 20, "\u2764\ufe0f", "\u2764\ufe0e", "1\ufe0f\u20e3",
    "\U0001f44d\U0001f3ff", "\ufdfd" * 10, "\U0001242b" * 10, "\u1100\u1161\u11a8" * 30, "\u1161" * 200, "\u11a8" * 60, "\ud7b0" * 60,
    "\u4dc0" * 80, "\u3248" * 60, "漢字" * 60, "한글" * 60, "ｆｕｌｌ" * 30, "ﾊﾝｶｸ" * 30, "\u0915\u093f\u0940\u0903" * 30, "\u0e33\u0e49\u0e4a" * 30,
    "שלום עולם 42 -> 41", "العربية 42 -> 41", "\u0622\u0300\u0301", "\u1f600", "\U0001fae8" * 20, "\U00011f04" * 20, "\u2e3a\u2e3b" * 20,
    "\u2588\u2591" * 50, "pаypаl аuth", "ⅼⅾ", "\u0378", "\ue000\uf8ff", "\U000f0000", "\ufffe\uffff", "\U0010ffff", "\ufffd" * 50,
    "\ufff9a\ufffab\ufffb",
]
CONTROLS = [chr(c) for c in [*range(1, 32), *range(127, 160)]]
INVISIBLE = [chr(c) for c in [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
                              *range(0x2060, 0x2070), 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0001, 0xE0041, 0xE007F, 0xE0100]]
LONG = ["long" * 10000, "\u202e" * 13000, "漢" * 13000, ESC * 6000, "x\n" * 5000]
STRINGS = (SEQUENCES + SPOOFS + WIDE + ["a%sb" % c for c in CONTROLS] + ["a%sb" % c for c in INVISIBLE] +
           ["%s%s%s" % (c, c, c) for c in INVISIBLE[:20]] + LONG)
CONSOLE_EVERY = 1 if os.environ.get("HOSTILE_EVERY") else 4
assert len(STRINGS) >= 200, len(STRINGS)


class World(Lab):
    def __init__(self):
        super().__init__(name="hostile")
        shutil.copy(os.path.join(HERE, "hostile_plugin.py"), self.plugin)
        self.round = 0
        self.say("calm")

    def put(self, name, value):
        path = os.path.join(self.world, name)
        with open(path + ".new", "w", encoding="utf-8") as f:
            json.dump(value, f)
        os.rename(path + ".new", path)

    def say(self, text, **more):
        self.round += 1
        self.put("say.json", dict(more, text=text, round=self.round))

    def tool(self, *words, **more):
        """A command's bytes: (status, answers, messages)."""
        p = subprocess.run([BACKOUT, *words], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=60, cwd=self.top, check=False, **more)
        return p.returncode, p.stdout, p.stderr


def is_clean(what, data, allow="\n\t"):
    wrong = judge_text(data, allow)
    assert wrong is None, "%s: %s" % (what, wrong)


def begun(lab):
    lab.engine()
    c = lab.client()
    c.until("deploy")
    c.good("declare", {"title": "bad", "services": ["auth"]})
    return c


# ---- the console -------------------------------------------------------------------------------

def panel(tap):
    """The lines of the panel: those above the backend's heading, and those below it."""
    lines = tap.lines()
    top = max(i for i, t in enumerate(lines) if t.startswith("┌"))
    says = [i for i, t in enumerate(lines) if t.startswith("├") and "the backend says" in t]
    assert says and says[0] > top, tap.text()
    for t in lines[top:]:
        assert len(t) and (t[0], t[-1]) in (("┌", "┐"), ("│", "│"), ("├", "┤"), ("└", "┘")), "a border is gone:\n" + tap.text()
    ours = [re.sub("time not known, not known|(about [0-9]+|under 1) m?s, like its last run here", "...", t).replace(" ", "") if "takes " in t else t
            for t in lines[top:says[0]]]
    return ours, lines[says[0]:]


def look(tap, key="r"):
    tap.type(key)
    tap.until(r"type  +\w  \w  \w  +to run it")
    tap.quiet()
    return panel(tap)


def letters(tap):
    return re.search(r"type  +(\w)  (\w)  (\w)  +to run it", tap.text()).groups()


def test_console():
    """The tapped console, through panels, fires and everything that scrolls by."""
    with World() as lab:
        c = begun(lab)
        tap = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top)
        tap.until("bad")
        upper, lower = look(tap)
        tap.type("\x1b", 0.2)
        tap.until("Nothing was fired")
        fired = 0
        for i, text in enumerate(STRINGS):
            if i % CONSOLE_EVERY and text not in WIDE:
                continue
            lab.say(text, error=i % 12 == 8)
            wait_for(lambda: lab.round <= seen_round(c))
            now, said = look(tap)
            assert now == upper, "%r changed the upper part:\n%s\nwas\n%s" % (text[:60], "\n".join(now), "\n".join(upper))
            assert "long" not in text[:4] or "longlong" in "".join(said), "it lost what the backend said:\n" + tap.text()
            assert len(said) <= 1 + 6 + 4, "%r: the backend says more than six lines:\n%s" % (text[:60], tap.text())
            if i % 3:
                tap.type("\x1b", 0.1)
                tap.until("Nothing was fired")
            else:
                tap.type(letters(tap), 0.03)
                fired += 1
                wait_for(lambda: len(lab.effects()) == fired, 20)
                c.until("action.ended", key="INC-1/%d" % fired)
                tap.quiet()
                with open(os.path.join(lab.world, "version"), "w") as f:
                    f.write("42")
                wait_for(lambda: latest(c) == "42")
                tap.until("42")
            if i % 9 == 0:
                for keys in (":", "\x1b", "u", "\x1b", "t", "\x1b", "a", "\x1b", "b", "\x1b", "?", "\x1b", "j", "\r", "\x1b"):
                    tap.type(keys, 0.07 if keys == "\x1b" else 0.01)
                    tap.quiet(0.03, 0.3)
            assert not tap.bad, (text[:60], tap.bad)
        assert lab.client("observer", follow=False).good("plugins")[0]["restarts"] == 0, "the plugin died of it"
        tap.resize(12, 40)
        tap.quiet(0.2)
        tap.type("q", 0.1)
        tap.type("q", 0.1)
        tap.end()
        assert not tap.bad, tap.bad
        assert fired > 10, fired


def pump(c):
    c.sock.settimeout(0.001)
    try:
        while True:
            c.read()
    except (TimeoutError, OSError):
        pass
    c.sock.settimeout(20)


def seen_round(c):
    """How many rounds the plugin has said, by what is on record."""
    pump(c)
    return sum(1 for e in c.events if e["kind"] == "change" and "service" not in e["body"])


def latest(c):
    pump(c)
    v = [e["body"]["version"] for e in c.events if e["kind"] == "deploy" and not e["body"].get("place")]
    return v[-1] if v else None


# ---- the commands ---------------------------------------------------------------------------------

def tell_all(lab, c):
    """Every string through the plugin and through what people write."""
    for i, text in enumerate(STRINGS):
        lab.say(text)
        short = text[:900]
        c.good("note", {"text": short})
        c.good("report", {"signal": "other", "service": "auth", "note": short})
        c.good("pin", {"service": "auth", "version": "1.%d" % i, "reason": short})
        c.good("unpin", {"service": "auth", "version": "1.%d" % i, "reason": short})
        c.good("declare", {"title": text[:50], "services": ["shop"]})
        c.good("close", {"incident": "INC-%d" % (i + 2), "as": "false-alarm", "reason": short})
        wait_for(lambda: lab.round <= seen_round(c))


READERS = (["log"], ["log", "--raw", "--json"], ["show", "INC-1"], ["list"], ["brief", "INC-1"], ["changes"], ["changes", "auth"], ["status"],
           ["status", "--format", "tmux"], ["plugin", "list"], ["verify"], ["fire", "auth-rollback", "--dry-run"])
JSONS = (["log", "--json"], ["log", "--raw", "--json"], ["show", "INC-1", "--json"], ["list", "--json"], ["changes", "--json"], ["status", "--json"],
         ["plugin", "list", "--json"], ["fire", "auth-rollback", "--dry-run", "--json"])


def strings_of(v):
    if isinstance(v, str):
        yield v
    elif isinstance(v, dict):
        for k, x in v.items():
            yield k
            yield from strings_of(x)
    elif isinstance(v, list):
        for x in v:
            yield from strings_of(x)


def check_readers(lab):
    for words in READERS:
        status, out, err = lab.tool(*words)
        assert status in (0, 1) and out, (words, status, err[:300])
        is_clean(words, out)
        is_clean(words, err)
    for words in JSONS:
        status, out, err = lab.tool(*words)
        is_clean(words, out)
        for line in out.splitlines() if words[0] == "log" else [out]:
            json.loads(line)


def check_evidence(lab):
    """The views clean; the journal keeps what was said, to the letter."""
    status, out, _ = lab.tool("log", "--json")
    assert status == 0
    said = set()
    for line in out.splitlines():
        said.update(strings_of(json.loads(line)["body"]))
    lost = [t for t in STRINGS if t[:900] not in said]
    assert not lost, lost[:3]
    lab.verify()


def check_logs(lab):
    found = 0
    for name in os.listdir(lab.dir):
        if ".log" in name:
            found += 1
            with open(os.path.join(lab.dir, name), "rb") as f:
                is_clean(name, f.read(), "\n")
    assert found, os.listdir(lab.dir)


def check_fire_panel(lab):
    """The panel on the command line: every line of the backend stands below its heading, and is one line."""
    calm = None
    for text in ["calm"] + STRINGS[::3]:
        lab.say(text)
        status, out, err = lab.tool("fire", "auth-rollback", "--dry-run")
        assert status == 0, err
        is_clean(("fire", text[:40]), out)
        upper, lower = out.decode().split("the backend says", 1)
        calm = calm or upper
        assert upper == calm, (text[:60], upper)
        for line in lower.split("\n")[1:]:
            assert line.startswith("  ") or line in ("", "by hand:"), (text[:60], line)


WORDS = (["show"], ["brief"], ["report"], ["note", "--incident"], ["fire", "--dry-run"], ["fire", "--dry-run", "auth-rollback", "--to"],
         ["pin", "--reason", "x", "auth"], ["cancel"], ["ack"], ["changes"], ["log", "--kind"], ["log", "--since"], ["check"], ["--kit"], ["verify"],
         ["declare", "--title", "x", "--service"], ["close", "--as"], ["hand-over"], ["plugin"], ["help"], ["status", "--format"], [])


def check_arguments(lab):
    """What is typed, or pasted into a script, comes back in messages."""
    for i, text in enumerate(t for t in STRINGS if len(t) < 2000):
        words = WORDS[i % len(WORDS)]
        for more in ([], ["--json"]) if i % 5 == 0 else ([],):
            status, out, err = lab.tool(*words, text.replace("\0", ""), *more)
            is_clean((words, text[:40], "answers"), out)
            is_clean((words, text[:40], "messages"), err)
            if more and err.strip():
                json.loads(err)
    for raw in (b"\xff\xfe", b"\xc3(", b"\x9b2J", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80\xe0\x80\xaf"):
        for words in WORDS:
            status, out, err = lab.tool(*words, raw)
            is_clean((words, raw), out)
            is_clean((words, raw), err)


def test_commands():
    with World() as lab:
        lab.write("services/shop.yaml", open(os.path.join(lab.kit, "services/auth.yaml")).read().replace("auth", "shop").replace("key: r", "key: x"))
        c = begun(lab)
        tell_all(lab, c)
        check_readers(lab)
        check_evidence(lab)
        check_logs(lab)


def test_messages():
    """Panels on the command line, and what was typed coming back in messages."""
    with World() as lab:
        begun(lab)
        check_fire_panel(lab)
        check_arguments(lab)
        check_logs(lab)


# ---- the kit's words --------------------------------------------------------------------------------

def write_kit(lab, text):
    """A kit whose free texts are all hostile: names, questions, queries, targets, who confirmed it."""
    q = json.dumps(text)
    with open(os.path.join(lab.top, "kit.good")) as f:
        lab.write("kit.yaml", f.read().replace("name: Tess,", "name: %s, contact: {chat: %s}," % (q, q)) + "reports: {odd: {ask: %s}}\n" % q)
    with open(os.path.join(lab.top, "service.good")) as f:
        lab.write("services/auth.yaml", f.read().replace("query: rate", "query: %s" % q).replace(
            "verb: rollback,", "verb: rollback, target: {file: auth, more: %s}, confirmed: {time: 1m, on: 2026-01-01, where: %s, by: tess}," % (q, q)))


def test_kit():
    """Whatever a kit says, it is refused or shown clean; on the console the panel keeps its frame."""
    with World() as lab:
        shutil.copy(os.path.join(lab.kit, "kit.yaml"), os.path.join(lab.top, "kit.good"))
        shutil.copy(os.path.join(lab.kit, "services/auth.yaml"), os.path.join(lab.top, "service.good"))
        taken = []
        for text in STRINGS:
            write_kit(lab, text[:3000])
            status, out, err = lab.tool("check", lab.kit)
            assert status in (0, 1), (text[:60], err)
            is_clean(("check", text[:60]), out)
            is_clean(("check", text[:60]), err)
            taken += [text[:3000]] if status == 0 else []
        assert taken, "every kit was refused"
        for text in taken[::max(1, len(taken) // 12)]:
            write_kit(lab, text)
            lab.engine()
            c = lab.client()
            c.until("deploy")
            assert lab.tool("declare", "--title", "bad", "--service", "auth")[0] == 0
            tap = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top)
            tap.until("bad")
            look(tap)
            tap.type("\x1b", 0.1)
            tap.until("Nothing was fired")
            for keys in ("w", "\x1b", "j", "\r", "\x1b", "a", "\x1b", "?", "\x1b"):
                tap.type(keys, 0.07 if keys == "\x1b" else 0.01)
                tap.quiet(0.03, 0.3)
            assert not tap.bad, (text[:60], tap.bad)
            tap.end()
            for words in (["show", "INC-1"], ["brief"], ["fire", "auth-rollback", "--dry-run"], ["help", "kit"], ["status"], ["report", "odd", "--service", "auth"]):
                status, out, err = lab.tool(*words)
                is_clean((words, text[:60]), out + err)
            assert lab.tool("close", "--as", "false-alarm")[0] == 0
            for p in lab.running:
                p.terminate()
                p.wait(10)
            shutil.rmtree(lab.dir)


# ---- what is no text at all ---------------------------------------------------------------------------

RAW = (b'{"jsonrpc":"2.0","method":"log","params":{"level":"x","text":"\xff\xfe\x1b[2J"}}\n', b'\xff\xfe\x1b[2J\n', b"\x1b]0;owned\x07\n", b"\x00\x00\n",
       b'{"jsonrpc":"2.0","method":"change","params":{"what":"flag","name":"\\ud800"}}\n', b'{"jsonrpc":"2.0","method":"\xed\xa0\x80"}\n',
       b'{"jsonrpc":"2.0","\x1b[2J":1,"\x1b[2J":2,"method":"log"}\n', b'{"jsonrpc":"\x1b[2J"}\n', b'{"jsonrpc":"2.0","id":99,"error":{"code":-5,"message":"\x1b[2J"}}\n')


def test_bytes_that_are_no_text():
    """What is refused at the door is named in words of ours; names and versions of a plugin are a stranger's, too."""
    for raw in RAW:
        with World() as lab:
            lab.put("init.json", {"init": SEQUENCES[len(lab.top) % 40] + "\u202e"})
            lab.put("raw.json", {"raw": raw.hex()})
            lab.engine()
            c = lab.client()
            e = c.until("plugin", state="down")
            assert e["body"]["why"], e
            for words in (["plugin", "list"], ["plugin", "list", "--json"], ["log"], ["status"], ["status", "--json"]):
                status, out, err = lab.tool(*words)
                assert status in (0, 1), (words, err)
                is_clean((words, raw), out + err)
            check_logs(lab)


if __name__ == "__main__":
    main(globals())
