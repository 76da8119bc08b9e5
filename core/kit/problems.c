/* Problems of a kit: bounded, cleaned, sorted. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "kit/problems.h"

#define PROBLEMS_MAX 1000 /* nobody mends more than that from one list */

static struct problem *problem_new(struct problems *p)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 16;
		p->v = mem_grow(p->v, p->cap, sizeof *p->v);
	}
	struct problem *new = &p->v[p->n++];
	memset(new, 0, sizeof *new);
	return new;
}

/* Past the maximum everything lands on the last one, which says so. */
static struct problem *problem_slot(struct problems *p, bool *out_full)
{
	*out_full = p->n >= PROBLEMS_MAX;
	return *out_full ? &p->v[p->n - 1] : problem_new(p);
}

struct problem *complain(struct problems *p, struct place at, enum problem_severity severity, const char *fmt, ...)
{
	char what[sizeof p->v->what * 2];
	bool full;
	va_list ap;
	struct problem *new = problem_slot(p, &full);
	p->errors += severity == PROBLEM_ERROR;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	text_safe(new->file, sizeof new->file, at.file ? at.file : "");
	new->line = at.line;
	new->column = at.column;
	new->severity = severity;
	text_safe(new->what, sizeof new->what, full ? "too many problems: mend these first" : what);
	new->mend[0] = '\0';
	return new;
}

void mend_with(struct problem *p, const char *fmt, ...)
{
	char mend[sizeof p->mend * 2];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(mend, sizeof mend, fmt, ap);
	va_end(ap);
	text_safe(p->mend, sizeof p->mend, mend);
}

static int by_place(const void *a, const void *b)
{
	const struct problem *x = a, *y = b;
	int d = strcmp(x->file, y->file);
	if (d == 0)
		d = (x->line > y->line) - (x->line < y->line);
	if (d == 0)
		d = (x->column > y->column) - (x->column < y->column);
	return d != 0 ? d : strcmp(x->what, y->what);
}

void problems_sort(struct problems *p)
{
	size_t kept = 0;
	if (p->n == 0)
		return;
	qsort(p->v, p->n, sizeof *p->v, by_place);
	p->errors = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (i > 0 && by_place(&p->v[i], &p->v[kept - 1]) == 0)
			continue;
		p->v[kept] = p->v[i];
		p->errors += p->v[kept].severity == PROBLEM_ERROR;
		kept++;
	}
	p->n = kept;
}

void problems_release(struct problems *p)
{
	free(p->v);
	*p = (struct problems){0};
}
