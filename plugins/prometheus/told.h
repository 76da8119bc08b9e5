/* What the log was told of a server already, so that it is told once.  Owned
 * by the plugin's state, one a server; written by whoever reads an answer. */
#ifndef PROMETHEUS_TOLD_H
#define PROMETHEUS_TOLD_H

#include "prometheus/prometheus.h"

struct told {
	bool ill, clock_off;
	char warning[320];
	int64_t warned;
};
struct told *told_new(const struct http_servers *v);
/* How far its newest sample is ahead of this machine's clock, microseconds. */
void told_clock(struct prom *p, const struct http_server *server, int64_t ahead);

#endif
