#!/usr/bin/env python3
"""Floods standard output with samples."""
import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
values = [{"service": "s", "signal": "e", "value": i} for i in range(2000)]
line = keeper.json.dumps({"jsonrpc": "2.0", "method": "samples", "params": {"at": "2026-01-01T00:00:00Z", "values": values}}) + "\n"
while True:
    keeper.raw(line)
