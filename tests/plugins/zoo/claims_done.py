#!/usr/bin/env python3
"""Claims that what it never heard of was done."""
import keeper

keeper.serve(reconcile=lambda p: {"outcome": "done", "changed": "full", "detail": ""})
