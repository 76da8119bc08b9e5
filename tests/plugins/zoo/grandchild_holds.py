#!/usr/bin/env python3
"""Leaves a grandchild in a session of its own that holds the pipes."""
import os
import signal
import time

import keeper

if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)
keeper.serve()
