/* Where the demo's worlds lie, and how what a killed one left is removed: one
 * private directory per user, in it one directory per world.  Used by cmd_demo
 * alone; touches nothing outside that directory and ends no process but those
 * that a world wrote down with pid and start time. */
#ifndef CLI_DEMO_PLACE_H
#define CLI_DEMO_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#define PLACE_MAX 256

/* $XDG_RUNTIME_DIR/backout-demo, or /tmp/backout-demo-UID: made 0700, checked to be ours. */
enum status place_open(char out[PLACE_MAX], struct fault *f);
/* The next world below `place` after `after` ("" for the first, in no order); false at the end. */
bool place_next(const char *place, size_t *index, char out[PLACE_MAX]);
/* A new world's empty directory. */
enum status place_new(const char *place, char out[PLACE_MAX], struct fault *f);

bool world_has_engine(const char *world);  /* an engine holds its store */
bool world_has_keeper(const char *world);  /* its keeper's process lives */
/* End its processes (those that are still the recorded ones) and remove its directory. */
bool world_remove(const char *world);

#endif
