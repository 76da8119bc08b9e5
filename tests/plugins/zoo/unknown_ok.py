#!/usr/bin/env python3
"""Answers methods it does not know with success."""
import keeper


def any_method(m):
    if m.get("method") in keeper.METHODS or "id" not in m:
        return False
    keeper.answer(m, {})
    return True


keeper.serve(before=any_method)
