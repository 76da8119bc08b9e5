/* What is signed, and the bounded table of what was taken. */
#include "config.h"

#include "webhook/sign.h"

#include <stdlib.h>
#include <string.h>

void sign(const char *key, const char *time, const char *method, const char *path, const char *body, size_t len, char out[SIGN_LEN])
{
	const struct sdk_part said[] = {
		{time, strlen(time)}, {"\n", 1}, {method, strlen(method)}, {" ", 1}, {path, strlen(path)}, {"\n", 1}, {body, len},
	};
	sdk_hmac(key, said, sizeof said / sizeof *said, out);
}

bool sign_equal(const char a[SIGN_LEN], const char b[SIGN_LEN])
{
	volatile unsigned differ = 0;
	for (size_t i = 0; i < SIGN_LEN; i++)
		differ |= (unsigned)(a[i] ^ b[i]);
	return !differ;
}

/* What an earlier process took is not known here: all of that was signed before now + ahead, so only what was not counts. */
void seen_init(struct seen *s, int64_t skew, int64_t ahead, size_t max, int64_t now)
{
	*s = (struct seen){.skew = skew, .max = max, .since = now + ahead};
}

void seen_release(struct seen *s)
{
	free(s->v);
	*s = (struct seen){0};
}

bool seen_has(const struct seen *s, const char sign[SIGN_LEN])
{
	for (size_t i = 0; i < s->n; i++)
		if (!memcmp(s->v[i].sign, sign, SIGN_LEN))
			return true;
	return false;
}

static void seen_drop(struct seen *s, int64_t now)
{
	size_t k = 0;
	for (size_t i = 0; i < s->n; i++) {
		struct seen_one *o = &s->v[i];
		if (o->at >= now - s->skew)
			s->v[k++] = *o;
		else if (o->at >= s->since) /* the clock may be set back: then it would be fresh again */
			s->since = o->at + 1;
	}
	s->n = k;
}

bool seen_full(struct seen *s, int64_t now)
{
	if (s->n >= s->max)
		seen_drop(s, now);
	return s->n >= s->max;
}

void seen_add(struct seen *s, int64_t at, const char sign[SIGN_LEN])
{
	struct seen_one *o = vec_push(s);
	o->at = at;
	memcpy(o->sign, sign, SIGN_LEN);
}
