/* What a line from a plugin is: an answer, a notification, or a breach of the
 * protocol with the words for it; and what the answer to initialize says.
 * Pure; used by host_plugin and by the conformance check. */
#ifndef HOST_MESSAGE_H
#define HOST_MESSAGE_H

#include <stddef.h>

#include "host/host.h"

struct message {
	struct json *root;          /* message_release */
	const char *method;         /* NULL: an answer */
	const struct json *params;  /* of a notification: an object or NULL */
	int64_t id;                 /* of an answer */
	const struct json *result;  /* or, where NULL: */
	int error_code;
	const char *error_message;
};
/* STATUS_NO where the line breaks the protocol; the fault says how ("sent ..."). */
enum status message_read(const char *line, size_t len, struct message *out, struct fault *f);
void message_release(struct message *m);

/* The manifest from initialize's result; STATUS_NO with words where it is not one.  Owned: manifest_release. */
enum status manifest_read(const struct json *result, struct host_manifest *out, struct fault *f);
void manifest_release(struct host_manifest *m);

#endif
