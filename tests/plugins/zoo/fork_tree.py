#!/usr/bin/env python3
"""Leaves thirty children, each with one of its own."""
import os
import signal
import time

import keeper

for _ in range(30):
    if os.fork() == 0:
        os.fork()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(60)
keeper.serve()
