/* What people do in a generated incident, once a second: they see a breach, say
 * that it is bad, roll back, report and answer.  Called by drive.c. */
#ifndef INCIDENTS_PEOPLE_H
#define INCIDENTS_PEOPLE_H

struct drive;
void people_act(struct drive *d);

#endif
