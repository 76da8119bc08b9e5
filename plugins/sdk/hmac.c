/* HMAC-SHA256 (RFC 2104) over base's digest. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "sdk/inside.h"

#define BLOCK 64
#define PARTS_MAX 16

_Static_assert(SDK_HMAC_LEN == SHA_HEX, "it is one digest in hexadecimal");

void sdk_hmac(const char *key, const struct sdk_part *parts, size_t n, char out[SDK_HMAC_LEN])
{
	unsigned char pad[BLOCK] = {0}, digest[SHA_LEN];
	struct piece said[PARTS_MAX + 1] = {{pad, BLOCK}};
	size_t len = strlen(key);
	if (len > BLOCK)
		sha256(key, len, pad);
	else
		memcpy(pad, key, len);
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36;
	if (n > PARTS_MAX)
		abort(); /* a caller's fault: half of it must not be signed */
	for (size_t i = 0; i < n; i++)
		said[i + 1] = (struct piece){parts[i].data, parts[i].len};
	sha256_pieces(said, n + 1, digest);
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	const struct piece outer[] = {{pad, BLOCK}, {digest, sizeof digest}};
	sha256_pieces(outer, 2, digest);
	hex_print(digest, sizeof digest, out);
}
