#!/usr/bin/env python3
"""The examples of docs/protocol.md, run against both templates; every block that
says json is JSON."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import SRC, Dir, Failed, Plugin, check, main, program, wait_for  # noqa: E402


def blocks(kind, name="protocol.md"):
    with open(os.path.join(SRC, "docs", name), encoding="utf-8") as f:
        return re.findall(rf"^```{kind}\n(.*?)^```", f.read(), re.S | re.M)


def fits(want, got):
    """What the page shows is in what came; "…" is any value."""
    if want == "…":
        return True
    if isinstance(want, dict):
        return isinstance(got, dict) and all(k in got and fits(v, got[k]) for k, v in want.items())
    if isinstance(want, list):
        return isinstance(got, list) and len(got) == len(want) and all(map(fits, want, got))
    return want == got and isinstance(want, bool) == isinstance(got, bool)


def run(argv, text):
    with Dir() as d:
        for name, line in (("auth.version", "42"), ("auth.errors", "0.25")):
            with open(f"{d}/{name}", "w", encoding="utf-8") as f:
                f.write(line + "\n")
        p = Plugin(argv)
        for line in text.strip().split("\n"):
            way, rest = line[:2], line[3:].replace("@DIR@", d)
            check(way in (">>", "<<"), "a line of a conversation begins with >> or <<:", line)
            if way == ">>":
                p.raw(rest + "\n")
                continue
            want = json.loads(rest)
            if "method" in want:
                wait_for(lambda: any(fits(want, n) for n in p.notes), 4, f"{rest} (came: {p.notes[-3:]})")
            else:
                got = p.answer(want["id"], 5)
                if not fits(want, got):
                    raise Failed(f"the page says {rest}\nbut it came {json.dumps(got)}")
        p.close()


def test_conversations_in_c():
    for text in blocks("conversation"):
        run([program("template")], text)


def test_conversations_in_python():
    for text in blocks("conversation"):
        run([sys.executable, os.path.join(SRC, "plugins", "template", "plugin.py")], text)


def test_there_are_conversations():
    check(len(blocks("conversation")) >= 5, "the page lost its examples")


def test_json_is_json():
    found = blocks("json")
    check(found, "no JSON on the page")
    for text in found:
        json.loads(text)


if __name__ == "__main__":
    main(dict(globals()))
