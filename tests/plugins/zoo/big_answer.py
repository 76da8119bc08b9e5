#!/usr/bin/env python3
"""Answers ping with a line over 1 MiB."""
import keeper

keeper.serve(ping=lambda p: {"padding": "x" * (1 << 20)})
