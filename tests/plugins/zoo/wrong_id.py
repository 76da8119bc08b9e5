#!/usr/bin/env python3
"""Answers with an id nobody used."""
import keeper


def off(m):
    if m["method"] != "ping":
        return False
    m["id"] += 1000
    return False


keeper.serve(before=off)
