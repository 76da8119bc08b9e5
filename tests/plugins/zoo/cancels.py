#!/usr/bin/env python3
"""Behaves: performs until it is told to cancel, and then says that it has not."""
import keeper

running = {}


def begin(m):
    if m["method"] == "perform":
        running[m["params"]["op"]] = m
    elif m["method"] == "cancel":
        keeper.answer(running.pop(m["params"]["op"]), {"outcome": "failed", "changed": "none", "detail": "cancelled"})
    else:
        return False
    return True


keeper.serve(before=begin)
