#!/usr/bin/env python3
"""Stops itself with SIGSTOP."""
import os
import signal

import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
os.kill(os.getpid(), signal.SIGSTOP)
keeper.serve()
