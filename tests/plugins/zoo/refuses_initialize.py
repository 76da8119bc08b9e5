#!/usr/bin/env python3
"""Refuses initialize."""
import keeper


def refuse(p):
    raise keeper.Refused(-32001, "credentials expired\x1b[31m")


keeper.serve(initialize=refuse)
