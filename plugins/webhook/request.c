/* Reading a request's head: the request line, then headers, each at most once
 * where it means something here. */
#include "config.h"

#include "webhook/request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum header { HEADER_LENGTH, HEADER_CODING, HEADER_EXPECT, HEADER_TIME, HEADER_SIGNATURE, HEADER_N };
static const char *const header_names[HEADER_N] = {
	"Content-Length", "Transfer-Encoding", "Expect", "X-Backout-Time", "X-Backout-Signature",
};

struct heads {
	char value[HEADER_N][96];
	bool seen[HEADER_N];
};

static int refuse(struct fault *f, int status, const char *what, const char *mend)
{
	fault_set(f, STATUS_USAGE, "bad-request", "%s", what);
	fault_mend(f, "%s", mend);
	return status;
}

static bool is_token(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* A piece of a line into room of its own; false where it does not fit. */
static bool piece(char *out, size_t cap, const char *s, size_t len)
{
	if (len >= cap)
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

/* METHOD SP PATH SP HTTP/1.x */
static int read_first(const char *s, size_t len, struct request *out, struct fault *f)
{
	size_t method = 0, path = 0;
	while (method < len && isupper((unsigned char)s[method]))
		method++;
	if (!method || method == len || s[method] != ' ' || !piece(out->method, sizeof out->method, s, method))
		return refuse(f, 400, "that is not an HTTP request", "send `POST /deploy HTTP/1.1` or `POST /change HTTP/1.1`");
	s += method + 1;
	len -= method + 1;
	while (path < len && (unsigned char)s[path] > ' ' && (unsigned char)s[path] < 0x7f)
		path++;
	if (!path || *s != '/' || path == len || s[path] != ' ')
		return refuse(f, 400, "the path cannot be read", "it begins with / and holds no blanks");
	if (!piece(out->path, sizeof out->path, s, path))
		return refuse(f, 414, "the path is longer than 255 bytes", "it is /deploy or /change");
	s += path + 1;
	len -= path + 1;
	if (len == 8 && (!memcmp(s, "HTTP/1.1", 8) || !memcmp(s, "HTTP/1.0", 8)))
		return 0;
	return refuse(f, 505, "only HTTP/1.1 is spoken here", "post with `curl --http1.1`");
}

static int read_header(const char *s, size_t len, struct heads *h, struct fault *f)
{
	size_t name = 0;
	while (name < len && is_token(s[name]))
		name++;
	if (!name || name == len || s[name] != ':')
		return refuse(f, 400, "a header cannot be read", "a header is `Name: value` on one line");
	const char *value = s + name + 1;
	size_t n = len - name - 1;
	for (; n && (*value == ' ' || *value == '\t'); value++)
		n--;
	while (n && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	for (int i = 0; i < HEADER_N; i++) {
		if (strlen(header_names[i]) != name || strncasecmp(header_names[i], s, name))
			continue;
		if (h->seen[i]) /* two lengths or two signatures: somebody would read the other one */
			return refuse(f, 400, "a header is there twice", "send each header once");
		h->seen[i] = true;
		if (!piece(h->value[i], sizeof h->value[i], value, n))
			return refuse(f, 431, "a header is too long", "docs/plugins.md says what each holds");
	}
	return 0;
}

static int read_length(const struct heads *h, size_t max_body, struct request *out, struct fault *f)
{
	const char *s = h->value[HEADER_LENGTH];
	if (h->seen[HEADER_CODING])
		return refuse(f, 411, "a body in pieces is not taken", "send it whole, with Content-Length");
	if (!h->seen[HEADER_LENGTH]) {
		if (strcmp(out->method, "POST") != 0)
			return 0;
		return refuse(f, 411, "there is no Content-Length", "send it with the length of the body");
	}
	if (!*s || strspn(s, "0123456789") != strlen(s))
		return refuse(f, 400, "Content-Length is no number", "it is the length of the body in bytes");
	for (; *s; s++) {
		out->length = out->length * 10 + (size_t)(*s - '0');
		if (out->length > max_body)
			return refuse(f, 413, "the body is too long", "send one deploy or change a request, or raise `max_body`");
	}
	return 0;
}

static int read_lines(const char *data, size_t head, struct heads *h, struct request *out, struct fault *f)
{
	const char *at = data, *end = data + head - 2; /* without the empty line */
	for (int n = 0; at < end; n++) {
		const char *cr = memchr(at, '\r', (size_t)(end - at));
		int bad = !cr || cr[1] != '\n' ? refuse(f, 400, "a line does not end in CR LF", "send HTTP/1.1") :
			n > REQUEST_LINES_MAX ? refuse(f, 431, "there are more than 64 headers", "leave out what is not needed") :
			n ? read_header(at, (size_t)(cr - at), h, f) : read_first(at, (size_t)(cr - at), out, f);
		if (bad)
			return bad;
		at = cr + 2;
	}
	return 0;
}

/* Where the head ends, 0 where its end has not come; control characters make it none at all. */
static size_t head_end(const char *data, size_t len, bool *out_clean)
{
	*out_clean = true;
	for (size_t i = 0; i < len && i < REQUEST_HEAD_MAX; i++) {
		unsigned char c = (unsigned char)data[i];
		if ((c < ' ' && !strchr("\r\n\t", c)) || !c || c == 0x7f) {
			*out_clean = false;
			return 0;
		}
		if (i >= 3 && !memcmp(data + i - 3, "\r\n\r\n", 4))
			return i + 1;
	}
	return 0;
}

int request_read(const char *data, size_t len, size_t max_body, struct request *out, struct fault *f)
{
	struct heads h = {0};
	bool clean;
	*out = (struct request){.head = head_end(data, len, &clean)};
	if (!clean || (len && !isupper((unsigned char)*data)))
		return refuse(f, 400, "that is not an HTTP request", "send `POST /deploy HTTP/1.1` or `POST /change HTTP/1.1`");
	if (!out->head && len < REQUEST_HEAD_MAX)
		return 0;
	if (!out->head)
		return refuse(f, 431, "the headers are longer than 8 KiB", "leave out what is not needed");
	int bad = read_lines(data, out->head, &h, out, f);
	if (!bad)
		bad = read_length(&h, max_body, out, f);
	if (bad)
		return bad;
	out->expects = h.seen[HEADER_EXPECT] && !strcasecmp(h.value[HEADER_EXPECT], "100-continue");
	(void)piece(out->signature, sizeof out->signature, h.value[HEADER_SIGNATURE], strlen(h.value[HEADER_SIGNATURE]));
	if (!piece(out->time, sizeof out->time, h.value[HEADER_TIME], strlen(h.value[HEADER_TIME])))
		return refuse(f, 400, "X-Backout-Time is too long", "write it as 2026-11-21T02:14:29Z");
	return 200;
}
