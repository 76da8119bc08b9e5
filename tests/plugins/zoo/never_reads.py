#!/usr/bin/env python3
"""Never reads its standard input."""
import time

import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
while True:
    time.sleep(60)
