/* What the documents of this room share: small spellings.  Private to report. */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include "base/json.h"
#include "model/phases.h"
#include "model/timer.h"
#include "report/report.h"

struct stamp report_now(const struct now *now);
/* As buf_addf, of one line: only the format can end it, so that nobody's words make a line of their own. */
void part_say(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Seconds, or null where us is below 0. */
void part_seconds(struct jw *w, const char *key, int64_t us);
/* true false, or null where it is not known (-1). */
void part_kept(struct jw *w, const char *key, int kept);
/* "02:14:29" local time, "-" where at is 0. */
#define CLOCK_LEN 32
const char *part_clock(int64_t at, char out[CLOCK_LEN]);
const char *part_services(const struct model_incident *i, char *out, size_t cap);
/* The head of what the model has folded. */
const char *part_head(const struct model *m, char out[HEAD_LEN]);
/* The state of verification of the whole incident and the sentence to it ("" where none). */
enum verify_state part_verified(const struct model_incident *i, const char **out_why);
/* "ravi"; of what was adopted "ravi (kubectl), elsewhere". */
const char *part_by(const struct model_action *a, char *out, size_t cap);
/* "8.13.2 -> 8.14.0"; the one version where the other is not known. */
const char *part_step(const struct model_change *c, char *out, size_t cap);
/* "61 %, limit 5 % for 8s" as far as it is known. */
const char *part_measure(const struct model *m, const char *row, const char *service, char *out, size_t cap);
/* How a question is answered from a command line: "  (backout cancel INC-1/1)", or "". */
const char *part_answer(const struct model_prompt *p, char *out, size_t cap);
/* "  Until 02:14:29, then: asks again" */
const char *part_limit(const struct model_prompt *p, char *out, size_t cap);
/* "on-call has 0:40, then: asks maya, who commands"; "" where the row's timer does not run. */
const char *part_timer(const struct model *m, const struct model_row *r, const struct stamp *now, char *out, size_t cap);
/* "PRODUCTION", or for a demo or drill what it is as well: "DEMO, not production". */
const char *part_place(const struct model *m, const struct model_incident *i, char *out, size_t cap);
/* "checkout-rollback of checkout, 42 -> 41". */
const char *part_what(const struct model_action *a, char *out, size_t cap);

#endif
