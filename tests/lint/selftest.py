#!/usr/bin/env python3
"""The lints find what they are there to find: one planted violation for each
rule of house.py, for links.py and for headers.sh, each in a small tree of its
own; and the clean tree around it is found clean."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
import house  # noqa: E402

HEADER = "/* A thing for the lint to look at.  Used by its test. */\n"
CLEAN = {
    "core/base/a.h": HEADER + "#ifndef A_H\n#define A_H\nint a_get(void);\nenum hue { HUE_RED, HUE_BLUE };\n#endif\n",
    "core/base/a.c": HEADER + '#include "base/a.h"\n\nint a_get(void)\n{\n\treturn 1; /* default: strcpy(x) in words */\n}\n',
    "core/base/mem.c": HEADER + "#include <stdlib.h>\n\nvoid mem_end(void);\nvoid mem_end(void)\n{\n\tabort();\n}\n",
    "core/kit/k.h": HEADER + '#include "base/a.h"\nint k_get(void);\n',
    "core/kit/k.c": HEADER + '#include "kit/k.h"\n\nint k_get(void)\n{\n\treturn a_get();\n}\n',
    "core/model/m.h": HEADER + "int m_get(void);\n",
    "core/model/m.c": HEADER + '#include "model/m.h"\nstatic const int table[] = { 1 };\n\nint m_get(void)\n{\n\treturn table[0];\n}\n',
    "tui/screen/term.c": HEADER + "#include <ncurses.h>\n",
    "core/cli/commands.c": HEADER + 'static const struct command rows[] = {\n\t{ "may-deploy", "", "" },\n};\n',
    "docs/backout.1": ".TH BACKOUT 1\n.SH COMMANDS\n.TP\n\\fBmay\\-deploy\\fR\n",
    "ARCHITECTURE.md": "# A\n<!-- file map -->\n"
                       "- `core/base/a.h`: a\n- `core/base/a.c`\n- `core/base/mem.c`\n- `core/kit/k.h`\n- `core/kit/k.c`\n- `core/model/m.h`\n"
                       "- `core/model/m.c`\n- `tui/screen/term.c`\n- `core/cli/commands.c`\n<!-- end of the file map -->\n",
}
SWITCH = "int f(enum hue h);\nint f(enum hue h)\n{\n\tswitch (h) {\n\tcase HUE_RED:\n\t\treturn 1;\n\tdefault:\n\t\treturn 0;\n\t}\n}\n"

# rule -> {file: text added at its end, or "=" and the whole of it}
PLANTED = {
    "directions": [{"core/base/a.c": '#include "kit/k.h"\n'}, {"core/kit/k.h": '#include "model/m.h"\n'},
                   {"plugins/one/one.c": "=" + HEADER + '#include "base/a.h"\n'}],
    "pure_rooms": [{"core/base/os.h": "=" + HEADER, "core/model/m.c": '#include "base/os.h"\n'}],
    "inner_rooms": [{"tui/ui/u.h": "=" + HEADER, "tui/screen/s.c": "=" + HEADER + '#include "tui/ui/u.h"\n'}],
    "libraries": [{"tui/ui/view.c": "=" + HEADER + "#include <curses.h>\n"}, {"core/kit/k.c": "#include <sqlite3.h>\n"},
                  {"core/base/a.c": "#include <openssl/evp.h>\n"},
                  {"core/feed/f.c": "=" + HEADER + "#include <uv.h>\n"}],
    "include_cycles": [{"core/base/a.h": '#include "base/b.h"\n', "core/base/b.h": "=" + HEADER + '#include "base/a.h"\n'}],
    "function_length": [{"core/base/a.c": "int g(void);\nint g(void)\n{\n" + "\ta_get();\n" * 79 + "}\n"}],
    "file_length": [{"core/base/a.c": "\n" * 600}],
    "banned_functions": [{"core/base/a.c": f"void g(void);\nvoid g(void)\n{{\n\t{call}(0);\n}}\n"} for call in
                         ("strcpy", "strcat", "sprintf", "vsprintf", "gets", "strtok", "atoi", "atol", "system", "popen", "alloca")],
    "core_is_silent": [{"core/model/m.c": 'void g(void);\nvoid g(void)\n{\n\tprintf("x");\n}\n'},
                       {"core/base/a.c": "void g(void);\nvoid g(void)\n{\n\texit(1);\n}\n"}],
    "no_default_in_enum_switches": [{"core/base/a.c": SWITCH}],
    "header_opens_with_comment": [{"core/base/a.h": "=int a_get(void);\n"}],
    "typedef_struct": [{"core/base/a.h": "typedef struct x { int y; } x;\n"}],
    "spaces": [{"core/base/a.c": "int z; \n"}, {"core/base/a.c": "        int z;\n"}, {"core/base/a.c": "int z;"}],
    "test_logs": [{"tests/unit/room.am": "=tests/unit/a_test.log: backout\n"}],
    "machine_paths": [{"core/base/a.c": "/* see /wo" + "rk/main/x */\n"}, {"docs/x.md": "=/tmp/" + "wt/x\n"}],
    "file_map": [{"core/base/new.c": "=" + HEADER}, {"ARCHITECTURE.md": "=<!-- file map -->\n- `core/gone.c`\n<!-- end of the file map -->\n"},
                 {"ARCHITECTURE.md": "=no map\n"}],
    "commands_documented": [{"core/cli/commands.c": '\t{ "teleport", "", "" },\n'}],
}


def plant(top, files):
    for name, text in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        whole = text.startswith("=")
        with open(path, "w" if whole else "a", encoding="utf-8") as f:
            f.write(text[1:] if whole else text)


def fresh(top, *more):
    shutil.rmtree(top, ignore_errors=True)
    plant(top, {k: "=" + v for k, v in CLEAN.items()})
    for files in more:
        plant(top, files)
    return house.Tree(top)


def check_house(top):
    tree = fresh(top)
    bad = [f"clean tree: {hit} [{rule}]" for rule, check in house.RULES.items() for hit in check(tree)]
    bad += [f"rule {rule} has no planted violation" for rule in house.RULES if rule not in PLANTED]
    for rule, plants in PLANTED.items():
        for files in plants:
            if not list(house.RULES[rule](fresh(top, files))):
                bad.append(f"rule {rule} does not see {files}")
    return bad


def compile_rooms(top, *more):
    fresh(top, *more)
    for room in ("base", "kit", "model"):
        at = os.path.join(top, "core", room)
        objects = []
        for name in sorted(os.listdir(at)):
            if name.endswith(".c"):
                objects.append(name[:-2] + ".o")
                subprocess.run(["cc", "-c", "-fPIE", "-I", os.path.join(top, "core"), "-o", objects[-1], name], cwd=at, check=True)
        subprocess.run(["ar", "rc", f"libbo-{room}.a"] + objects, cwd=at, check=True)
    return subprocess.run([sys.executable, os.path.join(here, "links.py"), top], capture_output=True, text=True, check=False)


def check_links(top):
    plants = [
        {"core/base/a.c": "int k_get(void);\nint b(void);\nint b(void)\n{\n\treturn k_get();\n}\n"},
        {"core/model/m.c": "#include <time.h>\nlong b(void);\nlong b(void)\n{\n\treturn time(0);\n}\n"},
        {"core/model/m.c": "int m_count = 1;\n"},
        {"core/kit/k.c": "int b(void);\nint b(void)\n{\n\tstatic int calls;\n\treturn calls++;\n}\n"},
        {"core/kit/k.c": "int l_get(void);\nint b(void);\nint b(void)\n{\n\treturn l_get();\n}\n",
         "core/kit/l.c": "=" + HEADER + "int k_get(void);\nint l_get(void);\nint l_get(void)\n{\n\treturn k_get();\n}\n"},
    ]
    bad = []
    if (done := compile_rooms(top)).returncode != 0:
        bad.append("links.py finds fault with a clean build: " + done.stdout + done.stderr)
    bad += [f"links.py does not see {p}" for p in plants if compile_rooms(top, p).returncode != 1]
    return bad


def check_headers(top):
    def run(*more):
        fresh(top, *more)
        return subprocess.run(["bash", os.path.join(here, "headers.sh"), top], capture_output=True, text=True, check=False,
                              env={**os.environ, "top_builddir": "/nonexistent"}).returncode
    bad = ["headers.sh finds fault with a clean tree"] if run() != 0 else []
    if run({"core/base/a.h": "size_t a_size(void);\n"}) == 0:
        bad.append("headers.sh does not see a header that needs another before it")
    return bad


def main():
    work = tempfile.mkdtemp(prefix="backout-lint.")
    try:
        top = os.path.join(work, "tree")
        bad = check_house(top) + check_links(top) + check_headers(top)
    finally:
        shutil.rmtree(work)
    for line in bad:
        print(line)
    print(f"{sum(len(v) for v in PLANTED.values())} planted in {len(PLANTED)} rules, {len(bad)} not as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
