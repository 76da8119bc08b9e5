#!/usr/bin/env python3
"""Behaves: answers ping with what it found around itself."""
import os
import resource
import signal
import sys

import keeper

fds = sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n))
ignored = [s for s in range(1, 32) if signal.getsignal(s) == signal.SIG_IGN and s not in (signal.SIGPIPE, signal.SIGXFSZ)]


def ping(_):
    print("hello from here", file=sys.stderr)
    return {"env": sorted(os.environ), "lang": os.environ["LANG"], "tz": os.environ["TZ"], "tmpdir_mode": oct(os.stat(os.environ["TMPDIR"]).st_mode),
            "fds": fds, "cwd": os.getcwd(), "leads": os.getsid(0) == os.getpid() == os.getpgrp(),
            "core": resource.getrlimit(resource.RLIMIT_CORE)[1], "ignored": ignored, "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, []))}


keeper.serve(ping=ping)
