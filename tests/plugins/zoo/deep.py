#!/usr/bin/env python3
"""Nests a hundred thousand deep."""
import keeper

keeper.reply(keeper.hear(), keeper.METHODS)
keeper.raw('{"jsonrpc":"2.0","method":"log","params":{"text":' + "[" * 100000 + "]" * 100000 + "}}\n")
keeper.serve()
