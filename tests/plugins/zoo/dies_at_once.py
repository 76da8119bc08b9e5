#!/usr/bin/env python3
"""Dies before it reads anything."""
import sys
print("no such module: cluster", file=sys.stderr)
sys.exit(1)
