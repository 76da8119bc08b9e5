#!/usr/bin/env python3
"""No screen speaks of a key that the user has bound otherwise: every script of the golden frames once more, with every
command on a Greek letter, and then no frame may tell anybody to press a Latin one that is not the kit's."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

top = os.path.abspath(os.environ.get("top_srcdir", "."))
built = os.path.abspath(os.environ.get("top_builddir", "."))
GREEK = "αβγδεζηθικλμνξοπρστυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩάέήίόύώϊϋΐΰ" + "абвгдежзийклмнопрстуфхцчшщъыьэюя"
FIXED = {"Enter", "Esc", ":", "0"}
# A key and what it does, as the screens say it.
SAID = re.compile(r"\(([A-Za-z?/.])\)|(?:^|[\s(])([A-Z?/.]|[b-hj-z]) (?:says|declares|lists|closes?|hands|settles|reads|leaves|tells|once|refuses|"
                  r"shows|sorts|goes to|accepts|people's word|live)\b")


def commands():
    """Name and own keys of every command, as help prints them."""
    text = subprocess.run([os.path.join(built, "backout"), "help", "keys"], capture_output=True, text=True, check=True,
                          env=dict(os.environ, XDG_CONFIG_HOME="/nonexistent")).stdout
    return re.findall(r"^([a-z-]+) +=", text, re.M)


def frames(script, binds, kit, work):
    lines = open(script, encoding="utf-8").read().split("\n")
    for n in [line[8:] for line in lines if line.startswith("# fleet ")]:
        shutil.rmtree(os.path.join(work, "fleet"), ignore_errors=True)
        subprocess.run([sys.executable, os.path.join(top, "tests/screen/fleet.py"), os.path.join(work, "fleet"), n], check=True)
    lines = [line.replace("include fleet", "include " + os.path.join(work, "fleet")) for line in lines]
    lines = [line.replace("kit tests/screen/kit", "kit " + kit) for line in lines if not line.startswith(("roles ", "paints ", "storm", "monkey", "bind "))]
    path = os.path.join(work, "script")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(binds + lines))
    r = subprocess.run([os.path.join(built, "tests/screen/headless"), path], capture_output=True, cwd=top,
                       env=dict(os.environ, LC_ALL="C.UTF-8", TZ="CET-1", XDG_CONFIG_HOME=work))
    assert r.returncode == 0, (script, r.stderr[-500:])
    return re.split(r"^== ", r.stdout.decode("utf-8", "replace"), flags=re.M)[1:]


def wrong_in(frame, ours, kits):
    """What a frame says that is not so."""
    lines = frame.rstrip("\n").split("\n")
    for m in SAID.finditer("\n".join(lines[1:])):
        key = m.group(1) or m.group(2)
        if key not in kits and key not in ours:
            yield m.group(0).strip()
    if len(lines) < 13 or not re.match(r"^[─╌ ]", lines[-2] or " "):
        return
    for hint in re.split(r"  +", lines[-1].strip()):
        key = hint.split(" ")[0]
        if len(key) == 1 and key not in kits and key not in ours and key not in FIXED and not lines[-1].lstrip().startswith((">", "/", ":")):
            yield "key line: " + hint


def main():
    names = commands()
    assert len(names) <= len(GREEK), "more letters are needed"
    letters = dict(zip(names, GREEK))
    binds = ["bind %s = %s" % kv for kv in letters.items()]
    bad = seen = 0
    work = tempfile.mkdtemp()
    try:
        folder = os.path.join(top, "tests/screen/scripts")
        kit = os.path.join(work, "kit")
        for which in ("", "_auto"):
            shutil.copytree(os.path.join(top, "tests/screen/kit" + which), kit + which)
        subprocess.run(["chmod", "-R", "u+rwX,go-w", work], check=True)
        kits = set(re.findall(r"key: (\w)", "".join(open(os.path.join(k, n)).read() for which in ("", "_auto")
                                                    for k in [os.path.join(kit + which, "services")] for n in os.listdir(k))))
        for name in sorted(os.listdir(folder)):
            if name in ("themes.txt", "hostile.txt") or not name.endswith(".txt"):
                continue
            for frame in frames(os.path.join(folder, name), binds, kit, work):
                seen += 1
                for what in wrong_in(frame, set(letters.values()), kits):
                    print("FAIL: %s: %s: %s" % (name, frame.split("\n")[0], what))
                    bad += 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("%d frames with %d commands on other keys" % (seen, len(names)))
    return 1 if bad or seen < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
