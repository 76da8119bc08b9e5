/* How long the line to the person's terminal takes, there and back.  Now and
 * then, behind a frame, the terminal is asked for its status (CSI 5 n) and the
 * answer timed; one that never answers is asked three times and left alone.
 * Pure: the console sends and hands in the times. */
#ifndef TUI_PULSE_H
#define TUI_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#define PULSE_EVERY INT64_C(10000000)  /* microseconds between two questions */
#define PULSE_LOST INT64_C(30000000)   /* a question that was not answered by then is lost */
#define PULSE_FRESH INT64_C(60000000)  /* for so long a measurement says something of now */
#define PULSE_SLOW INT64_C(500000)     /* from there on a person is told */

struct pulse {
	int64_t asked;           /* mono of the question that is open; 0 none */
	int64_t last;            /* mono of the newest question */
	int64_t took, at;        /* the newest answer: how long, and when; took -1 none yet */
	int lost;                /* questions without an answer in a row */
};

void pulse_init(struct pulse *p);
/* May it be asked now?  An open question that is lost is given up here. */
bool pulse_due(struct pulse *p, int64_t now);
void pulse_asked(struct pulse *p, int64_t now);
void pulse_answered(struct pulse *p, int64_t now);
/* Microseconds that the line takes, or has taken so far where an answer is late; -1 not known. */
int64_t pulse_line(const struct pulse *p, int64_t now);

#endif
