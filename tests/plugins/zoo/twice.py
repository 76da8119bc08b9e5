#!/usr/bin/env python3
"""Answers twice."""
import keeper

keeper.serve(before=lambda m: m["method"] == "ping" and keeper.answer(m, {}))
