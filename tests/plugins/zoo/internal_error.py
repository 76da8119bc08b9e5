#!/usr/bin/env python3
"""Answers perform with -32603 after it has acted."""
import keeper


def break_down(p):
    keeper.perform(p)
    raise keeper.Refused(-32603, "internal error")


keeper.serve(perform=break_down)
