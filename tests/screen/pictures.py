#!/usr/bin/env python3
"""The pictures of docs/pictures, made from the golden scripts: the frames that
the front end without a terminal prints, painted by the themes' own files.

  top_builddir=build tests/screen/pictures.py            are they as they should be?
  top_builddir=build tests/screen/pictures.py --update   make them anew
"""
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
HEADLESS = os.path.join(os.path.abspath(os.environ.get("top_builddir", "build")), "tests", "screen", "headless")
SCRIPTS, OUT = TOP + "/tests/screen/scripts/", TOP + "/docs/pictures/"

# file, script, frame, size, theme
PICTURES = [
    ("quiet", "fleet", "quiet, every way tried", "80x24", "default"),
    ("pending", "incident", "pending", "80x24", "default"),
    ("countdown", "countdown", "countdown", "80x24", "default"),
    ("deciding", "incident", "deciding", "80x24", "default"),
    ("confirm", "incident", "confirm", "80x24", "default"),
    ("running", "incident", "running", "80x24", "default"),
    ("verifying", "incident", "verifying", "80x24", "default"),
    ("verified", "incident", "verified", "80x24", "default"),
    ("deciding-wide", "incident", "deciding", "200x50", "default"),
    ("deciding-no-colour", "incident", "deciding", "80x24", "no-colour"),
    ("deciding-light", "incident", "deciding", "80x24", "light"),
    ("deciding-high-contrast", "incident", "deciding", "80x24", "high-contrast"),
    ("services", "fleet", "services by state", "80x24", "default"),
    ("storm", "fleet", "a storm breached", "80x24", "default"),
    ("action", "drill", "an action, tried", "80x24", "default"),
    ("chart", "chart", "deciding", "80x24", "default"),
    ("past", "past", "before the incident", "80x24", "default"),
    ("deploy", "drill", "a deploy", "80x24", "default"),
]
CELL_W, CELL_H, PAD = 9, 18, 10
BASIC = ["#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5",
         "#666666", "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff"]


def colour(n):
    """One of the 256 as #rrggbb."""
    if n < 16:
        return BASIC[n]
    if n < 232:
        levels = (0, 95, 135, 175, 215, 255)
        return "#%02x%02x%02x" % (levels[(n - 16) // 36], levels[(n - 16) // 6 % 6], levels[(n - 16) % 6])
    return "#%02x%02x%02x" % ((8 + (n - 232) * 10,) * 3)


def theme(name):
    """role -> (foreground, background, attributes)"""
    paints, text = {}, open(TOP + "/themes/" + name + ".theme").read()
    inherit = re.search(r"(?m)^inherit\s*=\s*(\S+)", text)
    if inherit:
        paints = theme(inherit.group(1))
    for line in text.splitlines():
        m = re.match(r"([a-z-]+)\s*=\s*(.*)", line.split("#")[0].strip())
        if not m or m.group(1) in ("inherit", "charset", "background"):
            continue
        words, fg, bg, attributes = m.group(2).split(), None, None, set()
        while words:
            w = words.pop(0)
            if w == "on":
                bg = int(words.pop(0))
            elif w.isdigit():
                fg = int(w)
            elif w != "default":
                attributes.add(w)
        paints[m.group(1)] = (fg, bg, attributes)
    return paints


def roles():
    """The role words in the order of their letters."""
    return re.findall(r'X\([A-Z_]+, "([a-z-]+)"\)', open(TOP + "/tui/screen/cells.h").read())


def frame_of(scratch, script, name, size):
    """The frame as lines of text and lines of role letters."""
    out, seen = [], 0
    for line in open(SCRIPTS + script + ".txt"):
        line = line.rstrip("\n")
        fleet = re.match(r"# fleet (\d+)", line)
        if fleet and not os.path.exists(scratch + "/fleet"):
            subprocess.run([sys.executable, TOP + "/tests/screen/fleet.py", scratch + "/fleet", fleet.group(1)], check=True)
        line = line.replace("kit tests/screen/kit", "kit " + scratch + "/kit")
        line = re.sub("^include fleet", "include " + scratch + "/fleet", line)
        if re.match("frames? " + re.escape(name) + "$", line) and not seen:
            seen = 1
            out += ["size " + size, "frame picture", "roles picture"]
            break
        out.append(line)
    if not seen:
        sys.exit("pictures: %s has no frame '%s'" % (script, name))
    open(scratch + "/script", "w").write("\n".join(out) + "\n")
    env = dict(os.environ, LC_ALL="C.UTF-8", TZ="CET-1")
    printed = subprocess.run([HEADLESS, scratch + "/script"], env=env, check=True, stdout=subprocess.PIPE).stdout.decode()
    text = printed.split("\n== picture ")[-1] if "\n== picture " in printed else printed
    text, letters = text.split("\n== roles picture ")
    return text.split("\n")[1:], letters.split("\n")[1:]


def runs(text, letters):
    """(column, text, role letter) of a line; wide characters are not in these frames."""
    text = text.ljust(len(letters))
    start = 0
    for i in range(1, len(letters) + 1):
        if i == len(letters) or letters[i] != letters[start]:
            yield start, text[start:i], letters[start]
            start = i


def svg(text, letters, paints, names, light):
    cols, rows = len(letters[0]), len([x for x in letters if x])
    ground, ink = ("#ffffff", "#1a1a1a") if light else ("#101014", "#d8d8d8")
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="15">'
           % (cols * CELL_W + 2 * PAD, rows * CELL_H + 2 * PAD), '<rect width="100%%" height="100%%" fill="%s"/>' % ground]
    for row in range(rows):
        for col, run, letter in runs(text[row] if row < len(text) else "", letters[row]):
            fg, bg, attributes = paints.get(names[ord(letter) - ord("a")], (None, None, set()))
            fg, bg = colour(fg) if fg is not None else ink, colour(bg) if bg is not None else None
            if "reverse" in attributes:
                fg, bg = bg or ground, fg
            x, y = PAD + col * CELL_W, PAD + row * CELL_H
            if bg:
                out.append('<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>' % (x, y, len(run) * CELL_W, CELL_H, bg))
            words = run.rstrip()
            if not words:
                continue
            lead = len(words) - len(words.lstrip())
            words = words.lstrip()
            more = ' font-weight="bold"' if "bold" in attributes else ""
            more += ' text-decoration="underline"' if "underline" in attributes else ""
            out.append('<text xml:space="preserve" x="%d" y="%d" textLength="%d" fill="%s"%s>%s</text>'
                       % (x + lead * CELL_W, y + 14, len(words) * CELL_W, fg, more, html.escape(words)))
    return "\n".join(out + ["</svg>", ""])


def main():
    update, bad, names = "--update" in sys.argv, 0, roles()
    scratch = tempfile.mkdtemp()
    for kit in ("/kit", "/kit_auto"):
        shutil.copytree(TOP + "/tests/screen" + kit, scratch + kit)
        subprocess.run(["chmod", "-R", "u+rwX,go-w", scratch + kit], check=True)
    os.makedirs(OUT, exist_ok=True) if update else None
    for name, script, frame, size, paint in PICTURES:
        text, letters = frame_of(scratch, script, frame, size)
        made = svg(text, letters, theme(paint), names, paint == "light")
        path = OUT + name + ".svg"
        if update:
            open(path, "w").write(made)
        elif not os.path.exists(path) or open(path).read() != made:
            print("FAIL: docs/pictures/%s.svg is not what the console shows; look, then tests/screen/pictures.py --update" % name)
            bad = 1
    shutil.rmtree(scratch)
    sys.exit(bad)


main()
