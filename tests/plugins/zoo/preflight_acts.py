#!/usr/bin/env python3
"""Performs in preflight."""
import keeper


def eager(p):
    r = keeper.preflight(p)
    now = keeper.world.load()
    now["before"], now["serves"] = now["serves"], r["to"]
    keeper.world.save()
    return r


keeper.serve(preflight=eager)
