/* What Alertmanager answered, read with distrust, and what the log is told of
 * it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "alertmanager/alertmanager.h"

const struct json *am_read(const struct http_got *got, enum json_type type, struct json **out_root, char *why, size_t cap)
{
	struct fault f = {.what = ""};
	char said[161];
	*out_root = NULL;
	if (got->error) {
		(void)snprintf(why, cap, "%s", got->error);
		return NULL;
	}
	if (got->status != 200) {
		(void)snprintf(said, sizeof said, "%s", got->body);
		said[strcspn(said, "\r\n")] = '\0';
		http_status_words(got->status, said, why, cap);
		return NULL;
	}
	if (json_parse(got->body, got->len, ANSWER_CAP + 1, out_root, &f) != STATUS_OK) {
		(void)snprintf(why, cap, "the answer is not JSON: %.200s", f.what);
		return NULL;
	}
	if (json_type(*out_root) == type)
		return *out_root;
	(void)snprintf(why, cap, "the answer is not Alertmanager's: see `url`");
	return NULL;
}

void am_told(struct am *a, const struct http_server *server, const char *why)
{
	bool *ill = &a->ill[server - a->servers.v];
	const char *name = *server->name ? server->name : server->url;
	if (why && !*ill)
		sdk_log(a->s, "error", "%s: %s", name, why);
	if (!why && *ill)
		sdk_log(a->s, "info", "%s answers again", name);
	*ill = why != NULL;
}
