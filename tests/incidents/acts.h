/* Reverts in a generated incident: what the backend answers to a preflight, what
 * it brings live, when, and what it tells of it.  Called by drive.c. */
#ifndef INCIDENTS_ACTS_H
#define INCIDENTS_ACTS_H

#include <stdbool.h>
#include <stdint.h>

struct drive;
struct model_action;
/* A deploy notification of a service. */
void acts_tell(struct drive *d, int service, const char *version, const char *previous, double share, const char *state, int64_t at);
void acts_tell_place(struct drive *d, int service, const char *place, const char *version, const char *previous, double share, const char *state, int64_t at);
/* The preflight's answer for a service's rollback. */
struct buf;
void acts_preflight(const struct drive *d, int service, const char *to, struct buf *out);
/* Whatever was fired since it was looked last begins. */
void acts_begin(struct drive *d);
/* What is due of what runs. */
void acts_go_on(struct drive *d);
int64_t acts_next(const struct drive *d);

#endif
