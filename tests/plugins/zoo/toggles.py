#!/usr/bin/env python3
"""Performs whatever the world is at."""
import keeper


def toggle(p):
    now = keeper.world.load()
    now["before"], now["serves"] = now["serves"], now["before"]
    keeper.world.save()
    return {"outcome": "done", "changed": "full", "detail": "", "evidence": {}}


keeper.serve(perform=toggle)
