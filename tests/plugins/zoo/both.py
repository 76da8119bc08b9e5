#!/usr/bin/env python3
"""Answers with result and error."""
import keeper

keeper.serve(before=lambda m: m["method"] == "ping" and (keeper.say({"jsonrpc": "2.0", "id": m["id"], "result": {}, "error": {"code": -1, "message": ""}}) or True))
