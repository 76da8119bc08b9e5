#!/usr/bin/env python3
"""Takes any verb."""
import keeper

keeper.known = lambda a: a
keeper.serve()
