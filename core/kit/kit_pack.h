/* A checked kit as JSON and back: what a snapshot carries instead of the texts,
 * so that nobody parses a thousand files to look at them.  Called by the model;
 * never checks what kit_parse had checked, and never trusts what it reads. */
#ifndef KIT_KIT_PACK_H
#define KIT_KIT_PACK_H

#include "base/json_walk.h"
#include "kit/kit.h"

struct table;

/* Every field; the same kit is the same bytes.  NULL prints null. */
void kit_pack(const struct kit *k, struct jw *w);
/* The kit that stands there, as kit_parse made it; kit_free ends it.  NULL for null, and where it is none: w says why. */
struct kit *kit_unpack(struct json_walk *w);

/* The rows behind both; a test holds them against the structs. */
extern const struct table kit_pack_table;

#endif
