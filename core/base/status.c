/* Faults: filling one in, piece by piece. */
#include "base/status.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum status fault_set(struct fault *f, enum status s, const char *code, const char *fmt, ...)
{
	if (!f)
		return s;
	struct fault made;
	memset(&made, 0, sizeof made);
	text_copy(made.code, sizeof made.code, code);
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(made.what, sizeof made.what, fmt, ap);
	va_end(ap);
	*f = made; /* last, since the arguments may point into the old one */
	return s;
}

void fault_mend(struct fault *f, const char *fmt, ...)
{
	if (!f)
		return;
	char made[sizeof f->mend];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(made, sizeof made, fmt, ap);
	va_end(ap);
	memcpy(f->mend, made, sizeof made);
}

void fault_where(struct fault *f, const char *where, int line, int column)
{
	if (!f)
		return;
	text_copy(f->where, sizeof f->where, where);
	f->line = line;
	f->column = column;
}
