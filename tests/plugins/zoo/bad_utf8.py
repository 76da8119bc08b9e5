#!/usr/bin/env python3
"""Sends bytes that are no UTF-8."""
import keeper

keeper.serve(after=lambda m: m["method"] == "watch" and keeper.raw(b'{"jsonrpc":"2.0","method":"log","params":{"text":"\xff\xfe"}}\n'))
