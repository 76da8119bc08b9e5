#!/usr/bin/env python3
"""Answers shutdown and stays."""
import time

import keeper

keeper.serve()
while True:
    time.sleep(60)
