#!/usr/bin/env python3
"""A user's own themes and keys on the real console: which file counts, what is said of one that is not understood, that
none of them keeps a console from starting, that plain ASCII is plain to the byte, and what terminals with few colours get."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402
from tap import Tap  # noqa: E402

FIVE = ["default", "light", "high-contrast", "no-colour", "ascii"]


class Own(Lab):
    """A lab whose user has a directory for files of their own, and an engine with something on the screen."""

    def __enter__(self):
        lab = super().__enter__()
        self.config = self.env["XDG_CONFIG_HOME"]
        os.makedirs(os.path.join(self.config, "backout", "themes"))
        for name in ("BACKOUT_THEME", "NO_COLOR"):
            self.env.pop(name, None)
        self.engine()
        self.client().until("deploy")
        return lab

    def file(self, name, text):
        with open(os.path.join(self.config, "backout", name), "w") as f:
            f.write(text)

    def console(self, *options, term="xterm-256color", locale=None, **env):
        argv = [BACKOUT, "watch", "--kit", self.kit, *options]
        tap = Tap((["env", "LC_ALL=" + locale] if locale else []) + argv, dict(self.env, **env), cwd=self.top, term=term)
        tap.keep = b""
        tap.until("QUIET|bad")
        tap.quiet(0.1, 1)
        return tap


def words(tap):
    """The screen as one line, so that words that were broken between lines are found."""
    return re.sub(r"\s+", " ", tap.text())


def says(tap, what):
    wait_for(lambda: tap.read(0.05) and False or what in words(tap), 5)


def ended(tap):
    tap.end()
    assert not tap.bad, tap.bad


def test_help_lists_what_there_is_and_what_is_wrong_with_it():
    with Own() as lab:
        r = lab.run("help", "themes")
        assert r.returncode == 0 and not r.stderr, r
        assert re.findall(r"^([a-z-]+) +built in$", r.stdout, re.M) == FIVE, r.stdout
        lab.file("themes/light.theme", "inherit = light\n")
        lab.file("themes/mine.theme", "inherit = ascii\nalarum = 1\n")
        r = lab.run("help", "themes")
        assert r.returncode == 0 and "mine.theme:2:1: warning: there is no role" in r.stderr, r
        assert re.search(r"^light +~/config/backout/themes/light.theme$", r.stdout, re.M), r.stdout
        assert re.search(r"^mine +~/config/backout/themes/mine.theme$", r.stdout, re.M), r.stdout
        lab.file("themes/mine.theme", "alarm = redd\n")
        r = lab.run("help", "themes")
        assert r.returncode == 2 and "mine.theme:1:9" in r.stderr and "red?" in r.stderr, r
        # what the manual of the console shows is right
        page = open(os.path.join(HERE, "..", "..", "docs", "console.md"), encoding="utf-8").read()
        part = page[page.index("## Keys of your own"):page.index("## Charts")]
        keys, theme = (re.sub(r"^    ", "", b, flags=re.M) for b in re.findall(r"(?:^    .*\n)+", part, re.M))
        lab.file("keys", keys)
        lab.file("themes/mine.theme", theme.split("# ROLE =")[0] + "\n")
        for topic in ("keys", "themes"):
            r = lab.run("help", topic)
            assert r.returncode == 0 and not r.stderr, r


def test_themes_are_found_and_taken_in_turn():
    with Own() as lab:
        lab.file("themes/mine.theme", "inherit = light\nalarum = red\nalarm = 5\n")
        r = lab.run("watch", "--kit", lab.kit, "--theme", "nosuch")
        assert r.returncode == 2 and not r.stdout, r
        assert "there is no theme 'nosuch'" in r.stderr and ", ".join(FIVE + ["mine"]) in r.stderr, r.stderr
        tap = lab.console("--theme", "ascii")
        for name in ["mine"] + FIVE:
            tap.type("T")
            says(tap, "theme " + name)
            if name == "mine":
                says(tap, 'themes/mine.theme:2:1: there is no role "alarum"; did you mean alarm?')
        tap.type(":theme nosuch\r")
        says(tap, "there is no theme 'nosuch'")
        tap.type(":theme light\r")
        says(tap, "theme light")
        lab.file("themes/mine.theme", "alarm = redd\n")
        tap.type(":theme mine\r")
        says(tap, 'theme default, since ')
        says(tap, 'themes/mine.theme:1:9: "redd" is no colour and no attribute; did you mean red?')
        tap.type("T")
        says(tap, "theme default")
        assert "since" not in words(tap).split("theme default")[1], tap.text()
        ended(tap)


def test_a_broken_theme_keeps_no_console_from_starting():
    with Own() as lab:
        lab.file("themes/default.theme", "this is no theme\n")
        lab.file("themes/dark.theme", "text = 7 on 300\n")
        tap = lab.console()
        says(tap, "this is the default theme, since ")
        says(tap, "themes/default.theme:1:1: this line is not understood")
        tap.type("j")  # a key takes the words away, and the console is as ever
        wait_for(lambda: tap.read(0.05) and False or "not understood" not in words(tap), 5)
        assert b"38;5;" in tap.keep, "no colours of ours"
        ended(tap)
        tap = lab.console("--theme", "dark")
        says(tap, 'themes/dark.theme:1:13: "300" is no colour and no attribute')
        ended(tap)
        tap = lab.console(BACKOUT_THEME="gone")
        says(tap, "there is no theme 'gone': the themes are: ")
        ended(tap)
        os.mkdir(os.path.join(lab.config, "backout", "keys"))
        tap = lab.console("--theme", "light")
        says(tap, "backout/keys:1:1: it cannot be read: it is not a file")
        ended(tap)


def test_files_that_others_could_have_written_are_not_used():
    """One key of theirs could take command or veto, one theme hide what a panel says; and a file may have any size."""
    with Own() as lab:
        lab.file("keys", "take = j\n")
        keys = os.path.join(lab.config, "backout", "keys")
        os.chmod(keys, 0o666)
        tap = lab.console()
        says(tap, "backout/keys:1:1: it is not used: everybody can write it; chmod o-w makes it yours alone")
        ended(tap)
        os.chmod(keys, 0o644)
        if os.geteuid() == 0:
            os.chown(keys, 12345, -1)
            tap = lab.console()
            says(tap, "it is not used: it belongs to somebody else; copy it, and use the copy")
            ended(tap)
        os.unlink(keys)
        with open(keys, "wb") as f:
            f.truncate(1 << 40)
        tap = lab.console()
        says(tap, "it cannot be read: it is larger than 64 KiB")
        ended(tap)
        os.unlink(keys)
        lab.file("themes/mine.theme", "text = 1\n")
        os.chmod(os.path.join(lab.config, "backout", "themes", "mine.theme"), 0o646)
        tap = lab.console("--theme", "mine")
        says(tap, "themes/mine.theme:1:1: it is not used: everybody can write it")
        ended(tap)


def test_plain_ascii_is_plain_to_the_byte():
    with Own() as lab:
        c = lab.client()
        c.good("declare", {"title": "d\u00e9j\u00e0 vu \u65e5\u672c \u2026", "services": ["auth"]})
        for options, locale in ((["--theme", "ascii"], None), ([], "C"), (["--theme", "high-contrast"], "C")):
            tap = lab.console(*options, locale=locale)
            tap.until(r"d\?j\? vu \?\?\?\?")
            for keys in ("j", "\r", "\x1b", "?", "\x1b", "a", "\x1b", "t", "\x1b", "u", "\x1b", "r"):
                tap.type(keys, 0.1)
                tap.quiet(0.1, 1)
            high = [b for b in tap.keep if b >= 0x80]
            assert not high, bytes(high[:20])
            if not locale:
                tap.type("\x1b", 0.2)
                tap.type("T", 0.2)  # and back to what the terminal can show
                tap.until("\u2500\u2500\u2500")
            ended(tap)


SGR = re.compile(rb"\x1b\[([0-9;]*)m")
# TERM, what a breach may be painted with there, what may not be there at all
FEW = (("xterm-256color", rb"38;5;202", rb"x"), ("xterm-color", rb"31", rb"38;5"), ("linux", rb"31", rb"38;5"),
       ("vt100", rb"(^|;)7(;|$)", rb"3[0-9]|4[0-9]"))


def test_few_colours_and_none():
    with Own() as lab:
        lab.set("auth.rate", "0.9")
        lab.client().until("rubric", state="breached")
        for term, painted, never in FEW:
            tap = lab.console(term=term)
            tap.until("BREACH|BREACHED|bad")
            tap.quiet(0.2, 2)
            seen = [m.group(1) for m in SGR.finditer(tap.keep)]
            assert any(re.search(painted, s) for s in seen), (term, seen[:40])
            assert not any(re.search(never, s) for s in seen), (term, [s for s in seen if re.search(never, s)][:10])
            tap.end()


def test_keys_are_rebound_beside_the_kit():
    with Own() as lab:
        lab.file("keys", "timeline = y\nnote = r   # the kit's: auth-rollback\nleave = Ctrl-X\nhlep = I\n")
        r = lab.run("help", "keys")
        assert r.returncode == 2 and "keys:4:1: there is no command \"hlep\"" in r.stderr and "did you mean help?" in r.stderr, r
        assert re.search(r"^timeline +=  ?y ", r.stdout, re.M), r.stdout
        tap = lab.console()
        says(tap, 'backout/keys:4:1: there is no command "hlep"; did you mean help?')
        tap.type("j")
        says(tap, "keys:2:8: r is the key of auth-rollback in this kit: note stays n")
        tap.type("t", 0.2)
        tap.quiet()
        assert "WHAT HAPPENED" not in tap.text(), tap.text()
        tap.type("y")
        tap.until("WHAT HAPPENED")
        tap.type("\x1b", 0.2)
        tap.type("q", 0.3)
        assert tap.p.poll() is None
        tap.type("\x18", 0.3)
        wait_for(lambda: tap.read(0.05) and False or tap.p.poll() is not None, 10)
        lab.file("keys", lab.run("help", "keys").stdout)  # what help prints is such a file
        r = lab.run("help", "keys")
        assert r.returncode == 0 and not r.stderr, r
        os.remove(os.path.join(lab.config, "backout", "keys"))
        r = lab.run("help", "keys")
        assert r.returncode == 0 and re.search(r"^timeline +=  ?t ", r.stdout, re.M), r


if __name__ == "__main__":
    main(globals())
