/* How every function of the core says how it went.  A status is one of six
 * values, the same six that a command ends with (contract, section 1), and a
 * fault carries the words: what is wrong, where, and the mend.  Core returns
 * both and never prints, logs or exits. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>

enum status {
	STATUS_OK = 0,      /* done and well */
	STATUS_NO = 1,      /* done, and the answer is no */
	STATUS_USAGE = 2,   /* command line or file not understood */
	STATUS_DENIED = 3,  /* not allowed by the kit's authority */
	STATUS_OUTSIDE = 4, /* something outside failed; nothing was fired and nothing will be */
	STATUS_UNKNOWN = 5, /* the outcome is unknown: look before doing anything again */
};

/* A plain value; every field is a NUL-terminated string, empty where not said. */
struct fault {
	char code[40];   /* stable word for scripts: "not-found", "bad-kit" ... */
	char what[480];  /* one sentence, lower case, no full stop */
	char mend[320];  /* what to do about it */
	char where[320]; /* file or backend */
	int line, column; /* from 1; 0 where there is none */
};

/* Fill `f` (may be NULL) with code and text, clear the rest, return `s`. */
enum status fault_set(struct fault *f, enum status s, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Add the mend to a fault that was set before. */
void fault_mend(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void fault_where(struct fault *f, const char *where, int line, int column);

#endif
