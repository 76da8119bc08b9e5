/* Questions to the terminal and how long their answers took. */
#include "config.h"

#include <string.h>

#include "tui/screen/pulse.h"

#define TRIES 3

void pulse_init(struct pulse *p)
{
	memset(p, 0, sizeof *p);
	p->took = -1;
}

bool pulse_due(struct pulse *p, int64_t now)
{
	if (p->asked && now - p->asked >= PULSE_LOST) {
		p->asked = 0;
		p->lost++;
	}
	return !p->asked && p->lost < TRIES && (!p->last || now - p->last >= PULSE_EVERY);
}

void pulse_asked(struct pulse *p, int64_t now)
{
	p->asked = p->last = now;
}

/* An answer to a question that was given up says that the terminal can, but not how long it took. */
void pulse_answered(struct pulse *p, int64_t now)
{
	p->lost = 0;
	if (!p->asked)
		return;
	p->took = now - p->asked;
	p->at = now;
	p->asked = 0;
}

int64_t pulse_line(const struct pulse *p, int64_t now)
{
	int64_t so_far = p->asked ? now - p->asked : 0;

	if (p->took < 0 || p->lost >= TRIES)
		return -1; /* silence of a terminal that never answered says nothing of the line */
	if (so_far > p->took && so_far < PULSE_LOST)
		return so_far;
	return now - p->at < PULSE_FRESH ? p->took : -1;
}
