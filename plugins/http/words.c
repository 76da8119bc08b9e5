/* What a status means to who wrote the kit, and text made fit for a URL: pure. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "http/http.h"

void http_status_words(long status, const char *said, char *out, size_t cap)
{
	static const struct { long status; const char *mend; } rows[] = {
		{301, "it sends elsewhere: name that place as `url`"}, {302, "it sends elsewhere: name that place as `url`"},
		{303, "it sends elsewhere: name that place as `url`"}, {307, "it sends elsewhere: name that place as `url`"},
		{308, "it sends elsewhere: name that place as `url`"}, {401, "it does not know us: see `user`, `token` and their secret"},
		{403, "it knows us and refuses"}, {404, "no such API there: see `url`"}, {429, "it is asked too often: make `every` longer"},
		{503, "it is not ready, or took too long"},
	};
	const char *mend = "";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].status == status)
			mend = rows[i].mend;
	(void)snprintf(out, cap, "HTTP %ld%s%s%s%.200s", status, *mend ? ", " : "", mend, said && *said ? ": " : "", said ? said : "");
}

void http_escape(struct buf *b, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("-._~", *p)) {
			buf_addc(b, (char)*p);
			continue;
		}
		buf_addc(b, '%');
		buf_addc(b, hex[*p >> 4]);
		buf_addc(b, hex[*p & 15]);
	}
}
