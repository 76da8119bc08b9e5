#!/usr/bin/env python3
"""Floods standard output with log lines."""
import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
while True:
    keeper.raw('{"jsonrpc":"2.0","method":"log","params":{"level":"info","text":"x"}}\n' * 100)
