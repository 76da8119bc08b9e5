/* The shop's session tokens.  Format v1 is what every service and every old
 * client can read; v2 is what auth 8.14.0 brings.  Pure. */
#ifndef DEMO_TOKEN_H
#define DEMO_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_format { TOKEN_V1 = 1, TOKEN_V2 = 2 };
struct token { enum token_format format; char user[32]; uint64_t login; };

/* "v1.USER.LOGIN.SIGNATURE" or "v2;u=USER;l=LOGIN;a=shop;s=SIGNATURE". */
void token_print(const struct token *t, char *out, size_t cap);
/* Read and check the signature; formats: bits 1 << TOKEN_V1 | 1 << TOKEN_V2 that this reader knows. */
bool token_read(const char *s, unsigned formats, struct token *out);

#endif
