#!/usr/bin/env python3
"""Says it speaks protocol 2."""
import keeper

keeper.serve(initialize=lambda p: {**keeper.MANIFEST, "protocol": 2})
