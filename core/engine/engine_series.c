/* The ask `samples`: what was recorded of a signal, read on a thread of the
 * pool with a connection of its own.  The loop never waits for it, a client has
 * one at a time, and most of the pool is left to what is urgent: the secrets of
 * a plugin that has to start. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"
#include "feed/series.h"

#define AT_ONCE 2                   /* of the four threads */
#define LONGEST (31 * US_DAY)
#define TAKES_US (2 * US_SECOND)
#define ANSWER_MAX ((size_t)1 << 20)

struct series_job {
	struct engine *e;
	struct series_job *next;
	struct peer *peer;          /* NULL: it left, or asks something else now */
	int64_t id;
	uv_work_t work;
	bool runs;
	atomic_bool stop;
	char *store, *service, *signal;
	struct series_ask ask;
	struct buf answer;
	enum status status;
	struct fault fault;
};

static void job_free(struct series_job *j)
{
	if (j->peer)
		j->peer->series = NULL;
	free(j->store);
	free(j->service);
	free(j->signal);
	buf_release(&j->answer);
	free(j);
}

static void unlink_job(struct series_job *j)
{
	for (struct series_job **at = &j->e->series; *at; at = &(*at)->next)
		if (*at == j) {
			*at = j->next;
			return;
		}
}

/* ---- on the thread: touches the job alone -------------------------------------------- */

/* Seconds are enough for a picture, and shorter. */
static void put_point(struct jw *w, const struct series_point *p)
{
	jw_arr(w);
	jw_int(w, p->at / US_SECOND);
	jw_num(w, p->min);
	jw_num(w, p->max);
	jw_num(w, p->last);
	jw_int(w, p->bad);
	jw_arr_end(w);
}

static void read_job(uv_work_t *work)
{
	struct series_job *j = work->data;
	struct series h;
	struct jw w;
	j->status = series_read(&j->ask, &h, &j->fault);
	jw_init(&w, &j->answer);
	jw_obj(&w);
	jw_kstr(&w, "service", j->service);
	jw_kstr(&w, "signal", j->signal);
	jw_ktime(&w, "from", j->ask.from);
	jw_ktime(&w, "to", j->ask.to);
	jw_key(&w, "points");
	jw_arr(&w);
	vec_each(const struct series_point, p, &h.points)
		put_point(&w, p);
	jw_arr_end(&w);
	jw_ktime(&w, "measured_from", h.since);
	jw_kbool(&w, "complete", h.complete);
	jw_obj_end(&w);
	series_release(&h);
}

/* ---- on the loop ---------------------------------------------------------------------- */

static void next_job(struct engine *e);

static void done(uv_work_t *work, int status)
{
	struct series_job *j = work->data;
	struct engine *e = j->e;
	e->series_runs--;
	unlink_job(j);
	if (j->peer && status)
		j->status = fault_set(&j->fault, STATUS_OUTSIDE, "not-read", "the journal could not be read now");
	if (j->peer && j->status)
		reply_fault(j->peer, j->id, j->status, &j->fault);
	else if (j->peer)
		reply_result(j->peer, j->id, buf_str(&j->answer), j->answer.len);
	job_free(j);
	next_job(e);
	engine_gone(e);
}

static void next_job(struct engine *e)
{
	for (struct series_job *j = e->series, *next; j && e->series_runs < AT_ONCE; j = next) {
		next = j->next;
		if (j->runs)
			continue;
		if (uv_queue_work(&e->loop, &j->work, read_job, done))
			return; /* the next one that ends tries again */
		j->runs = true;
		e->series_runs++;
		e->living++; /* the engine's end waits for it, as for a plugin */
	}
}

/* Nobody waits for this one any more; what reads it ends by itself. */
static void let_go(struct series_job *j)
{
	atomic_store(&j->stop, true);
	if (j->peer)
		j->peer->series = NULL;
	j->peer = NULL;
	if (j->runs)
		return;
	unlink_job(j);
	job_free(j);
}

void series_leave(struct peer *p)
{
	if (p->series)
		let_go(p->series);
}

void series_end(struct engine *e)
{
	for (struct series_job *j = e->series, *next; j; j = next) {
		next = j->next;
		let_go(j);
	}
}

/* A newer question takes the place of an older one, which is told so. */
static void replace(struct peer *p)
{
	struct fault f;
	if (!p->series)
		return;
	fault_set(&f, STATUS_NO, "replaced", "another time was asked for before this one was read");
	reply_fault(p, p->series->id, STATUS_NO, &f);
	series_leave(p);
}

void series_ask(struct peer *p, int64_t id, const struct json *params)
{
	struct fault f;
	const char *service = json_get_str(params, "service", ""), *signal = json_get_str(params, "signal", "");
	int64_t from = json_get_time(params, "from"), to = json_get_time(params, "to"), points = json_get_int(params, "points", 500);
	if (!text_is_name(service) || !text_is_name(signal) || from <= 0 || to <= from || to - from > LONGEST || points < 1 || points > SERIES_POINTS) {
		fault_set(&f, STATUS_USAGE, "bad-ask", "samples needs \"service\", \"signal\", and \"from\" before \"to\" within 31 days; \"points\" is 1 to %d", SERIES_POINTS);
		reply_fault(p, id, STATUS_USAGE, &f);
		return;
	}
	if (p->e->lost) {
		fault_set(&f, STATUS_OUTSIDE, "store-gone", "the store or its lock was deleted or replaced: nothing is read from it");
		reply_fault(p, id, STATUS_OUTSIDE, &f);
		return;
	}
	replace(p);
	struct series_job *j = mem_new(sizeof *j), **end = &p->e->series;
	*j = (struct series_job){.e = p->e, .peer = p, .id = id, .store = mem_str(p->e->store), .service = mem_str(service), .signal = mem_str(signal)};
	j->ask = (struct series_ask){.store = j->store, .service = j->service, .signal = j->signal, .from = from, .to = to,
		.points = (int)points, .most_us = TAKES_US, .late = p->e->model->kit ? p->e->model->kit->backfill + 2 * US_MINUTE : 0, .stop = &j->stop};
	j->work.data = j;
	buf_init(&j->answer, ANSWER_MAX);
	p->series = j;
	while (*end)
		end = &(*end)->next;
	*end = j;
	next_job(p->e);
	if (!p->e->series_runs && p->series == j) { /* no thread took it, and none will end that could */
		fault_set(&f, STATUS_OUTSIDE, "not-read", "the journal could not be read now");
		reply_fault(p, id, STATUS_OUTSIDE, &f);
		let_go(j);
	}
}
