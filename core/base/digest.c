/* SHA-256 by libcrypto, and hexadecimal.  By the plain functions, not by EVP:
 * nothing of the library has to be started for them, and where its archive is
 * there they are all that the program holds of it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <openssl/sha.h>
#include <stdlib.h>

void sha256_pieces(const struct piece *p, size_t n, unsigned char out[SHA_LEN])
{
	SHA256_CTX ctx;
	bool good = SHA256_Init(&ctx) == 1;
	for (size_t i = 0; good && i < n; i++)
		good = !p[i].len || SHA256_Update(&ctx, p[i].data, p[i].len) == 1;
	if (!good || SHA256_Final(out, &ctx) != 1)
		abort(); /* no digest, no evidence: there is nothing to go on with */
}

void sha256(const void *data, size_t len, unsigned char out[SHA_LEN])
{
	struct piece p = {data, len};
	sha256_pieces(&p, 1, out);
}

void hex_print(const unsigned char *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * len] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool hex_parse(const char *s, unsigned char *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int hi = hex_value(s[2 * i]);
		int lo = hi < 0 ? -1 : hex_value(s[2 * i + 1]);
		if (lo < 0)
			return false;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	return s[2 * len] == '\0';
}
