/* The demo's kit, from the template files of kits/demo that were built in.
 * In a template `@15s@` is a duration made shorter by the speed, `@n:80@` a
 * count that fits the shortened window, `@NAME@` a value of the world. */
#ifndef DEMO_KIT_TEXT_H
#define DEMO_KIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct kit_template { const char *path, *text; };
extern const struct kit_template kit_templates[]; /* generated; ends with a NULL path */

struct kit_value { const char *name, *value; };
struct kit_world {
	double speed, pace;              /* durations are divided by speed, traffic multiplied by pace */
	const struct kit_value *values;  /* ends with a NULL name */
};
/* A duration of the kit at that speed, in milliseconds, rounded to what a person reads with ease. */
int64_t kit_scale(int64_t us, double speed);
/* False where the template names something that the world does not have. */
bool kit_fill(const char *text, const struct kit_world *w, struct buf *out);
/* Write all templates below dir (made, 0700). */
bool kit_write(const char *dir, const struct kit_world *w);

#endif
