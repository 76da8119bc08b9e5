#!/usr/bin/env python3
"""The file map of ARCHITECTURE.md: one line a source file, by room.

Usage: filemap.py            print what is missing or gone; exit 1 where something is
       filemap.py --update   add the missing, with the first sentence of their opening comment; drop the gone
A line that is there is kept as it was written by hand.
"""
import os
import re
import sys

BEGIN, END = "<!-- file map -->", "<!-- end of the file map -->"
ENTRY = re.compile(r"^- `([^`]+)`(?:[: ].*)?$", re.M)
IS_SOURCE = re.compile(r"\.(c|h|py|sh)$|^(bootstrap|\.ci/run)$|^tests/(valgrind|(fuzz|mutants)/run)$|^plugins/.*/backout-plugin-[^/]*$")


def mapped(tree):
    """Every source of the tree; corpora, mutants and kits are data."""
    return [n for n in tree.files if IS_SOURCE.search(n) and not re.search(r"/corpus/|^kits/|^themes/|^m4/|^config\.h", n)]


def section(text):
    if BEGIN not in text or END not in text:
        return None
    a = text.index(BEGIN) + len(BEGIN)
    return a, text.index(END, a)


def listed(text):
    """path -> line number."""
    where = section(text)
    if where is None:
        return {}
    a, b = where
    return {m.group(1): text.count("\n", 0, a + m.start()) + 1 for m in ENTRY.finditer(text[a:b])}


def sentence(text):
    """The first sentence of the opening comment, short."""
    if m := re.match(r'(?:#![^\n]*\n)?\s*(?:/\*+(.*?)\*/|((?:#[^\n]*\n)+)|"""(.*?)""")', text, re.S):
        words = next(g for g in m.groups() if g)
        words = re.sub(r"^[ \t]*[*#]+ ?", "", words, flags=re.M)
        words = " ".join(words.split())
        words = re.split(r"(?<=[a-z\")0-9])[.:;](?= |$)", words)[0].strip()
        return words if len(words) <= 160 else words[:160].rsplit(" ", 1)[0] + " ..."
    return ""


def render(tree, text):
    where = section(text)
    a, b = where
    kept = {m.group(1): m.group(0) for m in ENTRY.finditer(text[a:b])}
    out, room = [], None
    for name in sorted(mapped(tree), key=lambda n: (os.path.dirname(n), n)):
        here = os.path.dirname(name) or "."
        if here != room:
            out += ["", f"**{here}/**" if here != "." else "**top**", ""]
            room = here
        words = sentence(tree.text(name))
        if not words and name.endswith(".c") and name[:-1] + "h" not in tree.files:
            words = os.path.basename(name)[:-2].replace("_", " ")
        out.append(kept.get(name) or f"- `{name}`" + (f": {words}" if words else ""))
    return text[:a] + "\n" + "\n".join(out[1:]) + "\n\n" + text[b:]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, here)
    sys.dont_write_bytecode = True
    import house
    tree = house.Tree(os.path.abspath(os.path.join(here, "..", "..")))
    path = os.path.join(tree.top, "ARCHITECTURE.md")
    text = tree.text("ARCHITECTURE.md")
    if "--update" in sys.argv[1:]:
        new = render(tree, text)
        if new != text:
            with open(path, "w", encoding="utf-8") as f:
                f.write(new)
        return 0
    bad = list(house.rule_file_map(tree))
    for name, line, words in bad:
        print(f"{name}:{line}: {words}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
