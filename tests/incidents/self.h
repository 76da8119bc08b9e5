/* What acts by itself in a generated incident: the engine's part of it, a panel
 * that nobody sees, kept until its countdown is over.  Called by drive.c. */
#ifndef INCIDENTS_SELF_H
#define INCIDENTS_SELF_H

struct drive;
/* After a tick. */
void self_look(struct drive *d);
/* The engine is gone, and its panels with it: another one finds their countdowns. */
void self_lost(struct drive *d);
void self_release(struct drive *d);

#endif
