#!/usr/bin/env python3
"""Sends NaN."""
import keeper

keeper.serve(after=lambda m: m["method"] == "watch" and keeper.raw('{"jsonrpc":"2.0","method":"samples","params":{"values":[{"value":NaN}]}}\n'))
