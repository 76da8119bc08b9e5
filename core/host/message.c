/* Lines from strangers, judged. */
#include "host/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static enum status bad(struct fault *f, const char *what)
{
	fault_set(f, STATUS_NO, "protocol", "%s", what);
	fault_mend(f, "standard output is for the protocol only: one JSON-RPC 2.0 message a line (docs/protocol.md)");
	return STATUS_NO;
}

static enum status read_notification(struct message *m, struct fault *f)
{
	m->method = json_str(json_get(m->root, "method"), NULL);
	m->params = json_get(m->root, "params");
	if (!m->method)
		return bad(f, "sent a method that is no string");
	if (json_get(m->root, "id"))
		return bad(f, "sent a request: only the engine asks");
	if (m->params && json_type(m->params) != JSON_OBJECT)
		return bad(f, "sent a notification whose params are no object");
	return STATUS_OK;
}

static enum status read_answer(struct message *m, struct fault *f)
{
	const struct json *error = json_get(m->root, "error");

	m->id = json_int(json_get(m->root, "id"), 0);
	m->result = json_get(m->root, "result");
	if (m->id <= 0)
		return bad(f, "sent an answer without an id of ours");
	if (!m->result == !error)
		return bad(f, "sent an answer that is not either result or error");
	if (m->result)
		return STATUS_OK;
	int64_t code = json_int(json_get(error, "code"), 0);
	if (code < INT32_MIN || code >= 0)
		return bad(f, "sent an error without a code below 0");
	m->error_code = (int)code;
	m->error_message = json_get_str(error, "message", "");
	return STATUS_OK;
}

enum status message_read(const char *line, size_t len, struct message *out, struct fault *f)
{
	struct fault why;

	memset(out, 0, sizeof *out);
	if (json_parse(line, len, JSON_LINE_MAX, &out->root, &why) != STATUS_OK) {
		out->root = NULL;
		fault_set(f, STATUS_NO, "protocol", "sent what is no message: %s", why.what);
		return STATUS_NO;
	}
	const char *version = json_get_str(out->root, "jsonrpc", "2.0");
	enum status s;
	if (json_type(out->root) == JSON_ARRAY)
		s = bad(f, "sent a batch");
	else if (json_type(out->root) != JSON_OBJECT)
		s = bad(f, "sent a value that is no message");
	else if (strcmp(version, "2.0") != 0)
		s = bad(f, "speaks another JSON-RPC than 2.0");
	else if (json_get(out->root, "method"))
		s = read_notification(out, f);
	else
		s = read_answer(out, f);
	if (s != STATUS_OK)
		message_release(out);
	return s;
}

void message_release(struct message *m)
{
	json_free(m->root);
	m->root = NULL;
}

/* ---- manifest --------------------------------------------------------------------------- */

enum { VERBS_MAX = 64 };

static enum status verbs_read(const struct json *verbs, struct host_manifest *out, struct fault *f)
{
	struct { char **v; size_t n, cap; } list = { 0 };
	enum status s = STATUS_OK;

	if (verbs && json_type(verbs) != JSON_ARRAY)
		return bad(f, "provides verbs that are no list");
	for (const struct json *v = json_first(verbs); v && s == STATUS_OK; v = json_next(v)) {
		const char *verb = json_str(v, "");
		if (!text_is_name(verb) || list.n == VERBS_MAX)
			s = bad(f, "provides a verb that is no name, or more than 64");
		else
			*vec_push(&list) = mem_str(verb);
	}
	out->verbs = list.v;
	out->n_verbs = list.n;
	return s;
}

enum status manifest_read(const struct json *result, struct host_manifest *out, struct fault *f)
{
	const struct json *p = json_get(result, "provides");
	const char *name = json_get_str(result, "name", ""), *version = json_get_str(result, "version", "");
	int64_t protocol = json_get_int(result, "protocol", 0);

	memset(out, 0, sizeof *out);
	if (protocol != 1) {
		fault_set(f, STATUS_NO, "protocol", "does not speak protocol 1 (it says %lld)", (long long)protocol);
		fault_mend(f, "use a version of the plugin that was made for this backout");
		return STATUS_NO;
	}
	if (!*name || !*version || json_type(p) != JSON_OBJECT)
		return bad(f, "answered initialize without name, version and provides");
	text_clean(out->name, sizeof out->name, name, strlen(name), 64);
	text_clean(out->version, sizeof out->version, version, strlen(version), 64);
	out->deploys = json_get_bool(p, "deploys", false);
	out->signals = json_get_bool(p, "signals", false);
	out->history = json_get_bool(p, "history", false);
	out->discover = json_get_bool(p, "discover", false);
	out->notify = json_get_bool(p, "notify", false);
	out->idempotent = json_get_bool(result, "idempotent", false);
	return verbs_read(json_get(p, "verbs"), out, f);
}

void manifest_release(struct host_manifest *m)
{
	for (size_t i = 0; i < m->n_verbs; i++)
		free(m->verbs[i]);
	free(m->verbs);
	memset(m, 0, sizeof *m);
}
