#!/usr/bin/env python3
"""Hostile words through every field that strangers fill, into every place where somebody reads them.

A plugin says each string in all its fields; a console on a tapped terminal shows it, opens its panel and fires; then
every command prints what is left of it.  No byte outside our own grammar may come out, the upper part of the panel
stays the same to the byte, JSON stays JSON and still holds what was said.  The strings are those of nasty.py: some of
every class, with HOSTILE_EVERY=1 all of them and every view for each.  The fields are those that the documents name: one
that is new and not thought of fails.
"""
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, SOURCE, Lab, main, wait_for  # noqa: E402
import nasty  # noqa: E402
from tap import Tap, judge_text  # noqa: E402
from written import append  # noqa: E402

# All of them (HOSTILE_EVERY=1, hours), or a few of every class.
EVERY = bool(os.environ.get("HOSTILE_EVERY"))
STRINGS = nasty.EVERY if EVERY else nasty.sample(250)
SEEN = {}  # kind of event -> fields of its body that held such words, over all tests
FILLED = set()  # fields of the protocol that did


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

    def note_fields(self):
        """Which fields held such words in this world: of the protocol, and of the journal's events."""
        with open(os.path.join(self.world, "filled"), encoding="utf-8") as f:
            FILLED.update(f.read().split("\n"))
        words = {t[:n] for t in STRINGS for n in (20, 100, 200, 300, 900, 1000, len(t))} - {""}
        for e in self.log():
            for key, value in e["body"].items():
                if not words.isdisjoint(strings_of(value)):
                    SEEN.setdefault(e["kind"], set()).add(key)

    def tool(self, *words, **more):
        """A command's bytes: (status, answers, messages)."""
        feed = {"input": more.pop("stdin")} if "stdin" in more else {"stdin": subprocess.DEVNULL}
        p = subprocess.run([BACKOUT, *words], env=self.env, **feed, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=1200 if EVERY else 60, cwd=self.top, check=False, **more)
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
    ours = [re.sub("time not known|(about [0-9]+|under 1) m?s, like its last run here", "...", t).replace(" ", "") if "takes " in t else t
            for t in lines[top:says[0]]]
    return ours, lines[says[0]:]


def look(tap, key="r"):
    tap.type(key)
    tap.until(LETTERS)
    tap.quiet()
    return panel(tap)


LETTERS = r"(?m)^│ {5}type +(\w)  (\w)  (\w) +to run it"
PANEL = LETTERS + r"|^│.*and Enter"


def letters(tap):
    return re.search(LETTERS, tap.text()).groups()


with open(os.path.join(SOURCE, "tui", "ui", "view.h"), encoding="utf-8") as f:
    VIEWS = [m for m in re.findall(r'^\tX\(\w+, \w+, "([^"]*)"', f.read(), re.M) if m]
assert len(VIEWS) > 10 and "timeline" in VIEWS, VIEWS


def tour(tap, views):
    """Each view by its name, so that a new one is among them; what Enter opens there; and back."""
    for name in views:
        tap.type([":" + name + "\r"], 0)
        tap.quiet(0.03, 0.4)
        for keys in ("j", "j\r", "j", "\x1b", "\x1b"):
            tap.type([keys], 0.06 if keys == "\x1b" else 0)
        tap.quiet(0.03, 0.4)
        assert not re.search(PANEL, tap.text()), "a panel opened by looking at %s:\n%s" % (name, tap.text())


def fire(lab, c, tap, fired):
    """With the letters that are shown; then the world is as before."""
    tap.type(letters(tap), 0.03)
    wait_for(lambda: len(lab.effects()) == fired, 20)
    c.until("action.ended", key="INC-1/%d" % fired)
    tap.quiet()
    with open(os.path.join(lab.world, "version"), "w", encoding="utf-8") as f:
        f.write("42")
    wait_for(lambda: latest(c) == "42")
    tap.until("42")


def refused_versions(lab, c, tap):
    """A version in characters that no version has opens no panel, and is named in clean words."""
    lab.say("42 -> 41\x1b[2J\u202e", version=True)
    wait_for(lambda: lab.round <= seen_round(c))
    tap.type("r")
    tap.until("Nothing was fired")
    tap.quiet()
    assert not tap.bad and not re.search(PANEL, tap.text()), (tap.bad, tap.text())


def test_console():
    """The tapped console, through panels, fires and every view; beside it one that only adds lines."""
    with World() as lab:
        c = begun(lab)
        tap = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top)
        heard = Tap([BACKOUT, "observe", "--linear", "--kit", lab.kit], lab.env, cwd=lab.top)
        heard.keep = b""
        tap.until("bad")
        upper, _ = look(tap)
        tap.type("\x1b", 0.2)
        tap.until("Nothing was fired")
        fired = 0
        for i, text in enumerate(STRINGS):
            lab.say(text, error=i % 12 == 8)
            c.good("note", {"text": text[:900]})
            wait_for(lambda: lab.round <= seen_round(c))
            now, said = look(tap)
            assert now == upper, "%r changed the upper part:\n%s\nwas\n%s" % (text[:60], "\n".join(now), "\n".join(upper))
            assert "xxxxx" not in text[:5] or "xxxxx" in "".join(said), "it lost what the backend said:\n" + tap.text()
            assert len(said) <= 1 + 6 + 4, "%r: the backend says more than six lines:\n%s" % (text[:60], tap.text())
            if i % 20:
                tap.type("\x1b", 0.1)
                tap.until("Nothing was fired")
            else:
                fired += 1
                fire(lab, c, tap, fired)
            tour(tap, VIEWS if EVERY or i < 3 else [VIEWS[(i * 2 + k) % len(VIEWS)] for k in range(2)])
            heard.read(0)
            assert not tap.bad, (text[:60], tap.bad)
        refused_versions(lab, c, tap)
        assert lab.client("observer", follow=False).good("plugins")[0]["restarts"] == 0, "the plugin died of it"
        tap.resize(12, 40)
        tap.quiet(0.2)
        tap.type("q", 0.1)
        tap.type("q", 0.1)
        tap.end()
        heard.end()
        assert not tap.bad, tap.bad
        is_clean("--linear", heard.keep, "\r\n")
        assert len(heard.keep) > 2000 and fired >= len(STRINGS) // 20, (len(heard.keep), fired)
        lab.note_fields()


def pump(c):
    c.sock.settimeout(0.001)
    try:
        while True:
            c.read()
    except (TimeoutError, OSError):
        pass
    c.sock.settimeout(20)


def seen_round(c):
    """The newest round that the plugin has said, by what is on record."""
    pump(c)
    rounds = [e["body"]["to"] for e in c.events if e["kind"] == "change" and e["body"].get("name") == "round" and e["body"]["to"].isdigit()]
    del c.events[:-400]
    return int(rounds[-1]) if rounds else getattr(c, "round", 0)


def latest(c):
    pump(c)
    v = [e["body"]["version"] for e in c.events if e["kind"] == "deploy" and not e["body"].get("place")]
    return v[-1] if v else None


# ---- the commands ---------------------------------------------------------------------------------

def tell_all(lab, c):
    """Every string through the plugin and through what people write."""
    for i, text in enumerate(STRINGS):
        if i % 40 == 0:  # a thousand lines a second are a plugin's limit
            lab.say("calm", texts=[t[:3000] for t in STRINGS[i:i + 40]])
        short = text[:900]
        c.good("note", {"text": short})
        c.good("report", {"signal": "other", "service": "auth", "note": short})
        c.good("pin", {"service": "auth", "version": "1.%d" % i, "reason": short})
        c.good("unpin", {"service": "auth", "version": "1.%d" % i, "reason": short})
        c.good("freeze", {"service": "shop", "reason": short})
        c.good("unfreeze", {"service": "shop", "reason": short})
        c.good("declare", {"title": text[:50], "services": ["shop"]})
        c.good("close", {"incident": "INC-%d" % (i + 2), "as": "false-alarm", "reason": short})
        if i % 40 == 39 or text is STRINGS[-1]:
            wait_for(lambda: lab.round <= seen_round(c), 30)


def newest_ways(c):
    pump(c)
    return max([e["seq"] for e in c.events if e["kind"] == "ways"], default=0)


def fire_all(lab, c):
    """Words that go with an action: why it is asked, why not, and what a process says that was gone before it answered."""
    done = 0
    for i, text in enumerate(STRINGS[::max(1, len(STRINGS) // 12)]):
        lab.say(text, not_ready=True)  # and what would fail, tried
        before = newest_ways(c)
        c.good("try")
        wait_for(lambda: newest_ways(c) > before, 40)
        lab.say(text, die=i % 4 == 1)
        c.good("arm", {"action": "auth-rollback", "service": "auth"})
        c.good("disarm", {"why": text[:900]})
        key = c.fire("auth", text[:900])["key"]
        e = c.until("action.ended", 40, key=key)
        while e["body"]["outcome"] == "unknown":
            e = [x for x in c.events if x["kind"] == "action.ended" and x["body"]["key"] == key][-1]
            pump(c)
        done += 1
        with open(os.path.join(lab.world, "version"), "w", encoding="utf-8") as f:
            f.write("42")
        wait_for(lambda: latest(c) == "42")
    assert done >= 12, done


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
    lost = [t for t in STRINGS if t[:900] not in said]  # the journal keeps what was said, to the letter
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
        fire_all(lab, c)
        check_readers(lab)
        check_evidence(lab)
        check_logs(lab)
        lab.note_fields()


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
            lab.put("init.json", {"init": nasty.CLASSES["csi"][len(lab.top) % 40] + "\u202e"})
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
            FILLED.update(open(os.path.join(lab.world, "filled"), encoding="utf-8").read().split("\n"))


def test_broken_words():
    """What is no UTF-8 at all: on the command line, on standard input, in a kit, from a plugin's standard error."""
    with World() as lab:
        begun(lab)
        good = open(os.path.join(lab.kit, "kit.yaml"), "rb").read()
        for i, raw in enumerate(nasty.BROKEN):
            for words in (WORDS if EVERY else WORDS[i % 4::4]):
                status, out, err = lab.tool(*words, raw.replace(b"\0", b""))
                is_clean((words, raw), out + err)
            status, out, err = lab.tool("note", "-", stdin=raw)
            is_clean(("note -", raw), out + err)
            with open(os.path.join(lab.kit, "kit.yaml"), "wb") as f:
                f.write(good.replace(b"name: Tess", b"name: '" + raw + b"'"))
            status, out, err = lab.tool("check", lab.kit)
            assert status == 1, (raw, out)
            is_clean(("check", raw), out + err)
        with open(os.path.join(lab.kit, "kit.yaml"), "wb") as f:
            f.write(good)
        check_logs(lab)


# ---- nothing is forgotten ---------------------------------------------------------------------------

ALL = object()
# What no stranger fills, by kind of event and method of the protocol.  A new field is written down here, or it is among
# those that have to have held hostile words.
OURS = {
    "ways": {"backend", "tried", "ready"}, "soak": ALL,
    "automatic": {"row", "service", "action", "preflight"}, "alarm": {"service", "what", "version", "change", "key"},
    "backfill": {"backend", "from", "to", "samples", "deploys", "changes", "complete"}, "action.vetoed": {"key", "digest", "by"},
    "action.expired": {"key", "digest"},
    "store": ALL, "engine": ALL, "clock": ALL, "client": ALL, "kit.loaded": ALL, "rubric": ALL, "prompt": ALL, "baseline": ALL, "commander": ALL, "action.armed": ALL,
    "action.fired": ALL, "verify": ALL, "samples": ALL,
    "plugin": {"backend", "plugin", "state", "pid", "restarts", "verbs", "version", "why"}, "deploy": {"backend", "service", "version", "filled"}, "change": {"backend", "filled"},
    "report": {"signal", "service", "gone", "salt"}, "incident.declared": {"services", "onset", "kind", "environment"}, "incident.closed": {"as"},
    "action.disarmed": {"action", "service"},
    "action.requested": {"key", "op", "digest", "authority", "by", "via", "backend", "confirmed_s", "waits_for", "countdown_s", "row", "change"},
    "action.progress": {"key", "share", "cancel"}, "action.ended": {"key", "op", "outcome", "changed", "resolved", "by", "did_at"},
    "pin": {"service", "version", "what", "by"}, "freeze": {"service", "what", "by"}, "note": {"salt"},
}
NO_WORDS = {"initialize.protocol", "initialize.provides", "initialize.idempotent", "preflight.ready", "perform.outcome", "perform.changed",
            "reconcile.outcome", "reconcile.changed", "progress.op"}
NOT_ASKED = {"history", "notify"}  # by no engine yet


def words_in(value, path):
    """The paths of the strings of an example."""
    if isinstance(value, dict):
        for k, v in value.items():
            yield from words_in(v, path + "." + k)
    elif isinstance(value, list):
        for v in value:
            yield from words_in(v, path)
    elif isinstance(value, str):
        yield path


def protocol_fields():
    """Every field that docs/protocol.md lets a plugin send: of its example of all notifications, and of its tables."""
    with open(os.path.join(SOURCE, "docs", "protocol.md"), encoding="utf-8") as f:
        doc = f.read()
    example = doc.split("## Notifications from the plugin")[1].split("```json\n")[1].split("```")[0]
    out = {path for m in json.loads(example) for path in words_in(m["params"], m["method"])}
    methods = doc.split("## The methods")[1].split("\n### ")[0]
    for method, result in re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", methods, re.M):
        out |= {"%s.%s" % (method, name) for name in re.findall(r"`(\w+)`", result)}
    for names, what in re.findall(r"^\| (`[^|]*)\|(.*)\|$", doc.split("### preflight")[1].split("### perform")[0], re.M):
        inner = re.findall(r'"(\w+)"', what)
        for name in re.findall(r"`(\w+)`", names):
            out |= {"preflight.%s.%s" % (name, x) for x in inner if x != "ok"} or {"preflight." + name}
    for name in re.findall(r'"(\w+)"', re.search(r'`"refs":\[(.*?)\]`', doc).group(1)):
        out.add("perform.evidence.refs." + name)
    return {f for f in out if f not in NO_WORDS | {"perform.evidence"} and f.split(".")[0] not in NOT_ASKED}


# ---- what acts by itself, what was made elsewhere, what was filled in --------------------------------------

def by_itself(text, i):
    """The events that such words get into from backends that seldom say them, as a journal holds them."""
    key, op = "INC-1/%d" % (i + 1), "%032x" % (i + 1)
    a = {"name": "auth-rollback", "service": "auth", "level": 2, "class": "reverse", "verb": "rollback", "target": {"file": "auth"},
         "environment": "test", "from": "42", "to": "41", "by": text, "incident": "INC-1", "reason": text}
    asked = {"key": key, "op": op, "digest": None, "a": a, "authority": None, "by": text, "reason": text, "backend": "world", "waits_for": []}
    counts = {"countdown_s": 30, "row": "errors", "because": text} if i % 2 else {"through": text, "change": 1}
    yield "action.requested", dict(asked, via="automatic" if i % 2 else "external", **counts)
    if i % 4 == 1:
        yield "action.vetoed", {"key": key, "digest": "", "by": "tess", "reason": text}
    elif i % 4 == 3:
        yield "action.expired", {"key": key, "digest": "", "by": text, "reason": text}
    else:
        yield "action.fired", {"key": key, "op": op, "digest": None, "deadline_s": 0, "pid": 0, "pid_start": 0}
        yield "action.ended", {"key": key, "op": op, "outcome": "done", "changed": "full", "detail": text, "resolved": False}
    yield "automatic", {"row": "errors", "service": "auth", "action": "auth-rollback", "preflight": True, "missing": [text, "and " + text]}
    yield "alarm", {"service": "auth", "what": "acted-upon", "version": "42", "brought_by": text, "change": 1, "key": key}
    yield "pin", {"service": "auth", "version": "42", "what": "returned", "returned_by": text, "reason": text}
    yield "backfill", {"backend": "world", "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z", "samples": 1, "deploys": 0, "changes": 0,
                       "complete": False, "why": text}
    yield "prompt", {"id": "stop:%s:0" % key, "what": "stop", "service": "auth", "incident": "INC-1", "key": key, "to": text, "text": text,
                     "until": "2036-01-01T00:00:00Z", "then": text, "state": "asked", "salt": "00"}


def test_what_acts_by_itself():
    with World() as lab:
        begun(lab).close()
        for pid in lab.engine_pids():
            os.kill(pid, 15)
        wait_for(lambda: not lab.engine_pids(), 20)
        e = lab.log()[-1]
        begin = [("rubric", {"row": "errors", "service": "auth", "signal": "error_rate", "state": "breached", "value": 0.9, "action": "reverse",
                             "owner": "tess", "since": "2026-01-01T00:00:00Z", "since_mono": 1})]
        told = begin + [x for i, t in enumerate(STRINGS[::3]) for x in by_itself(t[:900], i)]
        append(lab.store, ((e["at"] + n, e["mono"] + n, e["boot"], None if kind == "backfill" else "INC-1", kind, "engine", body)
                           for n, (kind, body) in enumerate(told)))
        lab.verify()
        lab.engine()
        check_readers(lab)
        tap = Tap([BACKOUT, "observe"], lab.env)
        tap.until("INC-1", 20)
        tap.quiet()
        tour(tap, VIEWS)
        tap.end()
        assert not tap.bad, tap.bad[:5]
        check_logs(lab)
        lab.note_fields()


def test_no_field_is_forgotten():
    """Runs last: what the documents name has held such words, or stands above as ours."""
    if not SEEN:
        return  # one test alone
    left = protocol_fields() - FILLED
    assert not left, "the hostile plugin never filled %s" % sorted(left)
    sys.path.insert(0, os.path.join(HERE, "..", "plugins"))
    import events_doc
    kinds, _ = events_doc.documented()
    assert len(kinds) > 20, kinds
    empty = ["%s.%s" % (kind, member) for kind, shape in kinds.items() if OURS.get(kind, set()) is not ALL
             for member in sorted(set(shape.members) - OURS.get(kind, set()) - SEEN.get(kind, set()))]
    assert not empty, "no hostile words ever stood in " + ", ".join(empty)
    told = {f.split(".")[1] for f in protocol_fields() if f.startswith("deploy.")} - {"service", "version", "at"}
    assert told <= SEEN["deploy"], told - SEEN["deploy"]


if __name__ == "__main__":
    main(globals())
