#!/usr/bin/env python3
"""Writes one line that never ends."""
import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
while True:
    keeper.raw("x" * 65536)
