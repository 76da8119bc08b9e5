#!/bin/sh
# Echoes every request back: the laziest plugin there is.
exec cat
