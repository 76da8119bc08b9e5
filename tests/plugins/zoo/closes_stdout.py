#!/usr/bin/env python3
"""Closes its standard output and lives."""
import os
import time

import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
os.close(1)
time.sleep(3600)
