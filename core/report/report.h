/* From a model to documents: the JSON and text of list, show, status, brief and
 * changes (contract, section 2).  Pure over model; printing is cli's. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "model/model.h"

void report_incident_json(const struct model *m, const struct model_incident *i, bool whole, const struct now *now, struct buf *out);
void report_incident_text(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out);
void report_list_json(const struct model *m, const struct now *now, struct buf *out);
void report_list_text(const struct model *m, const struct now *now, struct buf *out);
/* status: as standing_print prints it; format: line json tmux, and tmux-plain: without styles */
void report_status(const struct json *status, const char *format, struct buf *out);
/* Text for a tmux status line: no # of it is one of tmux's. */
void report_tmux(const char *text, struct buf *out);
void report_brief(const struct model *m, const struct model_incident *i, const struct now *now, struct buf *out);
void report_changes(const struct model *m, const char *service, int64_t since, bool json, const struct now *now, struct buf *out);

#endif
