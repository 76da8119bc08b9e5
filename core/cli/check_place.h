/* Where a service's signal or action stands in the kit's files: the parsed kit
 * has no lines, so the words are looked for.  A guess that is right wherever a
 * name stands on a line of its own; pure. */
#ifndef CLI_CHECK_PLACE_H
#define CLI_CHECK_PLACE_H

#include "kit/kit_read.h"
#include "kit/problems.h"

/* In the service's file, else (from `defaults`) in kit.yaml; the service's first line where it is in neither. */
struct place place_of(const struct kit_files *files, const char *service, const char *name);

#endif
