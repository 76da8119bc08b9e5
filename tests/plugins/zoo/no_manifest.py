#!/usr/bin/env python3
"""Answers initialize with nothing in it."""
import keeper

keeper.serve(initialize=lambda p: {})
