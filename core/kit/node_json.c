/* Free parts of a kit (config, target, secrets, contact) as canonical JSON:
 * keys sorted by bytes, scalars read as the YAML 1.2 core schema reads them. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "kit/node.h"

#define JSON_PART_MAX ((size_t)256 << 10) /* an action's target travels in a line of 1 MiB */

static bool is_among(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, words[i]) == 0)
			return true;
	return false;
}

/* [-+]? digits [. digits] [e digits]: what the core schema calls a number. */
static bool looks_like_number(const char *s, bool *out_whole)
{
	size_t n;
	s += *s == '-' || *s == '+';
	*out_whole = true;
	size_t before = strspn(s, "0123456789");
	s += before;
	if (*s == '.') {
		*out_whole = false;
		n = strspn(s + 1, "0123456789");
		if (before + n == 0)
			return false;
		s += 1 + n;
	} else if (before == 0) {
		return false;
	}
	if (*s == 'e' || *s == 'E') {
		*out_whole = false;
		s++;
		s += *s == '-' || *s == '+';
		n = strspn(s, "0123456789");
		if (n == 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

/* 1.10, 007 and numbers beyond 2^53 would come out as something else than was
 * written; a version that changes on the way is how the wrong one is deployed. */
static bool number_keeps(const char *text, bool whole, double v)
{
	struct buf b;
	struct jw w;
	if (!whole && strpbrk(text, "eE"))
		return true;
	buf_init(&b, 64);
	jw_init(&w, &b);
	jw_num(&w, v);
	bool same = strcmp(buf_str(&b), text + (*text == '+')) == 0;
	buf_release(&b);
	return same;
}

static void put_number(struct jw *w, const struct node *n, bool whole, struct problems *p)
{
	double v = strtod(n->text, NULL);
	if (!isfinite(v) || (whole && fabs(v) > 9007199254740992.0)) {
		mend_with(complain(p, n->at, PROBLEM_ERROR, "the number %.40s is too large", n->text), "quote it to make it a text");
		jw_null(w);
		return;
	}
	if (!number_keeps(n->text, whole, v)) {
		struct problem *new = complain(p, n->at, PROBLEM_WARNING, "%.40s is taken as a number and loses its spelling", n->text);
		mend_with(new, "quote it: \"%.40s\"", n->text);
	}
	jw_num(w, v);
}

static void put_scalar(struct jw *w, const struct node *n, struct problems *p)
{
	static const char *const yes[] = {"true", "True", "TRUE"}, *const no[] = {"false", "False", "FALSE"};
	static const char *const none[] = {"null", "Null", "NULL", "~", ""};
	bool whole;
	if (!n->plain)
		jw_str(w, n->text);
	else if (is_among(n->text, yes, 3) || is_among(n->text, no, 3))
		jw_bool(w, is_among(n->text, yes, 3));
	else if (is_among(n->text, none, 5))
		jw_null(w);
	else if (looks_like_number(n->text, &whole))
		put_number(w, n, whole, p);
	else
		jw_str(w, n->text);
}

static int by_key(const void *a, const void *b)
{
	const struct child *const *x = a, *const *y = b;
	return strcmp((*x)->key, (*y)->key);
}

static void put_node(struct jw *w, const struct node *n, struct problems *p);

static void put_map(struct jw *w, const struct node *n, struct problems *p)
{
	const struct child **sorted = mem_grow(NULL, n->n + 1, sizeof *sorted);
	for (size_t i = 0; i < n->n; i++)
		sorted[i] = &n->v[i];
	qsort(sorted, n->n, sizeof *sorted, by_key);
	jw_obj(w);
	for (size_t i = 0; i < n->n; i++) {
		jw_key(w, sorted[i]->key);
		put_node(w, sorted[i]->node, p);
	}
	jw_obj_end(w);
	free(sorted);
}

static void put_node(struct jw *w, const struct node *n, struct problems *p)
{
	switch (n->kind) {
	case NODE_SCALAR:
		put_scalar(w, n, p);
		return;
	case NODE_MAP:
		put_map(w, n, p);
		return;
	case NODE_LIST:
		jw_arr(w);
		for (size_t i = 0; i < n->n; i++)
			put_node(w, n->v[i].node, p);
		jw_arr_end(w);
		return;
	}
}

const char *node_json(struct arena *a, const struct node *n, struct problems *p)
{
	struct buf b;
	struct jw w;
	const char *out = NULL;
	buf_init(&b, JSON_PART_MAX);
	jw_init(&w, &b);
	put_node(&w, n, p);
	if (b.failed)
		mend_with(complain(p, n->at, PROBLEM_ERROR, "this part is larger than 256 KiB"), "keep large things in files of their own");
	else
		out = arena_strn(a, buf_str(&b), b.len);
	buf_release(&b);
	return out;
}
