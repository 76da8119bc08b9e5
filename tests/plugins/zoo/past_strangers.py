#!/usr/bin/env python3
"""Tells samples of a signal that nobody asked for."""
import keeper

keeper.serve(history=lambda p: {"samples": [{"at": p["to"], "values": [{"service": "s", "signal": "other", "value": 1}]}], "deploys": [], "changes": []})
