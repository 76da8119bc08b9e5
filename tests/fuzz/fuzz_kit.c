/* A kit's files, in one input: "%%% PATH" on a line of its own begins the next
 * file; what comes before the first is kit.yaml.  Whatever is refused says
 * where and how to mend it; whatever is accepted has no holes, and comes out of
 * a snapshot as it went in. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kit/kit_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES_MAX 12
static const char *const folders[] = {"services/", "releases/", "data/", "comms/"};

static bool path_is_fine(const char *path)
{
	for (size_t i = 0; i < 4; i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0 && text_is_name(path + strlen(folders[i])))
			return true;
	return false;
}

/* Cuts `text` where it says so; a path that kit_read never makes ends the last file. */
static size_t cut(char *text, size_t size, struct kit_file *files)
{
	size_t n = 0;
	char *from = text;
	files[n++] = (struct kit_file){"kit.yaml", from, 0};
	for (char *p = text; n < FILES_MAX && (p = strstr(p, "\n%%% "));) {
		char *path = p + 5, *end = strchr(path, '\n');
		if (!end)
			break;
		*end = '\0';
		if (!path_is_fine(path))
			break;
		files[n - 1].len = (size_t)(p + 1 - files[n - 1].text);
		files[n++] = (struct kit_file){path, end + 1, 0};
		p = end + 1;
	}
	files[n - 1].len = size - (size_t)(files[n - 1].text - text);
	return n;
}

static bool is_clean(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s == 0x7f)
			return false;
	return true;
}

static void look_at_problems(const struct problems *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].line < 1 || p->v[i].column < 1 || !p->v[i].what[0] || !p->v[i].mend[0] || !is_clean(p->v[i].what) || !is_clean(p->v[i].mend)
			|| !utf8_valid(p->v[i].what, strlen(p->v[i].what)))
			abort();
}

static void look_at_kit(const struct kit *k)
{
	if (!k->name || !k->environment || k->n_reports < 1)
		abort();
	for (size_t i = 0; i < k->n_services; i++) {
		const struct kit_service *s = &k->services[i];
		if (!s->name || !s->tier || !s->owner || !s->on_call.n || kit_service(k, s->name) != s)
			abort();
		for (size_t j = 0; j < s->n_actions; j++)
			if (!s->actions[j].name || !s->actions[j].target || s->actions[j].timeout <= 0 || !s->actions[j].covers.n || s->actions[j].radius < s->radius)
				abort();
		for (size_t j = 0; j < s->n_signals; j++)
			if (!s->signals[j].query || s->signals[j].every <= 0 || s->signals[j].stale_after < s->signals[j].every)
				abort();
	}
	for (size_t i = 0; i < k->n_rows; i++)
		if (!k->rows[i].name || !k->rows[i].owner || !k->rows[i].when_text)
			abort();
}

static void pack(const struct kit *k, struct buf *out)
{
	struct jw w;
	buf_init(out, (size_t)64 << 20);
	jw_init(&w, out);
	kit_pack(k, &w);
	if (out->failed)
		abort();
}

static void through_a_snapshot(const struct kit *k)
{
	struct buf first, second;
	struct json_walk w;
	pack(k, &first);
	json_walk_init(&w, buf_str(&first), first.len);
	struct kit *again = kit_unpack(&w);
	if (!again || !json_walk_done(&w))
		abort();
	json_walk_release(&w);
	pack(again, &second);
	if (first.len != second.len || memcmp(buf_str(&first), buf_str(&second), first.len))
		abort();
	kit_free(again);
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kit_file files[FILES_MAX];
	struct problems p = {0};
	struct kit *k;
	char *text = malloc(size + 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	size_t n = cut(text, size, files);
	enum status s = kit_parse(files, n, &k, &p);
	if ((s == STATUS_OK) != (k != NULL) || (k != NULL) != (p.errors == 0))
		abort();
	look_at_problems(&p);
	if (k) {
		look_at_kit(k);
		through_a_snapshot(k);
	}
	kit_free(k);
	problems_release(&p);
	free(text);
	return 0;
}
