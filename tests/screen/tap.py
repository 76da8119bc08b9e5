"""A terminal that trusts nobody: a pty whose bytes are checked one by one.

Tap runs a program on a pty and keeps a grid.  Its grammar is what our own output may hold and nothing more: text that
may be drawn, and the few sequences of curses.  Anything else is kept in `bad`.  Widths come from libc, not from us.
"""
import base64
import ctypes
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

libc = ctypes.CDLL(None)
libc.setlocale(6, b"C.UTF-8")
libc.wcwidth.argtypes = [ctypes.c_wchar]

FILLERS = {0x3164, 0x2800, 0x115F, 0x1160, 0xFFA0, 0x17B4, 0x17B5, 0x034F, 0xAD}


def is_forbidden(c):
    """May this character never be drawn?"""
    o = ord(c)
    if unicodedata.category(c) == "Cn" and (0x1F000 <= o <= 0x1FAFF or 0x11F00 <= o <= 0x11F5F):
        return False  # in a newer Unicode than Python's
    return (unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or o in FILLERS or 0xFE00 <= o <= 0xFE0F or
            0xE0000 <= o <= 0xE01EF or 0x180B <= o <= 0x180F)


def judge_text(data, allow="\n\t"):
    """What is wrong with these bytes as an answer on a terminal, or None."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as e:
        return "not UTF-8: %s" % e
    for run in re.finditer(r"[^ -~]+", text):
        marks = 0
        for i, c in enumerate(run.group(), run.start()):
            if c not in allow and is_forbidden(c):
                return "%r in %r" % (c, text[max(0, i - 40):i + 20])
            marks = marks + 1 if unicodedata.category(c) in ("Mn", "Me") else 0
            if marks > 2:
                return "more than two marks in %r" % text[max(0, i - 40):i + 20]
    return None


CSI = re.compile(rb"\x1b\[([0-9;?]*)([A-Za-z@])")
MODES = {b"?1049", b"?25", b"?7", b"?1", b"4", b"?12", b"?2004", b"?12;25", b"?1004", b"?1h"}
FINALS = b"ABCDGHJKLMPSTX@bdfhlmnrt"
# What a copy looks like, and what its beginning does; only while somebody has asked for one (Tap.may_copy).
COPY = re.compile(rb"\x1b\]52;c;((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==))\x07")
COPY_BEGUN = re.compile(rb"\x1b(\](5(2(;(c(;[A-Za-z0-9+/=]{0,10924})?)?)?)?)?)?")
COPY_MOST = 8 << 10
OTHERS = (b"\x1b(B", b"\x1b=", b"\x1b>", b"\x1bM", b"\x1b7", b"\x1b8")


class Tap:
    def __init__(self, argv, env, cwd=None, rows=24, cols=80, term="xterm-256color"):
        self.rows, self.cols = rows, cols
        self.fd, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.modes = {b"?25": True, b"?7": True}  # what else there is, is off
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.p = subprocess.Popen(argv, env=dict(env, TERM=term, LANG="C.UTF-8", LC_ALL="C.UTF-8"), cwd=cwd, stdin=slave, stdout=slave,
                                  stderr=slave, start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.slave = slave  # kept: what is said of it holds for whoever comes behind the program
        self.bad, self.rest, self.total = [], b"", 0
        self.grid = [[" "] * cols for _ in range(rows)]
        self.row = self.col = 0
        self.top, self.bottom = 0, rows - 1
        self.last = " "
        self.keep = None
        self.bells = 0
        self.asked, self.answers = 0, True  # "how are you": how often, and whether this terminal says
        self.may_copy, self.copied = False, []
        self.cleared = 0

    # ---- in
    def read(self, seconds=0.0):
        """Everything that has come; waits at most so long for the first of it."""
        got = False
        while select.select([self.fd], [], [], 0 if got else seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return got
            if not data:
                return got
            got = True
            self.total += len(data)
            if self.keep is not None:
                self.keep += data
            self.feed(data)
        return got

    def until(self, pattern, seconds=20):
        end = time.monotonic() + seconds
        while True:
            m = re.search(pattern, self.text())
            if m:
                return m
            assert self.p.poll() is None, "it ended: %s\n%s" % (self.p.returncode, self.text())
            assert time.monotonic() < end, "no %s on the screen:\n%s" % (pattern, self.text())
            self.read(0.05)

    def quiet(self, seconds=0.06, most=3):
        """Until nothing was drawn for so long."""
        end = time.monotonic() + most
        while self.read(seconds) and time.monotonic() < end:
            pass

    def send(self, data):
        os.write(self.fd, data)

    def type(self, keys, pause=0.02):
        for k in keys:
            self.send(k.encode() if isinstance(k, str) else bytes([k]))
            time.sleep(pause)

    def resize(self, rows, cols):
        if (rows, cols) == (self.rows, self.cols):
            return  # nobody is told
        self.rows, self.cols = rows, cols
        self.top, self.bottom = 0, rows - 1
        self.row, self.col = min(self.row, rows - 1), min(self.col, cols - 1)
        self.grid = [[" "] * cols for _ in range(rows)]
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def end(self, sig=signal.SIGTERM):
        if self.p.poll() is None:
            self.p.send_signal(sig)
        stop = time.monotonic() + 10
        while self.p.poll() is None and time.monotonic() < stop:
            self.read(0.05)
        if self.p.poll() is None:
            self.p.kill()
        self.p.wait()
        self.read(0)
        os.close(self.fd)
        os.close(self.slave)

    def given_back(self):
        """What of the terminal is not as it was before the program, in words; None where all is."""
        left = [m.decode() for m, on in self.modes.items() if on != (m in (b"?25", b"?7")) and m != b"34"]
        if left:
            return "modes left: %s" % left
        now = termios.tcgetattr(self.fd)
        return None if now == self.before else "termios: %s, was %s" % (now[:4], self.before[:4])

    def blocks(self):
        """Is reading the terminal as patient as it was?"""
        return not fcntl.fcntl(self.slave, fcntl.F_GETFL) & os.O_NONBLOCK

    # ---- the grid
    def text(self):
        return "\n".join(self.lines())

    def lines(self):
        return ["".join(r).rstrip() for r in self.grid]

    def wrong(self, what, near):
        if len(self.bad) < 20:
            self.bad.append("%s near %r" % (what, near))

    def feed(self, data):
        data = self.rest + data
        self.rest = b""
        i = 0
        while i < len(data):
            b = data[i]
            if b == 0x1B:
                n = self.escape(data, i)
                if not n:
                    self.rest = data[i:]
                    return
                i += n
            elif b in (0x0D, 0x0A, 0x08):
                self.move(b)
                i += 1
            elif b == 0x07:
                self.bells += 1
                i += 1
            elif b < 0x20 or b == 0x7F:
                self.wrong("control %#x" % b, data[max(0, i - 30):i + 20])
                i += 1
            else:
                n = 1 if b < 0x80 else 2 if b < 0xE0 else 3 if b < 0xF0 else 4
                if i + n > len(data):
                    self.rest = data[i:]
                    return
                try:
                    self.put(data[i:i + n].decode("utf-8"), data[max(0, i - 30):i + 20])
                except UnicodeDecodeError:
                    self.wrong("bad UTF-8", data[max(0, i - 30):i + 20])
                    n = 1
                i += n

    def escape(self, data, i):
        m = CSI.match(data, i)
        if m:
            self.csi(m.group(1), m.group(2), data[max(0, i - 30):i + 20])
            return m.end() - i
        for o in OTHERS:
            if data.startswith(o, i):
                if o in (b"\x1b=", b"\x1b>"):
                    self.modes[b"keypad"] = o == b"\x1b="
                elif o == b"\x1bM" and self.row == self.top:
                    self.scroll(self.top, -1)
                elif o == b"\x1bM":
                    self.row = max(0, self.row - 1)
                return len(o)
        m = COPY.match(data, i)
        if m and self.may_copy:
            self.copy(base64.b64decode(m.group(1)))
            return m.end() - i
        if self.may_copy and COPY_BEGUN.fullmatch(data, i):
            return 0
        if len(data) - i < 40 and re.fullmatch(rb"\x1b(\[[0-9;?]*|\()?", data[i:]):
            return 0
        self.wrong("escape sequence", data[max(0, i - 30):i + 20])
        return 1

    def copy(self, text):
        wrong = judge_text(text, "\n")
        if wrong or not text or len(text) > COPY_MOST:
            self.wrong("copied %s, %d bytes" % (wrong, len(text)), text[:60])
        self.copied.append(text.decode("utf-8", "replace"))

    def move(self, b):
        if b == 0x0D:
            self.col = 0
        elif b == 0x08:
            self.col = max(0, self.col - 1)
        elif self.row == self.bottom:
            self.scroll(self.top, 1)
        else:
            self.row = min(self.rows - 1, self.row + 1)

    def scroll(self, top, n):
        """The lines from `top` to the bottom of the region go up by n, or down."""
        for _ in range(abs(n)):
            del self.grid[top if n > 0 else self.bottom]
            self.grid.insert(self.bottom if n > 0 else top, [" "] * self.cols)

    def csi(self, par, final, near):
        if final not in FINALS:
            self.wrong("CSI %r" % final, near)
            return
        if final in b"hl":
            if par not in MODES:
                self.wrong("mode %r" % par, near)
            for mode in (b"?12", b"?25") if par == b"?12;25" else (par,):
                self.modes[mode] = final == b"h"
            if par == b"?1049":
                self.grid = [[" "] * self.cols for _ in range(self.rows)]
            return
        if final == b"t":
            if par not in (b"22;0;0", b"23;0;0"):
                self.wrong("window operation %r" % par, near)
            return
        if final == b"n":  # is the line slow? a terminal answers at once
            self.asked += 1
            if par != b"5":
                self.wrong("question %r" % par, near)
            elif self.answers:
                self.send(b"\x1b[0n")
            return
        if b"?" in par:
            self.wrong("private CSI %r%r" % (par, final), near)
            return
        if final == b"m":
            return
        n = [int(x) if x else 0 for x in par.split(b";")]
        k = n[0] or 1
        line = self.grid[self.row]
        if final == b"H" or final == b"f":
            self.row, self.col = min(k, self.rows) - 1, min((n[1] if len(n) > 1 else 1) or 1, self.cols) - 1
        elif final == b"A":
            self.row = max(0, self.row - k)
        elif final == b"B":
            self.row = min(self.rows - 1, self.row + k)
        elif final == b"C":
            self.col = min(self.cols - 1, self.col + k)
        elif final == b"D":
            self.col = max(0, self.col - k)
        elif final == b"G":
            self.col = min(k, self.cols) - 1
        elif final == b"d":
            self.row = min(k, self.rows) - 1
        elif final == b"K":
            span = range(self.col, self.cols) if n[0] == 0 else range(0, self.col + 1) if n[0] == 1 else range(self.cols)
            for c in span:
                line[c] = " "
        elif final == b"J":
            if n[0] == 2:
                self.cleared += 1
                self.grid = [[" "] * self.cols for _ in range(self.rows)]
            else:
                self.cleared += self.row == self.col == 0
                line[self.col:] = [" "] * (self.cols - self.col)
                for r in range(self.row + 1, self.rows):
                    self.grid[r] = [" "] * self.cols
        elif final == b"X":
            for c in range(self.col, min(self.cols, self.col + k)):
                line[c] = " "
        elif final == b"P":
            del line[self.col:self.col + k]
            line += [" "] * (self.cols - len(line))
        elif final == b"@":
            line[self.col:self.col] = [" "] * k
            del line[self.cols:]
        elif final == b"b":
            for _ in range(k):
                self.put(self.last, near)
        elif final in b"LM":
            self.scroll(self.row, k if final == b"M" else -k)
        elif final in b"ST":
            self.scroll(self.top, k if final == b"S" else -k)
        elif final == b"r":
            self.top, self.bottom = k - 1, (n[1] if len(n) > 1 and n[1] else self.rows) - 1
            self.row = self.col = 0
        else:
            self.wrong("CSI %r, which this terminal does not know" % final, near)

    def put(self, c, near):
        if is_forbidden(c):
            self.wrong("%r" % c, near)
            return
        w = libc.wcwidth(c)
        if w == 0:
            if self.col:
                self.grid[self.row][self.col - 1] += c
            return
        if w < 0:
            self.wrong("%r, which has no width" % c, near)
            return
        if self.col + w > self.cols:  # the right margin holds, as curses expects it
            self.row, self.col = min(self.rows - 1, self.row + 1), 0
        self.last = c
        self.grid[self.row][self.col] = c
        if w == 2 and self.col + 1 < self.cols:
            self.grid[self.row][self.col + 1] = ""
        self.col += w
