/* The signals of `watch` and `history`, read. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prometheus/prometheus.h"
#include "prometheus/shape.h"

void signal_failed(struct signal *g, const char *why)
{
	mem_set(&g->why, why);
}

void signals_read(struct prom *p, const struct json *list, struct signals *out)
{
	*out = (struct signals){0};
	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		struct signal *g = vec_push(out);
		struct fault f;
		const char *rest;
		double every = json_get_num(v, "every", 15);
		g->service = mem_str(json_get_str(v, "service", ""));
		g->name = mem_str(json_get_str(v, "signal", ""));
		g->every = (int64_t)((every >= 0.05 && every <= 86400 ? every : 15) * 1e6);
		g->server = http_server_of(&p->servers, json_get_str(v, "query", ""), &rest, &f);
		g->query = mem_str(rest);
		g->selector = shape_is_selector(rest);
		if (!g->server)
			signal_failed(g, f.what);
		else if (!*rest) {
			g->server = NULL;
			signal_failed(g, "there is no query");
		}
	}
}

void signals_release(struct signals *all)
{
	vec_each(struct signal, g, all) {
		char *const texts[] = {g->service, g->name, g->query, g->label, g->value, g->template, g->why};
		for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
			free(texts[i]);
		free(g->row);
	}
	vec_release(all);
}
