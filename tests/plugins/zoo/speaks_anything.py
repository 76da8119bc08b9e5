#!/usr/bin/env python3
"""Takes any protocol it is offered."""
import keeper

keeper.serve(initialize=lambda p: {**keeper.MANIFEST, "protocol": p["protocol"]})
