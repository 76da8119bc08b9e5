#!/usr/bin/env python3
"""Tells changes of a time that was not asked for."""
import keeper

keeper.serve(history=lambda p: {"samples": [], "deploys": [], "changes": [{"what": "flag", "name": "f", "from": "off", "to": "on", "at": "2099-01-01T00:00:00Z"}]})
