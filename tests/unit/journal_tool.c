/* Makes and checks journals for the tests that are scripts:
 *   journal_tool make PATH SEED N     a random journal of about N events
 *   journal_tool verify PATH [HEAD]   "whole SEQ HEAD" or "damaged SEQ WHAT"
 *   journal_tool raw PATH             what `log --raw` prints */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "journal/journal.h"

static unsigned long long rng;

static unsigned rnd(unsigned below)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(rng >> 33) % below;
}

static int die(const struct fault *f)
{
	fprintf(stderr, "journal_tool: %s\n", f->what);
	return 4;
}

/* Bodies with what a stranger may send: quotes, controls, wide and invisible characters, large numbers. */
static void random_body(struct draft *d)
{
	static const char *const words[] = {"a", "", "\"quoted\"\\", "line\nbreak\ttab", "\x1b[31mred", "\xe2\x80\xae" "bidi", "\xf0\x9f\x94\xa5 fire",
		"caf\xc3\xa9", "\xc2\x9b" "c1", "z\xcc\x81\xcc\x81\xcc\x81", "42", "null", "\xf3\xa0\x81\x81tag", "a:1,b,"};
	struct jw w;
	jw_init(&w, &d->body);
	jw_obj(&w);
	for (unsigned i = 0, n = rnd(5); i < n; i++) {
		char key[16];
		(void)snprintf(key, sizeof key, "k%u", i);
		switch (rnd(4)) {
		case 0: jw_kint(&w, key, (int64_t)rnd(1u << 30) * (int64_t)rnd(1u << 22)); break;
		case 1: jw_knum(&w, key, (double)rnd(1u << 30) / 7.0); break;
		case 2: jw_kbool(&w, key, rnd(2) != 0); break;
		case 3: jw_kstr(&w, key, words[rnd(sizeof words / sizeof *words)]); break;
		}
	}
	jw_obj_end(&w);
}

static int make(const char *path, const char *seed, const char *count)
{
	static const enum event_kind kinds[] = {EVENT_NOTE, EVENT_SAMPLES, EVENT_DEPLOY, EVENT_RUBRIC, EVENT_ACTION_FIRED, EVENT_REPORT};
	static const char *const actors[] = {"engine", "maya", "plugin:shop", "uid:1000", "\xc3\xa9l\xc3\xa9onore"};
	static const char *const incidents[] = {NULL, "INC-1", "INC-22", "1:,"};
	struct journal *j;
	struct fault f;
	struct now now = {.at = 1700000000000000, .mono = 77, .boot = "0d4b1e3c-0000-4000-8000-000000000001"};
	rng = strtoull(seed, NULL, 10);
	unsigned long n = strtoul(count, NULL, 10);
	if (journal_create(path, "demo", "production", "backout test", &now, &j, &f) != STATUS_OK)
		return die(&f);
	for (unsigned long done = 1; done < n;) {
		struct drafts ds = {0};
		int64_t first;
		for (unsigned k = rnd(6) + 1; k; k--, done++)
			random_body(drafts_add(&ds, kinds[rnd(6)], incidents[rnd(4)], actors[rnd(5)]));
		now.at += rnd(2000000);
		now.mono += rnd(2000000);
		if (journal_append(j, ds.v, ds.n, &now, &first, &f) != STATUS_OK)
			return die(&f);
		drafts_release(&ds);
	}
	journal_close(j);
	return 0;
}

static int verify(const char *path, const char *head)
{
	struct verify_options o = {.head = head, .deep = true};
	struct verify_result r;
	struct fault f;
	enum status s = journal_verify(path, &o, &r, &f);
	if (s == STATUS_OK)
		printf("whole %lld %s\n", (long long)r.events, r.head);
	else if (s == STATUS_NO)
		printf("damaged %lld %s\n", (long long)r.bad_seq, r.bad_what);
	else
		return die(&f);
	return (int)s;
}

static int raw(const char *path)
{
	struct journal *j;
	struct journal_cursor *c;
	struct event e;
	struct fault f;
	struct buf line;
	buf_init(&line, (size_t)1 << 26);
	if (journal_open_read(path, &j, &f) != STATUS_OK || journal_from(j, INT64_MIN, &c, &f) != STATUS_OK)
		return die(&f);
	while (journal_step(c, &e, &f) == STATUS_OK) {
		buf_reset(&line);
		event_print(&e, 1, &line);
		puts(buf_str(&line));
	}
	buf_release(&line);
	journal_cursor_free(c);
	journal_close(j);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "make") == 0)
		return make(argv[2], argv[3], argv[4]);
	if (argc >= 3 && strcmp(argv[1], "verify") == 0)
		return verify(argv[2], argc > 3 ? argv[3] : NULL);
	if (argc == 3 && strcmp(argv[1], "raw") == 0)
		return raw(argv[2]);
	return 2;
}
