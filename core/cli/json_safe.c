/* JSON for terminals. */
#include "config.h"

#include "base/text.h"
#include "cli/cli.h"
#include "cli/json_safe.h"

/* Beyond ASCII there is nothing in JSON but strings, so an escape is right wherever one is needed. */
static void add_one(struct buf *out, const char *s, size_t n, uint32_t cp)
{
	if (n && cp < 0x20)
		buf_addc(out, cp == '\n' ? '\n' : ' '); /* white space between values */
	else if (n && utf8_width(cp) > 0)
		buf_add(out, s, n);
	else if (cp > 0xffff)
		buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((cp - 0x10000) >> 10)), (unsigned)(0xdc00 + (cp & 0x3ff)));
	else
		buf_addf(out, "\\u%04x", (unsigned)cp);
}

void json_safe(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t plain = i;
		while (plain < len && (unsigned char)s[plain] >= 0x20 && (unsigned char)s[plain] < 0x7f)
			plain++;
		buf_add(out, s + i, plain - i);
		i = plain;
		if (i == len)
			return;
		uint32_t cp = 0xfffd;
		size_t n = utf8_next(s + i, len - i, &cp);
		add_one(out, s + i, n, n ? cp : 0xfffd);
		i += n ? n : 1;
	}
}

void json_out(const struct buf *b)
{
	struct buf safe;
	buf_init(&safe, (size_t)1 << 30);
	json_safe(&safe, buf_str(b), b->len);
	cli_out(&safe);
	buf_release(&safe);
}
