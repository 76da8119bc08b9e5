#!/usr/bin/env python3
"""Performs for config.world's number of seconds whatever it is told, then writes that file's .done."""
import time

import keeper


def perform(p):
    time.sleep(float(keeper.world.path.rsplit("=", 1)[1]))
    with open(keeper.world.path + ".done", "w", encoding="utf-8") as f:
        f.write(p["op"])
    return {"outcome": "done", "changed": "full", "detail": "", "evidence": {}}


def say_on(m):
    try:
        keeper.reply(m, {**keeper.METHODS, "perform": perform})
    except BrokenPipeError:
        pass
    return True


keeper.serve(before=say_on)
