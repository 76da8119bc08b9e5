#!/usr/bin/env python3
"""Answers ping after eight seconds."""
import time

import keeper

keeper.serve(before=lambda m: m["method"] == "ping" and time.sleep(8))
