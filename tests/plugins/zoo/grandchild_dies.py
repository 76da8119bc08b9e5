#!/usr/bin/env python3
"""Dies and leaves a grandchild that holds the pipes."""
import os
import time

import keeper

if os.fork() == 0:
    os.setsid()
    while True:
        time.sleep(60)
keeper.reply(keeper.hear(), keeper.METHODS)
os._exit(3)
