/* SHA-256 and hexadecimal.  Only digest.c knows libcrypto. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define SHA_LEN 32
#define SHA_HEX 65 /* with the NUL */

void sha256(const void *data, size_t len, unsigned char out[SHA_LEN]);
/* Digest of several pieces one after the other. */
struct piece {
	const void *data;
	size_t len;
};
void sha256_pieces(const struct piece *p, size_t n, unsigned char out[SHA_LEN]);
void hex_print(const unsigned char *data, size_t len, char *out); /* 2*len + NUL */
bool hex_parse(const char *s, unsigned char *out, size_t len);    /* exactly len bytes */

#endif
