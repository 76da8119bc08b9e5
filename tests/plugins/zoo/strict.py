#!/usr/bin/env python3
"""Refuses members it does not know."""
import keeper


def strict(m):
    if set(m) <= {"jsonrpc", "id", "method", "params"} and not (m["method"] == "ping" and m["params"]):
        return False
    keeper.say({"jsonrpc": "2.0", "id": m["id"], "error": {"code": -32602, "message": "unknown member"}})
    return True


keeper.serve(before=strict)
