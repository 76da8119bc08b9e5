#!/usr/bin/env python3
"""Dies of a line over 64 KiB."""
import os

import keeper


def small(m):
    if len(str(m)) > 65536:
        os._exit(1)
    return False


keeper.serve(before=small)
