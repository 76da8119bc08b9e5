#!/usr/bin/env python3
"""The house rules that a machine can see, over the sources as text.

Usage: house.py [TREE]     prints FILE:LINE: what is wrong; exit 1 where something is
A rule is a function of the Tree that yields (file, line, words); RULES lists
them, and selftest.py plants a violation of each and expects it to be found.
"""
import os
import re
import subprocess
import sys

# Who may include whom (ARCHITECTURE.md, "Rooms").  A room may always include itself.
MAY_USE = {
    "base": set(),
    "kit": {"base"},
    "model": {"base", "kit"},
    "decide": {"base", "kit", "model"},
    "gate": {"base", "kit"},
    "journal": {"base"},
    "feed": {"base", "model", "journal"},
    "host": {"base"},
    "engine": {"base", "kit", "model", "decide", "gate", "journal", "feed", "host"},
    "client": {"base", "feed", "model"},
    "report": {"base", "kit", "model", "decide", "feed"},
    "cli": {"base", "kit", "model", "decide", "gate", "journal", "feed", "host", "engine", "client", "report"},
    "tui": {"base", "kit", "model", "decide", "client", "feed", "cli"},
    "demo": {"base", "client", "kit"},
    "sdk": {"base"},
    "http": {"sdk"},
    "plugin": {"sdk", "http"},
}

# A library's header -> the files that may include it.
LIBRARIES = [
    (r"(n?curses|ncursesw/.*|term)\.h", r"tui/screen/term\.c"),
    (r"sqlite3\.h", r"core/journal/.*"),
    (r"openssl/.*", r"core/base/digest\.c"),
    (r"utf8proc\.h", r"core/base/.*"),
    (r"yaml\.h", r"core/kit/.*"),
    (r"uv\.h", r"core/(host|engine|client)/.*|tui/.*|demo/.*"),
    (r"curl/.*", r"plugins/.*"),
    (r"netdb\.h|netinet/.*|arpa/inet\.h", r"plugins/.*|demo/.*"),
    (r"vterm\.h|cmocka\.h", r"tests/.*"),
]

BANNED = r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|system|popen|alloca)\s*\("
LINES_OF_FUNCTION = 80
LINES_OF_FILE = 600
OPENING = re.compile(r"\s*/\*.{20,}", re.S)


class Tree:
    """The files of one tree, read once."""

    def __init__(self, top):
        self.top = top
        self.files = sorted(self._list())
        self._text = {}

    def _list(self):
        try:
            out = subprocess.run(["git", "-C", self.top, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                 capture_output=True, check=True).stdout
            # only where the tree is its own repository: an unpacked tarball may lie inside another
            root = subprocess.run(["git", "-C", self.top, "rev-parse", "--show-toplevel"],
                                  capture_output=True, check=True, text=True).stdout.strip()
            if os.path.realpath(root) == os.path.realpath(self.top):
                names = {n.decode() for n in out.split(b"\0") if n}
                return [n for n in names if os.path.exists(os.path.join(self.top, n))]
        except (OSError, subprocess.CalledProcessError):
            pass
        found = []
        for at, dirs, names in os.walk(self.top):
            dirs[:] = [d for d in dirs if d not in (".git", ".deps", "autom4te.cache", "build-aux", "_build", "_inst") and
                       not os.path.exists(os.path.join(at, d, "config.status"))]
            found += [os.path.relpath(os.path.join(at, n), self.top) for n in names]
        return [n for n in found if not re.search(r"\.(o|a|log|trs)$", n)]

    def text(self, name):
        if name not in self._text:
            with open(os.path.join(self.top, name), "rb") as f:
                self._text[name] = f.read().decode("utf-8", "replace")
        return self._text[name]

    def lines(self, name):
        return self.text(name).split("\n")

    def sources(self, *endings):
        endings = endings or (".c", ".h")
        return [n for n in self.files if n.endswith(endings) and not n.startswith("build")]

    def code(self, name):
        """The text with comments and string contents blanked; line numbers stay."""
        key = name + "\0code"
        if key not in self._text:
            self._text[key] = blank(self.text(name))
        return self._text[key]


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(text):
    def hide(m):
        s = m.group(0)
        if s[0] == "/":
            return re.sub(r"[^\n]", " ", s)
        return s[0] + re.sub(r"[^\n]", " ", s[1:-1]) + s[-1]
    return TOKEN.sub(hide, text)


def room_of(name):
    part = name.split("/")
    if part[0] == "core" and len(part) > 2:
        return part[1]
    if part[0] == "plugins" and len(part) > 2:
        return part[1] if part[1] in ("sdk", "http") else "plugin"
    if part[0] in ("tui", "demo"):
        return part[0]
    return None


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def includes(tree, name):
    for m in INCLUDE.finditer(tree.text(name)):
        yield tree.text(name).count("\n", 0, m.start()) + 1, m.group(1), m.group(2)


def resolve(tree, name, path):
    """The file of the tree that "path" means, as the compiler would look for it."""
    for base in (os.path.dirname(name), "core", "", "plugins"):
        p = os.path.normpath(os.path.join(base, path))
        if p in tree.files:
            return p
    return None


def made(tree):
    """What the rooms' automake fragments make at build time."""
    if "made" not in tree._text:
        tree._text["made"] = {w for n in tree.files if n.endswith(".am") for line in tree.lines(n)
                              if re.match(r"\s*(BUILT_SOURCES|CLEANFILES)\b", line) for w in line.split()[2:]}
    return tree._text["made"]


# ---- rules -------------------------------------------------------------------

def rule_directions(tree):
    for name in tree.sources():
        room = room_of(name)
        if room is None:
            continue
        if room not in MAY_USE:
            yield name, 1, f"room {room} has no row in the table of directions"
            continue
        for line, mark, path in includes(tree, name):
            target = resolve(tree, name, path) if mark == '"' else None
            if target is None:
                if mark == '"' and path != "config.h" and path not in made(tree):
                    yield name, line, f'"{path}" is no file of this tree'
                continue
            other = room_of(target)
            if other is None and target.startswith("tests/"):
                yield name, line, f"includes {target}: the program must not know its tests"
            elif other == "plugin" and room == "plugin" and name.split("/")[1] != target.split("/")[1]:
                yield name, line, f"includes {target}: plugins do not know each other"
            elif other and other != room and other not in MAY_USE[room]:
                yield name, line, f"includes {target}: {room} may not use {other}"


def rule_inner_rooms(tree):
    """Within tui, screen and keys know only themselves and the reader of a user's files: they can be used without a ui."""
    for name in tree.sources():
        inner = re.match(r"tui/(screen|keys)/", name)
        if not inner:
            continue
        for line, _, path in includes(tree, name):
            if path.startswith("tui/") and not path.startswith(inner.group(0)) and path not in ("tui/settings.h", "tui/themes_data.h"):
                yield name, line, f"includes {path}: tui/{inner.group(1)} knows no other room of tui"


def rule_pure_rooms(tree):
    """base, kit, model, decide, gate look at no clock and touch nothing; base/os.h and base/os_lock.h are where that is done."""
    for name in tree.sources():
        if room_of(name) not in ("kit", "model", "decide", "gate"):
            continue
        for line, _, path in includes(tree, name):
            if re.fullmatch(r"base/os\w*\.h", path):
                yield name, line, f"a pure room includes {path}: have what it says handed in"


def rule_libraries(tree):
    for name in tree.sources():
        for line, mark, path in includes(tree, name):
            for header, may in LIBRARIES:
                if mark == "<" and re.fullmatch(header, path) and not re.fullmatch(may + "|tests/.*", name):
                    yield name, line, f"<{path}> belongs to {may} alone"


def rule_include_cycles(tree):
    graph = {n: [t for _, m, p in includes(tree, n) if m == '"' and (t := resolve(tree, n, p))] for n in tree.sources()}
    state = {}

    def walk(node, path):
        state[node] = 1
        for nxt in graph.get(node, []):
            if state.get(nxt) == 1:
                yield path + [node, nxt]
            elif nxt not in state:
                yield from walk(nxt, path + [node])
        state[node] = 2

    for node in graph:
        if node not in state:
            for cycle in walk(node, []):
                cycle = cycle[cycle.index(cycle[-1]):]
                yield cycle[0], 1, "include cycle: " + " -> ".join(cycle)


def functions(tree, name):
    """(first line of the body, lines from { to }) of each function: braces in the first column."""
    start = None
    for i, line in enumerate(tree.code(name).split("\n"), 1):
        if line.rstrip() == "{":
            start = i
        elif line.rstrip() == "}" and start:
            yield start, i - start + 1
            start = None


def rule_function_length(tree):
    for name in tree.sources(".c"):
        for line, length in functions(tree, name):
            if length > LINES_OF_FUNCTION:
                yield name, line, f"function of {length} lines (at most {LINES_OF_FUNCTION})"


def rule_file_length(tree):
    for name in tree.sources():
        n = tree.text(name).count("\n")
        if n > LINES_OF_FILE:
            yield name, n, f"file of {n} lines (at most {LINES_OF_FILE}): split it by noun"


def rule_banned_functions(tree):
    for name in tree.sources():
        for i, line in enumerate(tree.code(name).split("\n"), 1):
            if m := re.search(BANNED, line):
                yield name, i, f"{m.group(1)}() is not used here"


def rule_core_is_silent(tree):
    """Core returns; it never prints to the terminal and never ends the process (cli prints answers; want of memory ends it in mem.c and digest.c;
    kit_find looks for a kit where the environment says)."""
    silent = ("base", "kit", "model", "decide", "gate", "journal", "feed", "report")
    for name in tree.sources(".c"):
        if not name.startswith("core/") or room_of(name) not in silent or name in ("core/base/mem.c", "core/base/digest.c", "core/kit/kit_find.c") \
                or name.startswith("core/base/os_"):
            continue
        for i, line in enumerate(tree.code(name).split("\n"), 1):
            if m := re.search(r"\b(printf|puts|putchar|perror|fprintf|fputs|exit|_exit|abort|syslog|setlocale|getenv)\s*\(", line):
                yield name, i, f"{m.group(1)}(): core returns a status and a fault instead"


def enum_names(tree):
    names = set()
    for name in tree.sources():
        for m in re.finditer(r"\benum\s*\w*\s*\{([^}]*)\}", tree.code(name)):
            names |= set(re.findall(r"^\s*([A-Z][A-Z0-9_]*)\s*(?:=[^,]*)?,?", re.sub(r",", ",\n", m.group(1)), re.M))
        for m in re.finditer(r"^#\s*define\s+X\(.*?\)\s*(\w+?)_##", tree.text(name), re.M):
            names.add(m.group(1) + "_*")
    return names


def rule_no_default_in_enum_switches(tree):
    names = enum_names(tree)

    def is_enum(label):
        return label in names or any(n.endswith("_*") and label.startswith(n[:-1]) for n in names)

    for name in tree.sources(".c"):
        code = tree.code(name)
        for m in re.finditer(r"\bswitch\s*\(", code):
            depth, i = 0, code.find("{", m.end())
            # `switch ((int)x)` says that it means only some of them
            if i < 0 or code.startswith("(int)", m.end()):
                continue
            labels, default = [], None
            while i < len(code):
                if code[i] == "{":
                    depth += 1
                elif code[i] == "}":
                    depth -= 1
                    if depth == 0:
                        break
                elif depth == 1:
                    if case := re.match(r"\bcase\s+([^:]+):", code[i:i + 120]):
                        labels.append(case.group(1).strip())
                        i += case.end() - 1
                    elif re.match(r"\bdefault\s*:", code[i:i + 20]) and not code[i - 1].isalnum():
                        default = i
                i += 1
            if default and labels and all(is_enum(x) for x in labels):
                yield name, code.count("\n", 0, default) + 1, "default: in a switch over an enum hides the case that is added later"


def rule_header_opens_with_comment(tree):
    for name in tree.sources(".h"):
        if name == "config.h":
            continue
        if not OPENING.match(tree.text(name)):
            yield name, 1, "a header opens with what it owns, who calls it, what it never does"


def rule_typedef_struct(tree):
    for name in tree.sources():
        for i, line in enumerate(tree.code(name).split("\n"), 1):
            if re.match(r"\s*typedef\s+(struct|enum|union)\b", line):
                yield name, i, "`struct noun` is written out, without typedef"


def rule_spaces(tree):
    for name in tree.files:
        if re.search(r"\.(c|h|am|ac|md|py|sh|yaml|json|1|5|7)$|^bootstrap$|/run$", name) and "/corpus/" not in name:
            for i, line in enumerate(tree.lines(name), 1):
                if line != line.rstrip() and not name.endswith(".patch"):
                    yield name, i, "trailing white space"
                if name.endswith((".c", ".h")) and re.match(r" {4,}\S", line) and not re.match(r" +(\*|/\*)", line):
                    yield name, i, "indented with spaces: tabs here"
            if tree.text(name) and not tree.text(name).endswith("\n"):
                yield name, len(tree.lines(name)), "no line end at the end of the file"


def rule_test_logs(tree):
    """A rule for the log of a test program takes the place of automake's, and the test never runs."""
    for name in tree.files:
        if name.endswith(".am"):
            for i, line in enumerate(tree.lines(name), 1):
                if (m := re.match(r"(tests/\S+)\.log:", line)) and not any(m.group(1) + e in tree.files for e in (".py", ".sh")):
                    yield name, i, f"{m.group(1)} would not run any more: its log has a rule of automake's"


# Written in pieces, so that this file does not find itself.
MACHINE = re.compile(r"(?<![\w$}.~*-])/(" + "|".join(["wo" + "rk/(main|shared)", "fa" + "rm/", "tmp/" + "wt/", "tmp/b/", "ro" + "ot/"]) + r")|\.libr" + "ary/")


def rule_machine_paths(tree):
    for name in tree.files:
        if "/corpus/" in name:
            continue
        for i, line in enumerate(tree.lines(name), 1):
            if m := MACHINE.search(line):
                yield name, i, f"a path of one machine: {m.group(0)}"


def rule_file_map(tree):
    """ARCHITECTURE.md's map has one entry a source file, and no other."""
    if "ARCHITECTURE.md" not in tree.files:
        yield "ARCHITECTURE.md", 1, "is not there"
        return
    import filemap
    listed = filemap.listed(tree.text("ARCHITECTURE.md"))
    real = set(filemap.mapped(tree))
    for path in sorted(real - set(listed)):
        yield "ARCHITECTURE.md", 1, f"the file map lacks {path} (tests/lint/filemap.py --update)"
    for path in sorted(set(listed) - real):
        yield "ARCHITECTURE.md", listed[path], f"the file map names {path}, which is not there (tests/lint/filemap.py --update)"


def commands(tree):
    text = tree.text("core/cli/commands.c")
    for m in re.finditer(r'^[ \t]*(?:\{|X\()\s*(?:\.name\s*=\s*)?"([a-z][a-z-]*)"', text, re.M):
        yield text.count("\n", 0, m.start()) + 1, m.group(1)


def rule_commands_documented(tree):
    if "core/cli/commands.c" not in tree.files:
        return
    rows = list(commands(tree))
    if not rows:
        yield "core/cli/commands.c", 1, "no rows of commands were recognized"
    page = tree.text("docs/backout.1") if "docs/backout.1" in tree.files else ""
    for line, name in rows:
        word = re.escape(name).replace(r"\-", r"(?:\\-|-)")
        if not re.search(r"^\.(B|BR|BI|SS|IP|TP)\b.*\b" + word + r"\b|\\fB(?:backout )?" + word + r"\b", page, re.M):
            yield "core/cli/commands.c", line, f"command {name} is not in docs/backout.1"


RULES = {k[5:]: v for k, v in sorted(globals().items()) if k.startswith("rule_")}


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("top_srcdir") or \
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    tree = Tree(os.path.abspath(top))
    bad = 0
    for rule, check in RULES.items():
        for name, line, words in check(tree):
            print(f"{name}:{line}: {words}  [{rule}]")
            bad += 1
    lengths = sorted(length for n in tree.sources(".c") for _, length in functions(tree, n))
    if lengths:
        over = sum(1 for x in lengths if x > 50)
        print(f"{len(lengths)} functions, median {lengths[len(lengths) // 2]} lines, {over} over 50, longest {lengths[-1]}; "
              f"{len(tree.sources())} source files")
    print(f"{bad} violations")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    sys.exit(main())
