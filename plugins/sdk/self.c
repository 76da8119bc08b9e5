/* What the process knows of itself: its state, its secrets, and whether what it
 * performs was cancelled. */
#include "config.h"

#include <string.h>

#include "sdk/inside.h"

bool sdk_is_op(const char *s)
{
	return strlen(s) == 32 && strspn(s, "0123456789abcdefABCDEF") == 32;
}

void sdk_heard_cancel(struct sdk *s, const struct json *params)
{
	const char *op = json_get_str(params, "op", "");
	if (sdk_is_op(op))
		memcpy(s->cancelled, op, sizeof "0123456789abcdef0123456789abcdef");
}

bool sdk_cancelled(const struct sdk *s)
{
	return s->op[0] && !strcmp(s->op, s->cancelled);
}

void sdk_set_state(struct sdk *s, void *state)
{
	s->state = state;
}

void *sdk_state(const struct sdk *s)
{
	return s->state;
}

const char *sdk_secret(const struct sdk *s, const char *name)
{
	return json_str(json_get(s->secrets, name), NULL);
}
