/* Notifications: one typed function a kind, so that a plugin never spells a
 * protocol word. */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "sdk/inside.h"

static void note_begin(struct buf *b, struct jw *w, const char *method)
{
	buf_init(b, JSON_LINE_MAX);
	jw_init(w, b);
	jw_obj(w);
	jw_kstr(w, "jsonrpc", "2.0");
	jw_kstr(w, "method", method);
	jw_key(w, "params");
	jw_obj(w);
}

static void note_end(struct sdk *s, struct buf *b, struct jw *w)
{
	jw_obj_end(w);
	jw_obj_end(w);
	sdk_put_line(s, b, true);
	buf_release(b);
}

static void opt_str(struct jw *w, const char *key, const char *v)
{
	if (v && *v)
		jw_kstr(w, key, v);
}

static void opt_time(struct jw *w, const char *key, int64_t at)
{
	if (at)
		jw_ktime(w, key, at);
}

void sdk_deploy_print(struct jw *w, const struct sdk_deploy *d)
{
	jw_kstr(w, "service", d->service);
	opt_str(w, "place", d->place);
	jw_kstr(w, "version", d->version);
	opt_str(w, "previous", d->previous);
	opt_str(w, "by", d->by);
	opt_time(w, "at", d->at);
	opt_str(w, "strategy", d->strategy);
	jw_knum(w, "share", d->share);
	opt_str(w, "state", d->state);
	if (d->old >= 0 && d->new >= 0) {
		jw_key(w, "instances");
		jw_obj(w);
		jw_kint(w, "old", d->old);
		jw_kint(w, "new", d->new);
		jw_obj_end(w);
	}
	if (d->back) {
		jw_key(w, "back");
		jw_obj(w);
		jw_key(w, "safe");
		if (d->safe == SDK_SAFE_UNKNOWN)
			jw_null(w);
		else
			jw_bool(w, d->safe == SDK_SAFE_YES);
		opt_str(w, "why", d->why);
		opt_time(w, "since", d->since);
		jw_obj_end(w);
	}
	opt_str(w, "managed_by", d->managed_by);
}

void sdk_deploy(struct sdk *s, const struct sdk_deploy *d)
{
	struct buf b;
	struct jw w;
	note_begin(&b, &w, "deploy");
	sdk_deploy_print(&w, d);
	note_end(s, &b, &w);
}

void sdk_change(struct sdk *s, const struct sdk_change *c)
{
	struct buf b;
	struct jw w;
	note_begin(&b, &w, "change");
	opt_str(&w, "service", c->service);
	jw_kstr(&w, "what", c->what);
	jw_kstr(&w, "name", c->name);
	jw_kstr(&w, "from", c->from);
	jw_kstr(&w, "to", c->to);
	opt_str(&w, "by", c->by);
	opt_time(&w, "at", c->at);
	note_end(s, &b, &w);
}

static void value_begin(struct sdk_samples *m, struct jw *w, const char *service, const char *signal)
{
	if (m->n++)
		buf_addc(&m->b, ',');
	jw_init(w, &m->b);
	jw_obj(w);
	jw_kstr(w, "service", service);
	jw_kstr(w, "signal", signal);
}

void sdk_samples_begin(struct sdk_samples *m, int64_t at)
{
	struct jw w;
	m->n = 0;
	buf_init(&m->b, JSON_LINE_MAX);
	buf_adds(&m->b, "{\"jsonrpc\":\"2.0\",\"method\":\"samples\",\"params\":{\"at\":");
	jw_init(&w, &m->b);
	char text[INSTANT_LEN];
	jw_str(&w, instant_print(at, text));
	buf_adds(&m->b, ",\"values\":[");
}

void sdk_sample(struct sdk_samples *m, const char *service, const char *signal, double value, double n)
{
	struct jw w;
	if (!isfinite(value)) {
		sdk_sample_failed(m, service, signal, "the value is not a number");
		return;
	}
	value_begin(m, &w, service, signal);
	jw_knum(&w, "value", value);
	if (n >= 0 && isfinite(n))
		jw_knum(&w, "n", n);
	jw_obj_end(&w);
}

void sdk_sample_none(struct sdk_samples *m, const char *service, const char *signal)
{
	struct jw w;
	value_begin(m, &w, service, signal);
	jw_key(&w, "value");
	jw_null(&w);
	jw_obj_end(&w);
}

void sdk_sample_failed(struct sdk_samples *m, const char *service, const char *signal, const char *fmt, ...)
{
	char text[512];
	struct jw w;
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	value_begin(m, &w, service, signal);
	jw_key(&w, "value");
	jw_null(&w);
	jw_kstr(&w, "error", *text ? text : "failed");
	jw_obj_end(&w);
}

void sdk_samples_send(struct sdk *s, struct sdk_samples *m)
{
	buf_adds(&m->b, "]}}");
	if (m->n)
		sdk_put_line(s, &m->b, true);
	buf_release(&m->b);
}

void sdk_progress(struct sdk *s, double share, const char *fmt, ...)
{
	char text[1024];
	struct buf b;
	struct jw w;
	va_list ap;
	if (!s->op[0])
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	note_begin(&b, &w, "progress");
	jw_kstr(&w, "op", s->op);
	if (share >= 0)
		jw_knum(&w, "share", share);
	jw_kstr(&w, "text", text);
	note_end(s, &b, &w);
}

void sdk_log(struct sdk *s, const char *level, const char *fmt, ...)
{
	char text[1024];
	struct buf b;
	struct jw w;
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	note_begin(&b, &w, "log");
	jw_kstr(&w, "level", level);
	jw_kstr(&w, "text", text);
	note_end(s, &b, &w);
}
