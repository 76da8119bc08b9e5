"""Hostile words by the thousand, made by class: whatever a stranger may write where we show it.

CLASSES maps a class to its strings, EVERY is all of them without doubles (at least 2,000), and `sample` takes so many,
the same ones each time, every class among them.  BROKEN is bytes that are no UTF-8.  No string holds U+0000 or half a
surrogate pair: JSON that does is refused at the door, and BROKEN tries that.
"""
ESC = "\x1b"
ST = ESC + "\\"
INVISIBLE = [chr(c) for c in [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x180F, *range(0x200B, 0x2010),
                              *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0x2800, 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC),
                              *range(0x1D173, 0x1D17B)]]
BIDI = [chr(c) for c in [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]]
MARKS = [chr(c) for c in [*range(0x300, 0x310), 0x340, 0x345, 0x35C, 0x360, 0x483, 0x488, 0x489, 0x591, 0x610, 0x64B, 0x670, 0x6D6, 0x93C, 0x94D, 0xE31,
                          0xE34, 0xE49, 0xF71, 0x1AB0, 0x1ABE, 0x1DC0, 0x20D0, 0x20DD, 0x20E0, 0x20E3, 0x302A, 0x3099, 0xA66F, 0xA670, 0xFE20,
                          0x1D165, 0x1E000]]


def c0():
    for c in [*range(1, 32), 127]:
        yield from ("a%sb" % chr(c), chr(c), chr(c) * 3, "deploy%s42 -> 41" % chr(c))


def c1():
    for c in range(128, 160):
        yield from ("a%sb" % chr(c), chr(c), "%s2J%s" % (chr(c), chr(c)))


def csi():
    for final in range(0x40, 0x7F):
        for par in ("", "1", "2", "999;999", "?25", "?1049", ">4;2", "!", " "):
            yield "%s[%s%s" % (ESC, par, chr(final))
    yield from (ESC + "[" + "1;" * 2000 + "m", ESC + "[" + "9" * 4000 + "C", ESC + "[", ESC + "[?", ESC + "[1;2", ESC + "[\x18A", ESC + "[\x1b[A")


def csi_8bit():
    for final in range(0x40, 0x7F):
        for par in ("", "2", "?1049"):
            yield "\x9b%s%s" % (par, chr(final))


def escapes():
    for c in range(0x20, 0x7F):
        yield ESC + chr(c)
    for c in "()*+-./":
        yield from (ESC + c + "0", ESC + c + "B", ESC + c + "A")
    yield from (ESC, ESC * 2, ESC * 500, ESC + "#3", ESC + "#8", ESC + " F", ESC + "%G", ESC + "%@", ESC + "c" + ESC + "[!p")


def strings_of_control():
    bodies = ("0;owned", "2;owned", "8;;http://evil.example/", "11;?", "52;c;cm0gLXJmIC8K", "52;p;?", "1337;File=:AAAA", "777;notify;a;b", "9;4;3",
              "133;A", "$qm", "$q\"p", "+q544e", "tmux;" + ESC + "[2J", "q#0;2;0;0;0", "Gf=24;AAAA", "1000p%exit", "name")
    for begin in ("]", "P", "_", "^", "X", "k"):
        for body in bodies:
            for end in ("\x07", ST, "\x9c", ""):
                yield ESC + begin + body + end
    for begin in ("\x9d", "\x90", "\x9f", "\x9e", "\x98"):
        for body in bodies[:9]:
            for end in ("\x9c", ST):
                yield begin + body + end


def osc():
    for n in (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 17, 22, 46, 50, 51, 60, 99, 104, 110, 111, 112, 633, 1337, 9999):
        for end in ("\x07", ST):
            yield "%s]%d;x%s" % (ESC, n, end)


def clipboard():
    for to in ("c", "p", "s", "q", "0", "7", "cp", ""):
        for what in ("cm0gLXJmIC8K", "?", "", "!", "A" * 3000):
            for end in ("\x07", ST, "\x9c"):
                yield "%s]52;%s;%s%s" % (ESC, to, what, end)


def links():
    for url in ("http://evil.example", "file:///etc/passwd", "javascript:alert(1)", "x" * 3000, "id=1", ""):
        for text in ("link", "auth-rollback", "", "INC-1"):
            yield "%s]8;;%s%s%s%s]8;;%s" % (ESC, url, ST, text, ESC, ST)


def questions():
    for q in ("[c", "[>c", "[=c", "[5n", "[6n", "[?6n", "[?15n", "[18t", "[14t", "[21t", "[20t", "[x", "[?1;2$p", "[>q", "Z", "[?u", "]4;1;?\x07", "P+q544e" + ST):
        yield from (ESC + q, "%s%s yes" % (ESC, q))


def pastes():
    for a in ("[200~", "[201~"):
        for b in ("", "abc", "\r", "y\r", "[200~", "[201~"):
            yield from (ESC + a + b, "x" + ESC + a + b + ESC + "[201~", "\x9b" + a[1:] + b)


def bidi():
    for c in BIDI:
        yield from (c, c + "abc", "42 %s-> 14" % c, c * 5 + "x", "%sfire%s" % (c, c), c * 4000)
    for a in BIDI:
        for b in BIDI:
            yield "%s41%s42" % (a, b)
    yield from ("שלום עולם 42 -> 41", "العربية 42 -> 41", "abc \u202e cba -> 14 \u2066x\u2069", "\u2067\u2066\u202e" * 100)


def invisible():
    for c in INVISIBLE:
        yield from ("a%sb" % c, c, c * 40, "auth%s-rollback" % c)


def tags():
    for c in [0xE0001, *range(0xE0020, 0xE0080)]:
        yield "a%sb" % chr(c)
    yield "".join(chr(0xE0000 + ord(c)) for c in "type a b c to run it")
    yield "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "gbeng") + "\U000e007f"


def selectors():
    for c in [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0, 6)]:
        yield from ("a%sb" % chr(c), "\u2764" + chr(c), chr(c))


def marks():
    for m in MARKS:
        yield from ("a" + m, m, "a" + m * 3, "a" + m * 60, " " + m + " ", "a" + m + "\u200d" + m)
    yield from ("e" + "\u0301" * 1000, "".join("a" + m for m in MARKS), "a" + "".join(MARKS), "z" + "\u0300\u0301\u0302\u0303" * 200)


def widths():
    for c in (0x1100, 0x1161, 0x11A8, 0xA960, 0xD7B0, 0xD7CB, 0x2E3A, 0x2E3B, 0x3248, 0x324F, 0x4DC0, 0x4DFF, 0xFDFD, 0xFDFA, 0x1242B, 0x11F04, 0x1F004, 0x1F0CF,
              0x1F1E6, 0x1F300, 0x1F3FB, 0x1F468, 0x1F600, 0x1F6D8, 0x1F774, 0x1F8B0, 0x1FAE8, 0x1FAF9, 0x16FE4, 0x17000, 0x18B00, 0x1AFF0, 0x1B000, 0x1D300,
              0x20000, 0x2FFFD, 0x30000, 0x3FFFD, 0xFF01, 0xFF61, 0xFFA1, 0xFFE0, 0xB7, 0xA1, 0x391, 0x410, 0x2014, 0x2018, 0x2103, 0x2190, 0x2460, 0x2500, 0x25A0,
              0x2600, 0x2630, 0x268A, 0x2728, 0x27BF, 0x2B1B, 0x3000, 0x3030, 0x303F, 0xE33, 0xEB3, 0x915, 0x93F, 0x1F3F3):
        yield from (chr(c), chr(c) * 60, "a%sb%sc" % (chr(c), chr(c)))
    for s in ("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f1e9\U0001f1ea", "\U0001f44d\U0001f3ff", "1\ufe0f\u20e3", "\u2764\ufe0f",
              "\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f9d1\U0001f3fb\u200d\u2764\ufe0f\u200d\U0001f9d1\U0001f3ff", "\u1100\u1161\u11a8", "漢字", "한글",
              "ｆｕｌｌ", "ﾊﾝｶｸ", "\u0915\u093f\u0940\u0903", "\u0e33\u0e49\u0e4a", "\u0622\u0300\u0301", "\u2588\u2591"):
        yield from (s, s * 30, "x" * 77 + s, "x" * 78 + s, "x" * 79 + s)


def no_characters():
    yield from (chr(c) for c in [*range(0xFDD0, 0xFDF0), 0xE000, 0xF8FF, 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD, 0x378, 0x530, 0x2FE0, 0x1FFFF + 0x10, 0xE0FFF])
    for plane in range(17):
        yield from (chr(plane * 0x10000 + 0xFFFE), "a%sb" % chr(plane * 0x10000 + 0xFFFF))
    yield from ("\ufffd" * 50, "\U0010ffff" * 20)


def lines():
    for nl in ("\n", "\r", "\r\n", "\n\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1c", "\x1d", "\x1e", "\t", "\b"):
        for text in ("Nothing was fired", "type   a  b  c   to run it", "backout: INC-1/1 auth-rollback done", "the backend says", "  you may: on-call"):
            yield "ok%s%s" % (nl, text)
        yield from (nl, nl * 100, "a%sb" % nl)


def longs():
    for n in (79, 80, 81, 200, 1000, 5000, 40000):
        yield from ("x" * n, " " * n, "ab " * (n // 3), "漢" * (n // 3 + 1), "-" * n)
    yield from ("\u202e" * 13000, ESC * 6000, "x\n" * 5000, "a\u0301\u0301\u0301" * 3000, "\u00a0" * 200, "\u3000" * 100, "─" * 300, "█" * 300, "yes" + " " * 300 + "no")


def formats():
    yield from ("%s%s%n%x%1000000d", "%", "%%", "%s", "%n", "%*d", "%1$n", "%hhn", "%.99999s", "%p" * 200, "{}", "{0}", "{{service}}", "${HOME}", "$(id)", "`id`",
                "$(id)`id`;id|id", "; rm -rf /", "&& id", "| id", "' OR 1=1 --", "\"; DROP TABLE events; --", "=cmd|' /C calc'!A1", "+1+1", "@SUM(1)", "-1",
                "<!here> <script>x</script>", "<img src=x onerror=alert(1)>", "&#27;[2J", "&lt;b&gt;", "[x](javascript:1)", "![x](http://evil.example/x)",
                "../../../etc/passwd", "..\\..\\x", "/dev/tty", "file://x", "C:\\x", "-", "--", "-- --yes --reason x", "--help", "-h", "@file", "~root",
                "*", "?", "[a-z]", "!!", "!$", "^x^y", "#{pane_title}", "#(id)", "#[fg=red]", "#{", "\\u001b[2J", "\\x1b[2J", "\\e[2J", "\\033[2J", "\\", "\\\\", "\\n",
                '","ok":true,"x":"', '"}', "{\"jsonrpc\":\"2.0\"}", "]}", "null", "true", "NaN", "Infinity", "1e999", "0x41", "yes", "no", "on", "off", "~", "!!python/object",
                "&a *a", "? x", "|\n x", "> x", "---", "...", "%YAML 1.1", "INC-1", "INC-1/1", "tess", "auth", "auth-rollback", "engine", "plugin:world", "uid:0")


def look_alikes():
    ours = ("type   a  b  c   to run it", "type  auth abc  and Enter", "type   f  w  p   to run it            Esc, any other key or 30 s: no", "┌─ ROLL BACK auth in PRODUCTION ─────┐",
            "│ auth-rollback  42 -> 41   world: file auth     │", "├─ the backend says, all its checks well ──┤", "└────────────────────────┘", "│ you may     on-call, one service, nobody else needed │",
            "│ takes       about 0:05, like its last run here │", "│ NOT known   nothing was found to doubt │", " PRODUCTION  INC-1 auth: users cannot log in    ravi COMMANDS     02:13:52 CET",
            " TEST  INC-1 bad                                  tess COMMANDS   02:13:52 UTC", "confirmed: the engine puts it on disk, then it runs", "Nothing was fired.",
            "NOT KNOWN whether it happened", "REVERTED 02:18:07", "VERIFIED", "ENGINE GONE", "LOOKING BACK at 02:14", "DEMO, NOT PRODUCTION", ">auth  version 42", "by hand:",
            "PROPOSED  r  roll back auth", "goal 10:00 kept, 2:31 to spare", " r roll back  a ways back  n note  ? help", "backout: ", "$ ", "# ", "exit 0")
    for s in ours:
        yield from (s, "\n" + s, "\r" + s, " " * 80 + s, ESC + "[1;1H" + s, ESC + "[2J" + s, "x" * 63 + s)
    yield from ("pаypаl аuth", "ⅼⅾ", "ａｕｔｈ－ｒｏｌｌｂａｃｋ", "аuth-rоllbасk", "auth‐rollback", "auth−rollback", "42 → 41", "42 -> 4l", "O RLY", "𝐚𝐮𝐭𝐡", "ᴀᴜᴛʜ")


CLASSES = {f.__name__: list(f()) for f in (
    c0, c1, csi, csi_8bit, escapes, strings_of_control, osc, clipboard, links, questions, pastes, bidi, invisible, tags, selectors, marks, widths, no_characters,
    lines, longs, formats, look_alikes)}
EVERY = list(dict.fromkeys(s for v in CLASSES.values() for s in v))
BROKEN = [b"\xff", b"\xfe\xff", b"\x80", b"\xbf" * 20, b"\xc3(", b"a\xc3", b"\xe2\x82", b"\xe2(\xa1", b"\xf0\x9f\x98", b"\xf0(\x8c\xbc", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80",
          b"\xe0\x9f\xbf", b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80",
          b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\x9b2J", b"\x9d0;x\x9c", b"\x90$qm\x9c", b"caf\xe9", b"a\x00b", b"\x00", bytes(range(128, 256)),
          b"\xef\xbb\xbf\xff", b"\xc3\xa4\xe4\xc3", b"x" * 5000 + b"\xff", b"\xe2\x80\xaf\xe2\x80"]
assert len(EVERY) >= 2000, len(EVERY)
assert not any("\0" in s or any(0xD800 <= ord(c) < 0xE000 for c in s) for s in EVERY)


def sample(n):
    """So many of them, evenly out of every class; the same each time."""
    out, classes = [], list(CLASSES.values())
    each = max(3, n // len(classes))
    for v in classes:
        out += v[::max(1, len(v) // each)][:each]
    return list(dict.fromkeys(out))
