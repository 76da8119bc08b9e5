#!/usr/bin/env python3
"""Floods standard error."""
import os

import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
while True:
    os.write(2, b"all is well\n" * 5000)
