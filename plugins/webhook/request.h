/* The head of one HTTP/1.1 request, read from bytes that anybody may have sent.
 * The server reads it once it is all there; nothing here knows a socket, a key
 * or a clock.  What is doubtful is refused, never guessed. */
#ifndef WEBHOOK_REQUEST_H
#define WEBHOOK_REQUEST_H

#include "sdk/sdk.h"

#define REQUEST_HEAD_MAX 8192
#define REQUEST_LINES_MAX 64

struct request {
	char method[16], path[256];
	char time[64], signature[96]; /* X-Backout-Time, X-Backout-Signature; "" where not sent */
	bool expects;                 /* the sender waits for a word before it sends the body */
	size_t head, length;          /* bytes of the head, and of the body that follows */
};

/* 0: more bytes are needed; 200: out is filled in; else the HTTP status it is refused with, and why. */
int request_read(const char *data, size_t len, size_t max_body, struct request *out, struct fault *f);

#endif
