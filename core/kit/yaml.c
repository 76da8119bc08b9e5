/* libyaml's events put together into nodes, with every limit that a file from
 * a stranger needs: size of what aliases expand to, depth, one document, no
 * tags, no doubled keys.  Only this file knows libyaml. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "kit/node.h"

#define ANCHORS_MAX 256

struct anchor { const char *name; const struct node *node; };
struct children { struct child *v; size_t n, cap; };
struct reader {
	yaml_parser_t parser;
	struct arena *arena, *trees;
	const char *path, *text;
	size_t len;
	size_t *budget;
	struct problems *problems;
	struct anchor anchors[ANCHORS_MAX];
	size_t n_anchors;
};

static struct place place_of(const struct reader *r, const yaml_mark_t *m)
{
	return (struct place){r->path, (int)m->line + 1, (int)m->column + 1};
}

static bool refuse(struct reader *r, struct place at, const char *what, const char *mend)
{
	mend_with(complain(r->problems, at, PROBLEM_ERROR, "%s", what), "%s", mend);
	return false;
}

/* The reader below the scanner gives an offset and no mark. */
static struct place place_of_offset(const struct reader *r, size_t offset)
{
	struct place at = {r->path, 1, 1};
	for (size_t i = 0; i < offset && i < r->len; i++) {
		unsigned char ch = (unsigned char)r->text[i];
		at.line += ch == '\n';
		at.column = ch == '\n' ? 1 : at.column + ((ch & 0xC0) != 0x80);
	}
	return at;
}

static struct place place_of_fault(const struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	if (p->error == YAML_READER_ERROR)
		return place_of_offset(r, p->problem_offset);
	return place_of(r, p->problem_mark.line || p->problem_mark.column ? &p->problem_mark : &p->mark);
}

static bool next_event(struct reader *r, yaml_event_t *e)
{
	if (yaml_parser_parse(&r->parser, e))
		return true;
	const yaml_parser_t *p = &r->parser;
	struct problem *new = complain(r->problems, place_of_fault(r), PROBLEM_ERROR, "not YAML: %s%s%s", p->problem ? p->problem : "cannot be read",
		p->context ? " " : "", p->context ? p->context : "");
	if (p->problem && strstr(p->problem, "tab"))
		mend_with(new, "indent with spaces");
	else if (p->problem && strstr(p->problem, "control"))
		mend_with(new, "take the control character out");
	else
		mend_with(new, "look at this line and the one above: a quote, bracket, colon or the indentation");
	return false;
}

/* ---- nodes ---------------------------------------------------------------------- */

static struct node *node_new(struct reader *r, enum node_kind kind, struct place at)
{
	if (*r->budget == 0) {
		refuse(r, at, "the kit holds more than a million values", "split it into several kits");
		return NULL;
	}
	--*r->budget;
	struct node *n = arena_alloc(r->trees, sizeof *n);
	*n = (struct node){.kind = kind, .at = at, .text = "", .size = 1, .height = 1};
	return n;
}

static bool anchor_add(struct reader *r, const yaml_char_t *name, const struct node *n)
{
	if (!name)
		return true;
	if (r->n_anchors == ANCHORS_MAX)
		return refuse(r, n->at, "more than 256 anchors in one file", "use `defaults` in kit.yaml instead");
	r->anchors[r->n_anchors++] = (struct anchor){arena_str(r->arena, (const char *)name), n};
	return true;
}

/* An alias shares the node; it is paid for as if it had been written out. */
static const struct node *alias_node(struct reader *r, const yaml_event_t *e, int depth)
{
	struct place at = place_of(r, &e->start_mark);
	const struct node *n = NULL;
	for (size_t i = r->n_anchors; i > 0 && !n; i--)
		if (strcmp(r->anchors[i - 1].name, (const char *)e->data.alias.anchor) == 0)
			n = r->anchors[i - 1].node;
	if (!n) {
		refuse(r, at, "this alias has no anchor before it", "write &name at the value that is meant");
		return NULL;
	}
	if (n->size > *r->budget || depth + n->height > DEPTH_MAX) {
		refuse(r, at, "the aliases expand to more than a kit may hold", "write the values out, or use `defaults` in kit.yaml");
		return NULL;
	}
	*r->budget -= n->size;
	return n;
}

static const struct node *scalar_node(struct reader *r, const yaml_event_t *e)
{
	struct node *n = node_new(r, NODE_SCALAR, place_of(r, &e->start_mark));
	if (!n)
		return NULL;
	if (memchr(e->data.scalar.value, 0, e->data.scalar.length)) {
		refuse(r, n->at, "a text holds the character NUL", "take the \\0 out");
		return NULL;
	}
	yaml_scalar_style_t style = e->data.scalar.style;
	n->text = arena_strn(r->arena, (const char *)e->data.scalar.value, e->data.scalar.length);
	n->plain = style == YAML_PLAIN_SCALAR_STYLE;
	n->quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return n;
}

/* ---- maps and lists ---------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	const struct child *x = *(const struct child *const *)a, *y = *(const struct child *const *)b;
	int d = strcmp(x->key, y->key);
	return d != 0 ? d : (x > y) - (x < y);
}

/* The second of two equal keys is the mistake; sorting keeps a hostile file linear. */
static void refuse_doubles(struct reader *r, const struct children *c)
{
	if (c->n < 2)
		return;
	const struct child **sorted = mem_grow(NULL, c->n, sizeof *sorted);
	for (size_t i = 0; i < c->n; i++)
		sorted[i] = &c->v[i];
	qsort(sorted, c->n, sizeof *sorted, by_key);
	for (size_t i = 1; i < c->n; i++) {
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0)
			continue;
		struct problem *p = complain(r->problems, sorted[i]->at, PROBLEM_ERROR, "the key `%s` is here twice", sorted[i]->key);
		mend_with(p, "keep one of them; the first is in line %d", sorted[i - 1]->at.line);
	}
	free(sorted);
}

static const struct node *read_node(struct reader *r, yaml_event_t *e, int depth);

static const struct node *read_next(struct reader *r, int depth)
{
	yaml_event_t e;
	if (!next_event(r, &e))
		return NULL;
	const struct node *n = read_node(r, &e, depth);
	yaml_event_delete(&e);
	return n;
}

/* One key and its value behind `c`; *out_end where the map is over. */
static bool read_pair(struct reader *r, struct children *c, int depth, bool *out_end)
{
	yaml_event_t e;
	if (!next_event(r, &e))
		return false;
	*out_end = e.type == YAML_MAPPING_END_EVENT;
	const struct node *key = *out_end ? NULL : read_node(r, &e, depth);
	yaml_event_delete(&e);
	if (*out_end)
		return true;
	if (!key)
		return false;
	if (key->kind != NODE_SCALAR)
		return refuse(r, key->at, "a key must be one word", "quote it, or take the brackets away");
	const struct node *value = read_next(r, depth);
	if (!value)
		return false;
	struct child *new = vec_push(c);
	*new = (struct child){key->text, key->at, value};
	return true;
}

static bool read_item(struct reader *r, struct children *c, int depth, bool *out_end)
{
	yaml_event_t e;
	if (!next_event(r, &e))
		return false;
	*out_end = e.type == YAML_SEQUENCE_END_EVENT;
	const struct node *item = *out_end ? NULL : read_node(r, &e, depth);
	yaml_event_delete(&e);
	if (*out_end)
		return true;
	if (!item)
		return false;
	struct child *new = vec_push(c);
	*new = (struct child){NULL, item->at, item};
	return true;
}

static void adopt(struct reader *r, struct node *n, const struct children *c)
{
	n->n = c->n;
	n->v = arena_alloc(r->trees, c->n * sizeof *c->v + 1);
	if (c->n)
		memcpy(n->v, c->v, c->n * sizeof *c->v);
	for (size_t i = 0; i < c->n; i++) {
		n->size += c->v[i].node->size;
		if (c->v[i].node->height >= n->height)
			n->height = c->v[i].node->height + 1;
	}
}

static const struct node *group_node(struct reader *r, const yaml_event_t *e, enum node_kind kind, int depth)
{
	struct children c = {0};
	bool end = false, good = true;
	struct node *n = node_new(r, kind, place_of(r, &e->start_mark));
	if (!n)
		return NULL;
	if (depth >= DEPTH_MAX) {
		refuse(r, n->at, "nested more than 32 levels deep", "a kit needs far fewer");
		return NULL;
	}
	while (good && !end)
		good = kind == NODE_MAP ? read_pair(r, &c, depth + 1, &end) : read_item(r, &c, depth + 1, &end);
	if (good && kind == NODE_MAP)
		refuse_doubles(r, &c);
	if (good)
		adopt(r, n, &c);
	vec_release(&c);
	return good ? n : NULL;
}

static bool tag_free(struct reader *r, const yaml_event_t *e, const yaml_char_t *tag)
{
	return !tag || refuse(r, place_of(r, &e->start_mark), "a kit uses no tags (!…)", "take the tag out; quote what must be text");
}

static const struct node *read_node(struct reader *r, yaml_event_t *e, int depth)
{
	const struct node *n = NULL;
	const yaml_char_t *anchor = NULL;
	if (e->type == YAML_ALIAS_EVENT)
		return alias_node(r, e, depth);
	if (e->type == YAML_SCALAR_EVENT && tag_free(r, e, e->data.scalar.tag)) {
		anchor = e->data.scalar.anchor;
		n = scalar_node(r, e);
	} else if (e->type == YAML_MAPPING_START_EVENT && tag_free(r, e, e->data.mapping_start.tag)) {
		anchor = e->data.mapping_start.anchor;
		n = group_node(r, e, NODE_MAP, depth);
	} else if (e->type == YAML_SEQUENCE_START_EVENT && tag_free(r, e, e->data.sequence_start.tag)) {
		anchor = e->data.sequence_start.anchor;
		n = group_node(r, e, NODE_LIST, depth);
	}
	return n && anchor_add(r, anchor, n) ? n : NULL;
}

/* ---- the document -------------------------------------------------------------------- */

static bool read_document(struct reader *r, const struct node **out)
{
	for (;;) {
		yaml_event_t e;
		if (!next_event(r, &e))
			return false;
		yaml_event_type_t type = e.type;
		struct place at = place_of(r, &e.start_mark);
		bool again = *out && type == YAML_DOCUMENT_START_EVENT;
		yaml_event_delete(&e);
		if (type == YAML_STREAM_END_EVENT)
			return true;
		if (again)
			return refuse(r, at, "a second document begins here", "one file holds one document: take the --- out");
		if (type == YAML_DOCUMENT_START_EVENT && !(*out = read_next(r, 0)))
			return false;
	}
}

/* libyaml reads other encodings by their mark; a kit is UTF-8 and says where it is not. */
static bool is_utf8(struct reader *r, const char *text, size_t len)
{
	struct place at = {r->path, 1, 1};
	uint32_t cp;
	for (size_t i = 0; i < len;) {
		size_t n = utf8_next(text + i, len - i, &cp);
		if (n == 0)
			return refuse(r, at, "bytes that are not UTF-8", "save the file as UTF-8");
		at.column = cp == '\n' ? 1 : at.column + 1;
		at.line += cp == '\n';
		i += n;
	}
	return true;
}

bool yaml_read(struct arena *a, struct arena *trees, const char *path, const char *text, size_t len, size_t *budget, struct problems *p,
	const struct node **out)
{
	struct reader r = {.arena = a, .trees = trees, .path = path, .text = text, .len = len, .budget = budget, .problems = p};
	*out = NULL;
	if (!is_utf8(&r, text, len))
		return false;
	if (!yaml_parser_initialize(&r.parser))
		return refuse(&r, (struct place){path, 1, 1}, "no memory to read this file", "free some memory and try again");
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	bool good = read_document(&r, out);
	yaml_parser_delete(&r.parser);
	if (good && (!*out || node_is_null(*out)))
		good = refuse(&r, (struct place){path, 1, 1}, "the file is empty", "fill it, or remove it");
	return good;
}
