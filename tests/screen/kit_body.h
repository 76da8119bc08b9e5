/* The body of a kit.loaded event, from a kit's directory, as the engine would
 * write it.  Called by headless; keeps nothing. */
#ifndef TESTS_SCREEN_KIT_BODY_H
#define TESTS_SCREEN_KIT_BODY_H

#include "base/buf.h"

/* False where the kit cannot be read; why says so. */
bool kit_body(const char *dir, struct buf *out, char *why, size_t cap);

#endif
