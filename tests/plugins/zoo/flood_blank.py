#!/usr/bin/env python3
"""Floods standard output with empty lines."""
import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
while True:
    keeper.raw("\n" * 65536)
