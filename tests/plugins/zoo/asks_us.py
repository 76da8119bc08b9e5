#!/usr/bin/env python3
"""Sends a request to the host."""
import keeper

keeper.serve(after=lambda m: m["method"] == "watch" and keeper.say({"jsonrpc": "2.0", "id": 1, "method": "secrets", "params": {}}))
