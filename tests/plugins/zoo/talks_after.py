#!/usr/bin/env python3
"""Goes on talking after shutdown."""
import time

import keeper

keeper.serve()
for _ in range(5):
    keeper.tell("log", {"level": "info", "text": "bye"})
    time.sleep(0.05)
