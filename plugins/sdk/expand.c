/* {{words}} filled in from a table of values.  The result is one word or path,
 * never parsed again: a value can hold anything without becoming syntax. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "sdk/sdk.h"

static bool put_value(struct buf *out, const char *name, size_t len, sdk_lookup_fn look, const void *ctx, struct fault *f)
{
	char key[128], room[64];
	while (len && *name == ' ')
		name++, len--;
	while (len && name[len - 1] == ' ')
		len--;
	if (!len || len >= sizeof key) {
		fault_set(f, STATUS_USAGE, "bad-word", "a {{word}} has no name or a very long one");
		return false;
	}
	memcpy(key, name, len);
	key[len] = '\0';
	const char *value = look(ctx, key, room, sizeof room);
	if (!value || !*value) {
		fault_set(f, STATUS_USAGE, "no-word", "there is nothing to fill in for {{%s}}", key);
		return false;
	}
	return buf_adds(out, value);
}

bool sdk_expand(struct buf *out, const char *tmpl, sdk_lookup_fn look, const void *ctx, struct fault *f)
{
	for (;;) {
		const char *open = strstr(tmpl, "{{");
		const char *close = open ? strstr(open, "}}") : NULL;
		if (!close)
			break;
		buf_add(out, tmpl, (size_t)(open - tmpl));
		if (!put_value(out, open + 2, (size_t)(close - open - 2), look, ctx, f))
			return false;
		tmpl = close + 2;
	}
	if (!buf_adds(out, tmpl)) {
		fault_set(f, STATUS_USAGE, "too-long", "a word is longer than %zu bytes when filled in", out->max);
		return false;
	}
	return true;
}

static const char *target_word(const struct json *v, char *room, size_t cap)
{
	if (json_type(v) == JSON_STRING)
		return json_str(v, NULL);
	if (json_type(v) != JSON_NUMBER)
		return NULL;
	struct buf b;
	struct jw w;
	buf_init(&b, cap - 1);
	jw_init(&w, &b);
	jw_num(&w, json_num(v, 0));
	(void)snprintf(room, cap, "%s", buf_str(&b));
	buf_release(&b);
	return room;
}

const char *sdk_action_word(const void *ctx, const char *name, char *room, size_t cap)
{
	const struct sdk_action *a = ctx;
	const struct { const char *name, *value; } words[] = {
		{"service", a->service}, {"name", a->name}, {"verb", a->verb}, {"environment", a->environment}, {"from", a->from},
		{"to", a->to}, {"by", a->by}, {"incident", a->incident}, {"reason", a->reason},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(words[i].name, name))
			return words[i].value;
	if (!strncmp(name, "target.", 7))
		return target_word(json_get(a->target, name + 7), room, cap);
	return NULL;
}

void sdk_quote(struct buf *out, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=@%+,-";
	if (*s && !s[strspn(s, plain)]) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '\'');
	for (; *s; s++)
		buf_adds(out, *s == '\'' ? "'\\''" : (char[]){*s, 0});
	buf_addc(out, '\'');
}
