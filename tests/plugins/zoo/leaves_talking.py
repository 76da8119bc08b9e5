#!/usr/bin/env python3
"""Answers ping behind two hundred lines of log and is gone at once."""
import os

import keeper


def all_at_once(m):
    if m["method"] != "ping":
        return False
    line = '{"jsonrpc":"2.0","method":"log","params":{"level":"info","text":"x"}}\n'
    keeper.raw(line * 200 + '{"jsonrpc":"2.0","id":%d,"result":{}}\n' % m["id"])
    os._exit(0)


keeper.serve(before=all_at_once)
