#!/usr/bin/env python3
"""backout init and check as a person meets them; the baseline kit, the example
kit and the examples of docs/kit.md pass, and the table there is the program's."""
import json
import os
import re
import subprocess
import sys
import tempfile

top = os.path.abspath(os.environ.get("top_srcdir", "."))
prog = os.path.abspath(os.path.join(os.environ.get("top_builddir", "."), "backout"))
failures = []


def run(*args, cwd="/", env=None):
    clean = {k: v for k, v in os.environ.items() if k not in ("BACKOUT_KIT", "XDG_CONFIG_HOME", "HOME")}
    clean.update(env or {})
    return subprocess.run([prog, *args], cwd=cwd, env=clean, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def expect(what, good, got=None):
    if not good:
        failures.append(what)
        print("FAIL:", what, "" if got is None else (got.returncode, got.stdout[-2000:], got.stderr[-2000:]))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o644)


def copy_kit(src, dst):
    for folder, _, names in os.walk(src):
        for name in names:
            full = os.path.join(folder, name)
            write(os.path.join(dst, os.path.relpath(full, src)), open(full).read())


def baseline(tmp):
    kit = os.path.join(tmp, "new")
    r = run("init", kit)
    expect("init writes a kit", r.returncode == 0 and "not armed" in r.stdout, r)
    r = run("check", kit)
    expect("the baseline kit passes check without a warning", r.returncode == 0 and "0 warnings" in r.stdout and "not armed" in r.stdout, r)
    expect("it is commented", open(os.path.join(kit, "kit.yaml")).read().count("#") > 20)
    before = open(os.path.join(kit, "kit.yaml")).read()
    r = run("init", kit)
    expect("init refuses what is not empty", r.returncode == 2 and "not an empty" in r.stderr, r)
    expect("and leaves it alone", open(os.path.join(kit, "kit.yaml")).read() == before)
    empty = os.path.join(tmp, "empty")
    os.mkdir(empty)
    r = run("init", "--json", empty)
    expect("init takes an empty directory", r.returncode == 0 and json.loads(r.stdout)["files"] == ["kit.yaml", "services/example.yaml"], r)
    r = run("init", os.path.join(tmp, "no/such/parent"))
    expect("init says what it cannot make", r.returncode == 4 and r.stderr, r)
    r = run("init", "--from", "cluster", os.path.join(tmp, "other"))
    expect("init --from is not built yet", r.returncode == 2 and "not built" in r.stderr, r)
    expect("and made nothing", not os.path.exists(os.path.join(tmp, "other")))


def check(tmp):
    kit = os.path.join(tmp, "example")
    copy_kit(os.path.join(top, "kits/example"), kit)
    r = run("check", "--json", kit)
    answer = json.loads(r.stdout)
    expect("the example passes", r.returncode == 0 and answer["ok"] is True, r)
    expect("with warnings only", all(p["severity"] == "warning" for p in answer["problems"]), r)
    path = os.path.join(kit, "services/checkout.yaml")
    text = open(path).read()
    write(path, text.replace("tier: tier-1", "teir: tier-1").replace("key: f", "key: a"))
    r = run("check", "--json", kit)
    answer = json.loads(r.stdout)
    wrong = [p for p in answer["problems"] if p["severity"] == "error"]
    expect("errors end with 1", r.returncode == 1 and answer["ok"] is False, r)
    expect("all in one run", [(p["file"], p["line"]) for p in wrong] == [("services/checkout.yaml", 1), ("services/checkout.yaml", 2), ("services/checkout.yaml", 23)], r)
    expect("each with every field", all(set(p) >= {"file", "line", "column", "severity", "what", "mend"} and p["mend"] for p in wrong))
    r = run("check", cwd=os.path.join(kit, "services"))
    expect("the kit above is found", r.returncode == 1 and re.search(r"checkout\.yaml:2:1: error: a service has no key `teir`\n  did you mean `tier`\?", r.stdout), r)
    r = run("check", cwd=kit)
    expect("places can be opened from here", r.stdout.startswith("kit.yaml:") or r.stdout.startswith("services/checkout.yaml:"), r)
    for args, cwd in ((["check"], "/"), (["check", "/nonexistent"], "/"), (["check", "--kit", tmp], "/")):
        r = run(*args, cwd=cwd)
        expect("no kit ends with 2: %s" % args, r.returncode == 2 and r.stderr and not r.stdout, r)
    r = run("check", "--live", kit)
    expect("a kit with errors is not held against its backends", r.returncode == 1 and "teir" in r.stdout and "asked live" not in r.stdout, r)
    r = run("check", "--lvie", kit)
    expect("an unknown option ends with 2", r.returncode == 2, r)
    r = run("check", env={"BACKOUT_KIT": kit})
    expect("BACKOUT_KIT is taken", r.returncode == 1 and "teir" in r.stdout, r)
    write(path, text + "evil: \"\x1b[2J\u202e\"\n\"\\e[31mred\": 1\n")
    r = run("check", kit)
    expect("nothing raw reaches the terminal", r.returncode == 1 and "\x1b" not in r.stdout and "\u202e" not in r.stdout, r)


def secrets(tmp):
    kit = os.path.join(tmp, "secrets")
    write(os.path.join(kit, "kit.yaml"), "kit: 1\nname: t\nenvironment: e\nbackends:\n  b: {plugin: x, secrets: {token: {file: t.secret}}}\n")
    r = run("check", kit)
    expect("a secret that is not here is a warning", r.returncode == 0 and "kit.yaml:5:" in r.stdout and "is not here" in r.stdout, r)
    write(os.path.join(kit, "t.secret"), "hunter2")
    r = run("check", kit)
    expect("a secret that others can read is an error", r.returncode == 1 and "can be read by others" in r.stdout and "chmod 600" in r.stdout, r)
    expect("and is not shown", "hunter2" not in r.stdout + r.stderr)
    os.chmod(os.path.join(kit, "t.secret"), 0o600)
    r = run("check", kit)
    expect("a secret of one's own is fine", r.returncode == 0 and "0 warnings" in r.stdout, r)


def documents(tmp):
    doc = open(os.path.join(top, "docs/kit.md")).read()
    kit = os.path.join(tmp, "doc")
    blocks = dict(re.findall(r"```yaml\n# ((?:kit|services/\w+)\.yaml)\n(.*?)```", doc, re.S))
    for name, text in blocks.items():
        write(os.path.join(kit, name), text)
    r = run("check", kit)
    expect("the kit of docs/kit.md passes", len(blocks) == 2 and r.returncode == 0 and "0 warnings" in r.stdout, r)
    defaults = re.search(r"```yaml\n# defaults of kit\.yaml\n(.*?)```", doc, re.S).group(1)
    write(os.path.join(kit, "kit.yaml"), blocks["kit.yaml"] + defaults)
    r = run("check", kit)
    expect("with its defaults too", r.returncode == 0 and "0 warnings" in r.stdout, r)
    table = re.search(r"```text\n(.*?)```", doc, re.S).group(1)
    r = run("help", "kit")
    expect("the table of docs/kit.md is that of `help kit`", r.returncode == 0 and r.stdout == table)


with tempfile.TemporaryDirectory(prefix="backout-kit-") as directory:
    os.chmod(directory, 0o755)
    baseline(directory)
    check(directory)
    secrets(directory)
    documents(directory)
sys.exit(1 if failures else 0)
