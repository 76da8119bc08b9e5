/* SHA-256 by libcrypto, and hexadecimal. */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* One context for a thread's life: making one costs more than a short digest. */
static _Thread_local EVP_MD_CTX *ctx;
static _Thread_local EVP_MD *md;

void sha256_thread_end(void)
{
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	ctx = NULL;
	md = NULL;
}

void sha256_pieces(const struct piece *p, size_t n, unsigned char out[SHA_LEN])
{
	if (!ctx && (ctx = EVP_MD_CTX_new()) != NULL && (md = EVP_MD_fetch(NULL, "SHA256", NULL)) != NULL)
		(void)EVP_DigestInit_ex2(ctx, md, NULL);
	if (!ctx || EVP_DigestInit_ex2(ctx, NULL, NULL) != 1)
		abort(); /* no digest, no evidence: there is nothing to go on with */
	for (size_t i = 0; i < n; i++)
		if (p[i].len && EVP_DigestUpdate(ctx, p[i].data, p[i].len) != 1)
			abort();
	if (EVP_DigestFinal_ex(ctx, out, NULL) != 1)
		abort();
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
