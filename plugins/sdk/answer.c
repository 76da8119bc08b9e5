/* Answers: the text behind struct sdk_answer.  Whatever goes wrong while one is
 * made (too long, not an object) becomes an error that is taken for unknown,
 * never a success. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/inside.h"

static const char *const changed_names[] = {
	[SDK_NONE] = "none", [SDK_PARTIAL] = "partial", [SDK_FULL] = "full", [SDK_CHANGED_UNKNOWN] = "unknown",
};
static const char *const fate_names[] = {
	[SDK_FATE_DONE] = "done", [SDK_FATE_FAILED] = "failed", [SDK_FATE_RUNNING] = "running",
	[SDK_FATE_NOT_STARTED] = "not-started", [SDK_FATE_UNKNOWN] = "unknown",
};

#define ANSWER_MAX (JSON_LINE_MAX - 256) /* room for the envelope */

static void text_of(char *out, size_t cap, const char *fmt, va_list ap)
{
	if (vsnprintf(out, cap, fmt, ap) < 0)
		out[0] = '\0';
}

static struct sdk_answer error_text(enum sdk_code code, const char *text)
{
	struct buf b;
	struct jw w;
	buf_init(&b, ANSWER_MAX);
	buf_adds(&b, "\"error\":");
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kint(&w, "code", code);
	jw_kstr(&w, "message", text);
	jw_obj_end(&w);
	return (struct sdk_answer){buf_take(&b)};
}

/* `json` is an object; it is copied. */
static struct sdk_answer result_text(const struct buf *json)
{
	struct buf b;
	if (json->failed || json->len >= ANSWER_MAX)
		return error_text(SDK_UNSURE, "the answer would be longer than 1 MiB");
	buf_init(&b, JSON_LINE_MAX);
	buf_adds(&b, "\"result\":");
	buf_add(&b, json->data, json->len);
	return (struct sdk_answer){buf_take(&b)};
}

struct sdk_answer sdk_ok(void)
{
	return (struct sdk_answer){mem_str("\"result\":{}")};
}

struct sdk_answer sdk_result(struct buf *json)
{
	struct sdk_answer a = result_text(json);
	buf_release(json);
	return a;
}

struct sdk_answer sdk_error(enum sdk_code code, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	text_of(text, sizeof text, fmt, ap);
	va_end(ap);
	return error_text(code, text);
}

static struct sdk_answer outcome(const char *name, enum sdk_changed changed, const char *evidence, const char *detail)
{
	struct buf b;
	struct jw w;
	buf_init(&b, ANSWER_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kstr(&w, "outcome", name);
	jw_kstr(&w, "changed", changed_names[changed]);
	jw_kstr(&w, "detail", detail);
	if (evidence) {
		jw_key(&w, "evidence");
		jw_raw(&w, evidence, strlen(evidence));
	}
	jw_obj_end(&w);
	if (b.failed && evidence) { /* the outcome matters more than what proves it */
		buf_release(&b);
		return outcome(name, changed, "{\"left_out\":\"longer than 1 MiB\"}", detail);
	}
	return sdk_result(&b);
}

#define DETAIL(fmt) \
	char text[2048]; \
	va_list ap; \
	va_start(ap, fmt); \
	text_of(text, sizeof text, fmt, ap); \
	va_end(ap)

struct sdk_answer sdk_done(enum sdk_changed changed, const char *evidence, const char *fmt, ...)
{
	DETAIL(fmt);
	return outcome("done", changed, evidence, text);
}

struct sdk_answer sdk_failed(enum sdk_changed changed, const char *evidence, const char *fmt, ...)
{
	DETAIL(fmt);
	return outcome("failed", changed, evidence, text);
}

struct sdk_answer sdk_fate(enum sdk_fate fate, enum sdk_changed changed, const char *fmt, ...)
{
	DETAIL(fmt);
	return outcome(fate_names[fate], changed, NULL, text);
}

struct sdk_answer sdk_ready(struct sdk *s, const struct sdk_provides *p)
{
	struct buf b;
	struct jw w;
	buf_init(&b, ANSWER_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kint(&w, "protocol", 1);
	jw_kstr(&w, "name", s->plugin->name);
	jw_kstr(&w, "version", s->plugin->version);
	jw_key(&w, "provides");
	jw_obj(&w);
	jw_kbool(&w, "deploys", p->deploys);
	jw_kbool(&w, "signals", p->signals);
	jw_kbool(&w, "history", p->history);
	jw_kbool(&w, "discover", p->discover);
	jw_kbool(&w, "notify", p->notify);
	jw_key(&w, "verbs");
	jw_arr(&w);
	for (const char *const *v = p->verbs; v && *v; v++)
		jw_str(&w, *v);
	jw_arr_end(&w);
	jw_obj_end(&w);
	jw_kbool(&w, "idempotent", p->idempotent);
	jw_obj_end(&w);
	s->ready = true;
	return sdk_result(&b);
}

void sdk_preflight_init(struct sdk_preflight *p)
{
	*p = (struct sdk_preflight){.ready = true};
	buf_init(&p->effect, 4096);
	buf_init(&p->command, 8192);
	buf_init(&p->checks, 65536);
	buf_init(&p->current, 65536);
	buf_init(&p->not_undone, 65536);
}

static void comma(struct buf *b)
{
	if (b->len)
		buf_addc(b, ',');
}

/* Append one string to a list that is kept as JSON. */
static void list_add(struct buf *b, const char *text)
{
	struct jw w;
	comma(b);
	jw_init(&w, b);
	jw_str(&w, text);
}

void sdk_check(struct sdk_preflight *p, const char *name, bool ok, const char *fmt, ...)
{
	struct jw w;
	DETAIL(fmt);
	comma(&p->checks);
	jw_init(&w, &p->checks);
	jw_obj(&w);
	jw_kstr(&w, "name", name);
	jw_kbool(&w, "ok", ok);
	jw_kstr(&w, "detail", text);
	jw_obj_end(&w);
	p->ready = p->ready && ok;
}

void sdk_ran_here(struct sdk_preflight *p, const char *version)
{
	list_add(&p->current, version);
}

void sdk_not_undone(struct sdk_preflight *p, const char *fmt, ...)
{
	DETAIL(fmt);
	list_add(&p->not_undone, text);
}

static void put_list(struct jw *w, const char *key, const struct buf *items)
{
	jw_key(w, key);
	jw_arr(w);
	if (items->len)
		jw_raw(w, items->data, items->len);
	jw_arr_end(w);
}

struct sdk_answer sdk_preflight_end(struct sdk_preflight *p)
{
	struct buf b;
	struct jw w;
	buf_init(&b, ANSWER_MAX);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_kbool(&w, "ready", p->ready);
	jw_kstr(&w, "effect", buf_str(&p->effect));
	jw_kstr(&w, "command", buf_str(&p->command));
	if (p->from)
		jw_kstr(&w, "from", p->from);
	if (p->to)
		jw_kstr(&w, "to", p->to);
	if (p->expect)
		jw_kstr(&w, "expect", p->expect);
	if (p->managed_by)
		jw_kstr(&w, "managed_by", p->managed_by);
	put_list(&w, "current", &p->current);
	put_list(&w, "checks", &p->checks);
	put_list(&w, "not_undone", &p->not_undone);
	jw_obj_end(&w);
	bool failed = p->checks.failed || p->current.failed || p->not_undone.failed || p->effect.failed || p->command.failed;
	buf_release(&p->effect);
	buf_release(&p->command);
	buf_release(&p->checks);
	buf_release(&p->current);
	buf_release(&p->not_undone);
	if (failed) {
		buf_release(&b);
		return error_text(SDK_UNSURE, "the preflight is longer than fits a line");
	}
	return sdk_result(&b);
}

char *sdk_answer_take(struct sdk_answer a)
{
	if (!a.made)
		a = error_text(SDK_UNSURE, "the plugin made no answer");
	return a.made;
}
