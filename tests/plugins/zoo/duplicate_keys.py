#!/usr/bin/env python3
"""Sends an object with a key twice."""
import keeper

keeper.serve(after=lambda m: m["method"] == "watch" and keeper.raw('{"jsonrpc":"2.0","method":"log","params":{"text":"a","text":"b"}}\n'))
