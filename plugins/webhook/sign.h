/* Who may post: the holder of the key, now, once.  A signature is HMAC-SHA256
 * over time, method, path and body; those that were taken are remembered until
 * their time has passed, so that none counts twice.  Never holds more than
 * SEEN_MAX of them and never forgets one that could still be sent again. */
#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include "sdk/sdk.h"

#define SIGN_LEN SDK_HMAC_LEN
#define SEEN_MAX 16384

void sign(const char *key, const char *time, const char *method, const char *path, const char *body, size_t len,
	char out[SIGN_LEN]);
/* Takes as long for any two; a shorter one is filled up with NUL. */
bool sign_equal(const char a[SIGN_LEN], const char b[SIGN_LEN]);

struct seen_one {
	int64_t at; /* as it was signed */
	char sign[SIGN_LEN];
};
struct seen {
	struct seen_one *v;
	size_t n, cap, max;
	int64_t skew;
	int64_t since; /* what was signed before it is not taken: whether it came before, nobody knows any more */
};

/* ahead: nothing is taken that was signed later than so far in the future. */
void seen_init(struct seen *s, int64_t skew, int64_t ahead, size_t max, int64_t now);
void seen_release(struct seen *s);
bool seen_has(const struct seen *s, const char sign[SIGN_LEN]);
bool seen_full(struct seen *s, int64_t now); /* after those whose time has passed are dropped */
void seen_add(struct seen *s, int64_t at, const char sign[SIGN_LEN]);

#endif
