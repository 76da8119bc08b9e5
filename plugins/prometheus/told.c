/* What the log was told of each server: once when it falls ill, once when it
 * is well again, and a warning when it is a new one or an old one ten minutes
 * later. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "prometheus/prometheus.h"
#include "prometheus/told.h"

#define AGAIN (10 * US_MINUTE)
#define CLOCK_OFF (5 * US_SECOND)

struct told *told_new(const struct http_servers *v)
{
	return mem_new((v->n + 1) * sizeof(struct told));
}

static const char *name_of(const struct http_server *v)
{
	return *v->name ? v->name : v->url;
}

static struct told *told_of(struct prom *p, const struct http_server *server)
{
	return &p->told[server - p->servers.v];
}

void told_answer(struct prom *p, const struct http_server *server, const char *ill, const char *warning)
{
	struct told *t = told_of(p, server);
	int64_t now = sdk_now();
	if (ill && !t->ill)
		sdk_log(p->s, "error", "%s: %s", name_of(server), ill);
	if (!ill && t->ill)
		sdk_log(p->s, "info", "%s answers again", name_of(server));
	t->ill = ill != NULL;
	if (!*warning || (!strcmp(t->warning, warning) && now < t->warned + AGAIN))
		return;
	(void)snprintf(t->warning, sizeof t->warning, "%s", warning);
	t->warned = now;
	sdk_log(p->s, "warning", "%s warns, and its values may be of a part only: %s", name_of(server), warning);
}

void told_clock(struct prom *p, const struct http_server *server, int64_t ahead)
{
	struct told *t = told_of(p, server);
	bool off = ahead > CLOCK_OFF || ahead < -CLOCK_OFF;
	if (off && !t->clock_off)
		sdk_log(p->s, "warning", "%s: its samples are %.0f s %s this machine's clock", name_of(server),
			(double)(ahead < 0 ? -ahead : ahead) / 1e6, ahead > 0 ? "ahead of" : "behind");
	t->clock_off = off;
}
