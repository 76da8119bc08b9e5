#!/usr/bin/env python3
"""Sends \\u0000 in a string."""
import keeper

keeper.serve(after=lambda m: m["method"] == "watch" and keeper.raw('{"jsonrpc":"2.0","method":"log","params":{"text":"a\\u0000b"}}\n'))
