#!/usr/bin/env python3
"""The same directions once more, from what was really linked: which room's
archive uses a symbol that another room's archive defines, which system
functions a pure room calls, and which variables it could change.

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
NO_GLOBALS = ("model", "decide", "gate", "kit")


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def members(archive):
    """object -> (defined, undefined)"""
    found, member = {}, None
    for line in run("nm", "-P", archive).splitlines():
        if m := re.search(r"\[([^\]]+)\]:?$", line):
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


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("top_builddir", ".")
    archives = {}
    for path in glob.glob(os.path.join(build, "core", "*", "libbo-*.a")) + glob.glob(os.path.join(build, "tui", "libbo-*.a")):
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
    for line in bad:
        print(line)
    print(f"{len(rooms)} archives, {len(bad)} violations")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
