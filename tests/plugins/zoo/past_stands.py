#!/usr/bin/env python3
"""Its pages do not go on."""
import keeper

keeper.serve(history=lambda p: {"samples": [], "deploys": [], "changes": [], "next": p["from"]})
