#!/usr/bin/env python3
"""Prints what is no JSON."""
import keeper

keeper.raw("Starting up, please wait...\n")
keeper.serve()
