#!/usr/bin/env python3
"""Slips a line of debugging onto standard output after watch."""
import keeper

keeper.serve(after=lambda m: m["method"] == "watch" and keeper.raw("DEBUG watching\n"))
