/* The conformance test of the plugin protocol (contract 5) against any
 * program: `backout plugin check`.  Starts it as the host would, asks what the
 * engine may ask, and reports one line per check.  Changes nothing in the
 * backend unless `perform` says so. */
#ifndef HOST_CONFORM_H
#define HOST_CONFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct conform_spec {
	const char *const *argv;       /* as host_find gave it */
	const char *cwd;
	const char *config, *secrets;  /* JSON objects, NULL: {} */
	const char *watch;             /* params of watch, NULL: empty sets */
	const char *action;            /* an action A, NULL: what needs one is skipped */
	bool perform;                  /* really perform the action */
	int64_t patience_ms;           /* at most this long for any answer; 0: what the contract gives */
};
enum conform_verdict { CONFORM_OK, CONFORM_FAILED, CONFORM_SKIPPED };
typedef void (*conform_report_fn)(void *ctx, const char *name, enum conform_verdict v, const char *detail);

/* OK: nothing failed; NO: something did; else it could not be started or the spec is wrong. */
enum status host_conform(const struct conform_spec *spec, conform_report_fn report, void *ctx, struct fault *f);

#endif
