"""A program on a terminal of 50 x 200, and when what it draws arrives."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

now = time.perf_counter


class Pty:
    def __init__(self, argv, env):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.started = now()
        self.pid = os.fork()
        if not self.pid:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            try:
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        os.close(slave)
        self.poll = select.poll()
        self.poll.register(self.master, select.POLLIN)
        self.application = False # the program asked for the other form of the cursor keys

    def read(self, seconds):
        """What came, and when; b"" where nothing came in time."""
        if not self.poll.poll(max(0, seconds) * 1000):
            return b"", now()
        try:
            some = os.read(self.master, 65536)
        except OSError:
            some = b""
        self.application = self.application or b"\x1b[?1h" in some
        return some, now()

    def quiet(self, gap, limit=5.0):
        """Bytes until `gap` seconds bring none: (how many, when the last came, the text)."""
        text, last, end = b"", None, now() + limit
        while now() < end:
            some, at = self.read(gap if text else end - now())
            if not some:
                break
            text += some
            last = at
        return len(text), last, text

    def first_frame(self, mark):
        """Exec to the last byte of the first frame that is whole, ms."""
        text, last, end = b"", None, now() + 10
        while now() < end:
            some, at = self.read(0.04 if mark in text else end - now())
            if not some:
                break
            text += some
            last = at
        assert mark in text, ("no frame", text[-2000:])
        return (last - self.started) * 1e3

    def key(self, code):
        """From the key to the last byte painted, ms; None where nothing was."""
        while self.read(0.003)[0]:
            pass
        if self.application:
            code = code.replace(b"[", b"O")
        start = now()
        os.write(self.master, code)
        n, last, _ = self.quiet(0.012, 0.4)
        return (last - start) * 1e3 if n else None

    def resize(self, rows, cols):
        """Another size: (ms to the last byte painted, bytes); nothing painted counts as the whole wait."""
        while self.read(0.003)[0]:
            pass
        start = now()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        n, last, _ = self.quiet(0.03, 0.5)
        return (last - start if n else 0.5) * 1e3, n

    def close(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
        except OSError:
            pass
        end = now() + 3
        while now() < end and not os.waitpid(self.pid, os.WNOHANG)[0]:
            if not self.read(0.02)[0]:
                time.sleep(0.005)
        else:
            if now() >= end:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        os.close(self.master)
