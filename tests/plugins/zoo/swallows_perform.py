#!/usr/bin/env python3
"""Exits with 0 without an answer to perform."""
import os

import keeper

keeper.serve(perform=lambda p: os._exit(0))
