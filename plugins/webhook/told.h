/* The JSON of a post made into one notification, strictly: each member has its
 * type and alphabet, and what is wrong is named with the mend.  Strings point
 * into the tree; nothing is sent here. */
#ifndef WEBHOOK_TOLD_H
#define WEBHOOK_TOLD_H

#include "sdk/sdk.h"

/* `now`: what lies further ahead than `skew` has not happened. */
bool told_deploy(const struct json *body, int64_t now, int64_t skew, struct sdk_deploy *out, struct fault *f);
bool told_change(const struct json *body, int64_t now, int64_t skew, struct sdk_change *out, struct fault *f);

#endif
