/* What every check of the conformance test stands on: a verdict in words, and
 * a process that is started, asked and ended. */
#include "config.h"

#include "host/checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum conform_verdict exam_say(struct exam *e, enum conform_verdict v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->detail, sizeof e->detail, fmt, ap);
	va_end(ap);
	return v;
}

void exam_end(struct exam *e)
{
	if (e->alive)
		probe_end(&e->probe);
	e->alive = false;
}

bool exam_start(struct exam *e)
{
	struct fault f;

	exam_end(e);
	e->alive = probe_start(&e->probe, e->spec->argv, e->spec->cwd, &e->sins, &f) == STATUS_OK;
	if (!e->alive)
		exam_say(e, CONFORM_FAILED, "%.250s", f.what);
	return e->alive;
}

bool exam_ask(struct exam *e, const char *method, const char *params, const char *extra, int64_t ms, struct message *out)
{
	int64_t most = e->spec->patience_ms;

	if (most && ms > most)
		ms = most;
	switch (probe_ask(&e->probe, method, params, extra, ms, out)) {
	case PROBE_ANSWER:
		return true;
	case PROBE_LATE:
		exam_say(e, CONFORM_FAILED, "no answer to %s within %.1f s", method, (double)ms / 1000);
		break;
	case PROBE_DEAD:
		exam_say(e, CONFORM_FAILED, "no answer to %s: it ended%s%.120s", method, e->probe.last_words[0] ? ", saying: " : "", e->probe.last_words);
		break;
	}
	exam_end(e);
	return false;
}

void exam_initialize_params(const struct exam *e, bool acting, int protocol, struct buf *out)
{
	struct jw w;

	jw_init(&w, out);
	jw_obj(&w);
	jw_kint(&w, "protocol", protocol);
	jw_kstr(&w, "mode", acting ? "act" : "watch");
	jw_kstr(&w, "backend", "check");
	jw_kstr(&w, "environment", "conformance");
	jw_key(&w, "config");
	jw_raw(&w, e->spec->config ? e->spec->config : "{}", strlen(e->spec->config ? e->spec->config : "{}"));
	jw_key(&w, "secrets");
	jw_raw(&w, e->spec->secrets ? e->spec->secrets : "{}", strlen(e->spec->secrets ? e->spec->secrets : "{}"));
	jw_obj_end(&w);
}

bool exam_begin(struct exam *e, bool acting)
{
	struct message m;
	struct buf b;

	if (!exam_start(e))
		return false;
	buf_init(&b, JSON_LINE_MAX);
	exam_initialize_params(e, acting, 1, &b);
	bool answered = exam_ask(e, "initialize", buf_str(&b), NULL, 10000, &m);
	buf_release(&b);
	if (!answered)
		return false;
	struct fault f;
	bool well = m.result != NULL;
	if (!well) {
		exam_say(e, CONFORM_FAILED, "initialize was refused (%d): %.200s", m.error_code, m.error_message);
	} else if (!e->knows) {
		well = e->knows = manifest_read(m.result, &e->manifest, &f) == STATUS_OK;
		if (!well) {
			manifest_release(&e->manifest);
			exam_say(e, CONFORM_FAILED, "it %.250s", f.what);
		}
	}
	message_release(&m);
	e->acting = acting;
	if (!well)
		exam_end(e);
	return well;
}
