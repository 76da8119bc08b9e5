/* Posts to the webhook: whatever is sent, a request is whole, unfinished or
 * refused with a reason, the same however it is cut; and what a body tells is
 * within the bounds that the protocol sets. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "webhook/request.h"
#include "webhook/told.h"

#define BODY_MAX 4096
#define NOW INT64_C(1795482000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void faulty(const struct fault *f)
{
	must(f->code[0] && f->what[0] && f->mend[0]);
}

static void told(const char *body, size_t len)
{
	struct json *root = NULL;
	struct sdk_deploy d;
	struct sdk_change c;
	struct fault f;
	if (json_parse(body, len, BODY_MAX, &root, &f) != STATUS_OK)
		return;
	if (told_deploy(root, NOW, 0, &d, &f))
		must(text_is_name(d.service) && text_is_version(d.version) && d.share >= 0 && d.share <= 1 && d.at <= NOW && d.since <= NOW &&
			(!d.previous || text_is_version(d.previous)) && (!d.by || strlen(d.by) <= 1024) && (d.old < 0) == (d.new < 0));
	else
		faulty(&f);
	if (told_change(root, NOW, 0, &c, &f))
		must(*c.what && *c.name && strlen(c.name) <= 1024 && (!c.service || text_is_name(c.service)) && c.at <= NOW);
	else
		faulty(&f);
	json_free(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	struct request whole, part;
	struct fault f;
	int status = request_read(s, size, BODY_MAX, &whole, &f);
	must(status == 0 || status == 200 || (status >= 400 && status < 600));
	if (status && status != 200)
		faulty(&f);
	if (status == 200) {
		must(whole.head <= size && whole.length <= BODY_MAX && *whole.method && *whole.path == '/');
		must(request_read(s, whole.head, BODY_MAX, &part, &f) == 200 && part.length == whole.length && part.head == whole.head);
		must(request_read(s, whole.head - 1, BODY_MAX, &part, &f) == 0);
		told(s + whole.head, size - whole.head < whole.length ? size - whole.head : whole.length);
	}
	told(s, size);
	return 0;
}
