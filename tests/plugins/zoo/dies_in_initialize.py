#!/usr/bin/env python3
"""Dies in initialize."""
import os
import signal

import keeper

keeper.hear()
os.kill(os.getpid(), signal.SIGSEGV)
