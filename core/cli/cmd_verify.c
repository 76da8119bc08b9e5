/* backout verify [PATH] [--head H] [--anchors F] [--deep] */
#include "config.h"

#include <stdlib.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/reading.h"
#include "feed/feed.h"
#include "journal/journal.h"

static void print_json(const struct verify_result *r, struct buf *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_obj(&w);
	jw_kbool(&w, "ok", r->ok);
	jw_kint(&w, "events", r->events);
	jw_kint(&w, "withheld", r->withheld);
	jw_kstr(&w, "head", *r->head ? r->head : NULL);
	if (!r->ok) {
		jw_key(&w, "first_bad");
		jw_obj(&w);
		jw_kint(&w, "seq", r->bad_seq);
		jw_kstr(&w, "what", r->bad_what);
		jw_obj_end(&w);
	}
	jw_key(&w, "anchors");
	jw_obj(&w);
	jw_kint(&w, "checked", r->anchors_checked);
	jw_kint(&w, "behind", r->anchors_behind);
	jw_kint(&w, "missing", r->anchors_missing);
	jw_obj_end(&w);
	jw_obj_end(&w);
	buf_addc(out, '\n');
}

static void print_text(const struct verify_result *r, struct buf *out)
{
	if (r->ok)
		buf_addf(out, "whole: %lld events, %lld bodies withheld\n", (long long)r->events, (long long)r->withheld);
	else if (r->bad_seq)
		buf_addf(out, "damaged: event %lld: %s\n", (long long)r->bad_seq, r->bad_what);
	else
		buf_addf(out, "damaged: %s\n", r->bad_what);
	if (r->anchors_checked)
		buf_addf(out, "anchors: %d held against it, %d ahead of its end, %d not in it\n", r->anchors_checked,
			r->anchors_behind, r->anchors_missing);
	else if (r->ok)
		buf_adds(out, "no head from outside was held against it: a cut tail or a rewritten whole would not show\n");
	if (*r->head)
		buf_addf(out, "head: %s\n", r->head);
}

/* --deep: what is whole must also fold. */
static enum status fold(const char *path, struct fault *f)
{
	struct model *m = NULL;
	enum status s = feed_fold(path, &m, NULL, NULL, f);
	model_free(m);
	return s;
}

static enum status verify(const struct cli *c, const char *path, const struct verify_options *o)
{
	struct verify_result r;
	struct fault f;
	enum status s = journal_verify(path, o, &r, &f);
	if (s == STATUS_OK && o->deep && (s = fold(path, &f)) != STATUS_OK)
		return cli_fail(c, s, &f);
	if (s != STATUS_OK && s != STATUS_NO)
		return cli_fail(c, s, &f);
	struct buf out;
	buf_init(&out, 65536);
	if (c->json)
		print_json(&r, &out);
	else
		print_text(&r, &out);
	cli_out(&out);
	buf_release(&out);
	return s;
}

enum status cmd_verify(struct cli *c)
{
	struct verify_options o = {0};
	struct fault f;
	(void)cli_option(c, "--head", &o.head);
	(void)cli_option(c, "--anchors", &o.anchors);
	o.deep = cli_option(c, "--deep", NULL);
	enum status s = cli_done(c, 0, 1);
	if (s != STATUS_OK)
		return s;
	struct buf path;
	struct client_paths *paths = mem_new(sizeof *paths);
	buf_init(&path, 8192);
	if (c->argc > 1)
		buf_adds(&path, c->argv[1]);
	else
		s = reading_store(c, &path, paths, &f);
	s = s == STATUS_OK ? verify(c, buf_str(&path), &o) : cli_fail(c, s, &f);
	buf_release(&path);
	free(paths);
	return s;
}
