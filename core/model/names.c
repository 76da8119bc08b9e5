/* The words of the model's enums. */
#include <string.h>

#include "model/phases.h"
#include "model/private.h"

#define NAMES(fn, type, ...) \
	static const char *const fn##_words[] = {__VA_ARGS__}; \
	const char *fn(type v) \
	{ \
		size_t i = (size_t)v; \
		return i < sizeof fn##_words / sizeof *fn##_words ? fn##_words[i] : ""; \
	}

NAMES(row_state_name, enum row_state, "clear", "pending", "breached", "overdue", "cannot-tell")
NAMES(incident_kind_name, enum incident_kind, "real", "drill", "demo", "reconstructed")
NAMES(incident_state_name, enum incident_state, "declared", "fired", "acted", "verified", "closed")
NAMES(verify_state_name, enum verify_state, "waiting", "passed", "failed", "unmeasured", "none")
NAMES(outcome_name, enum outcome, "waiting", "countdown", "running", "done", "failed", "unknown", "refused", "vetoed", "expired", "cancelled")
NAMES(phase_name, enum phase, "onset", "detected", "declared", "decided", "fired", "acted", "verified")

bool outcome_of(const char *s, enum outcome *out)
{
	for (size_t i = 0; s && i < sizeof outcome_name_words / sizeof *outcome_name_words; i++)
		if (strcmp(outcome_name_words[i], s) == 0) {
			*out = (enum outcome)i;
			return true;
		}
	return false;
}
