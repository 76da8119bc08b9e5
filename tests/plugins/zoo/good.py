#!/usr/bin/env python3
"""Behaves."""
import keeper

keeper.serve()
