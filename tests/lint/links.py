#!/usr/bin/env python3
"""The same directions once more, from what was really linked: which room's
archive uses a symbol that another room's archive defines, which system
functions a pure room calls, which variables it could change, and where files
of one room call each other in a circle.

Usage: links.py [BUILD-DIR]     or top_builddir; exit 77 where nothing is built or sanitized
"""
import glob
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from house import MAY_USE  # noqa: E402

# What a room that looks at nothing and touches nothing must not call.
TOUCHES = re.compile(
    r"^(open|openat|creat|read|write|pread|pwrite|close|fopen|fdopen|freopen|fread|fwrite|unlink|rename|mkdir|rmdir|opendir|readdir|stat|lstat|fstat"
    r"|socket|connect|bind|listen|accept|send|recv|poll|select|epoll_\w+|fork|vfork|exec\w+|posix_spawn\w*|kill|pipe2?|dup[23]?"
    r"|time|clock|clock_gettime|gettimeofday|nanosleep|usleep|sleep|alarm|random|rand|srand|getrandom"
    r"|printf|puts|putchar|fputs|fputc|fprintf|vprintf|vfprintf|perror|__printf_chk|__fprintf_chk|stdout|stderr|stdin"
    r"|exit|_exit|abort|getenv|secure_getenv|setenv|system|popen|syslog|sqlite3_\w+|uv_\w+|curl_\w+)(@.*)?$")
PURE = ("base", "kit", "model", "decide", "gate")
# The members that are there to touch the outside, by name.
MAY_TOUCH = re.compile(r"^((lib\w+-a-|core_base_libbo_base_a-)?(os_\w+|mem|digest)\.o|(lib\w+-a-)?kit_(read|find)\w*\.o)$")
# Rooms whose files call each other in a circle, and why it was left so.  A room
# that has none any more must leave this list.
CIRCLES_LEFT = {
    "engine": "a commit wakes whoever waits for it, and whoever is woken commits: one loop, told in a file a noun",
    "tui": "a key changes the screen and the screen says which keys count: ui.c dispatches both ways",
}
NO_GLOBALS = ("model", "decide", "gate", "kit")


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def members(*files):
    """object -> (defined, undefined), of an archive or of objects"""
    found, member = {}, None
    if len(files) == 1 and files[0].endswith(".o"):
        member = found.setdefault(os.path.basename(files[0]), (set(), set()))
    for line in run("nm", "-P", *files).splitlines():
        if m := re.search(r"\[([^\]]+)\]:?$", line) or re.match(r"\S*?([^/\s]+\.o):$", line):
            member = found.setdefault(m.group(1), (set(), set()))
            continue
        part = line.split()
        if member is None or len(part) < 2:
            continue
        if part[1] == "U":
            member[1].add(part[0])
        elif part[1].isupper() or part[1] in "vw":
            member[0].add(part[0])
    return found


def variables(archive):
    """(object, name) of what stands in writable memory."""
    member = None
    for line in run("objdump", "-t", archive).splitlines():
        if m := re.match(r"(\S+\.o):", line):
            member = m.group(1)
        m = re.match(r"[0-9a-f]+ (.{7}) (\.data|\.bss)\S*\t[0-9a-f]+ (?:\.hidden )?(\S+)$", line)
        # .data.rel.ro holds constant tables of pointers and ends read-only
        if m and "O" in m.group(1) and ".rel.ro" not in line and not m.group(3).startswith("."):
            yield member, m.group(3)


def short(member):
    return re.sub(r"^.*-", "", member)


def programs(build):
    """room -> objects, of what is no archive: a plugin and the demo each are a directory of objects."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    for folder in sorted(glob.glob(os.path.join(source, "plugins", "*")) + [os.path.join(source, "demo")]):
        at = os.path.relpath(folder, source)
        stems = [os.path.basename(c)[:-2] for c in glob.glob(os.path.join(folder, "*.c"))]
        objects = [o for s in stems for o in glob.glob(os.path.join(build, at, s + ".o")) + glob.glob(os.path.join(build, at, "*-" + s + ".o"))]
        if objects and at != os.path.join("plugins", "sdk"):
            yield at, members(*objects)


def circle(objects):
    """The objects that reach themselves through symbols, and one line for each arrow between them."""
    owner = {s: member for member, (defined, _) in objects.items() for s in defined}
    arrows = {}
    for member, (_, undefined) in objects.items():
        arrows[member] = {}
        for symbol in sorted(undefined):
            if owner.get(symbol, member) != member:
                arrows[member].setdefault(owner[symbol], symbol)

    def reached(start):
        seen, ahead = set(), list(arrows[start])
        while ahead:
            if (at := ahead.pop()) not in seen:
                seen.add(at)
                ahead += arrows[at]
        return seen
    reach = {member: reached(member) for member in arrows}
    return [f"{short(a)} needs {symbol} of {short(b)}, which needs {short(a)} again: move what both need below them"
            for a in sorted(arrows) for b, symbol in sorted(arrows[a].items()) if a in reach[b]]


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("top_builddir", ".")
    archives = {}
    for path in [p for part in ("core/*", "tui", "plugins/sdk") for p in glob.glob(os.path.join(build, part, "libbo-*.a"))]:
        archives[re.sub(r".*libbo-|\.a$", "", path)] = path
    if not archives:
        print("nothing is built in", build)
        return 77
    rooms = {room: members(path) for room, path in archives.items()}
    if any(s.startswith("__asan") for m in rooms.values() for _, undefined in m.values() for s in undefined):
        print("built with sanitizers: their symbols would drown ours")
        return 77
    owner = {s: room for room, m in rooms.items() for defined, _ in m.values() for s in defined}
    bad = []
    for room, objects in rooms.items():
        if room not in MAY_USE:
            bad.append(f"{archives[room]}: room {room} has no row in the table of directions")
            continue
        for member, (_, undefined) in objects.items():
            for symbol in sorted(undefined):
                other = owner.get(symbol)
                if other and other != room and other not in MAY_USE[room]:
                    bad.append(f"{room}/{short(member)}: uses {symbol} of {other}, which {room} may not")
                if room in PURE and TOUCHES.match(symbol) and not MAY_TOUCH.match(short(member)):
                    bad.append(f"{room}/{short(member)}: calls {symbol}: a pure room touches nothing")
        if room in NO_GLOBALS:
            bad += [f"{room}/{short(m)}: {v} is a variable that outlives a call" for m, v in variables(archives[room])]
    for room, objects in [*rooms.items(), *programs(build)]:
        arrows = circle(objects)
        if room in CIRCLES_LEFT and not arrows:
            bad.append(f"{room}: its files are in no circle any more: take it out of CIRCLES_LEFT")
        elif room not in CIRCLES_LEFT:
            bad += [f"{room}/{line}" for line in arrows]
    for line in bad:
        print(line)
    print(f"{len(rooms)} archives, {len(bad)} violations")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
