/* Tokens printed, and read by whoever knows their format. */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "demo/token.h"

/* A key that is in the source protects nothing; the demo's users are not real either. */
#define DEMO_KEY "the demo's shop "

static void sign(const struct token *t, char out[17])
{
	char text[96];
	unsigned char sha[SHA_LEN];
	int n = snprintf(text, sizeof text, DEMO_KEY "%d %s %" PRIu64, (int)t->format, t->user, t->login);
	sha256(text, (size_t)n, sha);
	hex_print(sha, 8, out);
}

void token_print(const struct token *t, char *out, size_t cap)
{
	char sig[17];
	sign(t, sig);
	if (t->format == TOKEN_V1)
		snprintf(out, cap, "v1.%s.%" PRIu64 ".%s", t->user, t->login, sig);
	else
		snprintf(out, cap, "v2;u=%s;l=%" PRIu64 ";a=shop;s=%s", t->user, t->login, sig);
}

/* Text up to `stop` after `lead`; moves *s behind it. */
static bool field(const char **s, const char *lead, char stop, char *out, size_t cap)
{
	size_t len = strlen(lead);
	if (strncmp(*s, lead, len) != 0)
		return false;
	const char *end = strchr(*s + len, stop);
	if (!end || (size_t)(end - *s) - len >= cap)
		return false;
	memcpy(out, *s + len, (size_t)(end - *s) - len);
	out[(size_t)(end - *s) - len] = '\0';
	*s = stop ? end + 1 : end;
	return true;
}

bool token_read(const char *s, unsigned formats, struct token *out)
{
	char login[24], sig[32], right[17];
	bool v2 = !strncmp(s, "v2;", 3);
	*out = (struct token){.format = v2 ? TOKEN_V2 : TOKEN_V1};
	if (!(formats & 1U << out->format))
		return false;
	bool whole = v2
		? field(&s, "v2;u=", ';', out->user, sizeof out->user) && field(&s, "l=", ';', login, sizeof login) && field(&s, "a=shop;s=", '\0', sig, sizeof sig)
		: field(&s, "v1.", '.', out->user, sizeof out->user) && field(&s, "", '.', login, sizeof login) && field(&s, "", '\0', sig, sizeof sig);
	if (!whole)
		return false;
	out->login = strtoull(login, NULL, 10);
	sign(out, right);
	return !strcmp(sig, right);
}
