#!/usr/bin/env python3
"""Dies in the middle of a line."""
import os

import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
keeper.hear()
keeper.raw('{"jsonrpc":"2.0","id":2,"res')
os._exit(0)
