#!/usr/bin/env python3
"""Ignores SIGTERM and the end of input."""
import signal
import time

import keeper

signal.signal(signal.SIGTERM, signal.SIG_IGN)
keeper.serve()
while True:
    time.sleep(60)
