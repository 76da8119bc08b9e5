#include "config.h"

#include "exec/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- filling in ---- */

void words_release(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	*w = (struct words){0};
}

static bool printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static bool add(struct words *w, const char *tmpl, const struct sdk_action *a, struct fault *f)
{
	struct buf b;
	buf_init(&b, WORD_MAX);
	bool ok = sdk_expand(&b, tmpl, sdk_action_word, a, f);
	if (ok && !printable(buf_str(&b))) {
		fault_set(f, STATUS_DENIED, "control", "a word of the command holds control characters");
		ok = false;
	}
	/* "--x={{y}}" may begin with a dash because its template does; "{{y}}" must not come to. */
	if (ok && buf_str(&b)[0] == '-' && tmpl[0] != '-') {
		fault_set(f, STATUS_DENIED, "option", "the value of %.60s begins with a dash and would be taken for an option", tmpl);
		ok = false;
	}
	if (ok) {
		buf_adds(&b, ""); /* an empty word is a word */
		w->v[w->n++] = mem_str(buf_str(&b));
	}
	buf_release(&b);
	return ok;
}

bool words_fill(struct words *out, const struct json *list, const struct sdk_action *a, struct fault *f)
{
	size_t n = json_count(list);
	bool ok = json_type(list) == JSON_ARRAY && n > 0 && n <= WORDS_MAX;
	*out = (struct words){0};
	if (!ok) {
		fault_set(f, STATUS_USAGE, "bad-command", "a command is a list of 1 to %d words", WORDS_MAX);
		return false;
	}
	out->v = mem_new((n + 1) * sizeof *out->v);
	for (const struct json *w = json_first(list); ok && w; w = json_next(w)) {
		if (json_type(w) != JSON_STRING) {
			fault_set(f, STATUS_USAGE, "bad-command", "every word of a command is a string");
			ok = false;
		} else {
			ok = add(out, json_str(w, ""), a, f);
		}
	}
	if (ok && !out->v[0][0]) {
		fault_set(f, STATUS_USAGE, "bad-command", "the first word of a command is a program");
		ok = false;
	}
	if (!ok)
		words_release(out);
	return ok;
}

bool words_of_query(struct words *out, const char *query, const struct sdk_action *a, struct fault *f)
{
	struct json *list = NULL;
	struct buf b;
	struct jw w;
	query += strspn(query, " ");
	if (*query == '[') {
		if (json_parse(query, strlen(query), 65536, &list, f) != STATUS_OK)
			return *out = (struct words){0}, false;
	} else {
		buf_init(&b, 65536);
		jw_init(&w, &b);
		jw_arr(&w);
		for (size_t len; (len = strcspn(query, " ")); query += len, query += strspn(query, " "))
			jw_strn(&w, query, len);
		jw_arr_end(&w);
		enum status st = json_parse(buf_str(&b), b.len, 65536, &list, f);
		buf_release(&b);
		if (st != STATUS_OK)
			return *out = (struct words){0}, false;
	}
	bool ok = words_fill(out, list, a, f);
	json_free(list);
	return ok;
}

/* ---- what is allowed ---- */

/* A pattern's word, ready to be compared: where a byte comes from decides what it may do. */
enum origin { LITERAL, VALUE, STAR };
struct glyph {
	char c;
	enum origin origin;
};
struct pattern {
	struct glyph *v;
	size_t n, cap;
	bool free; /* has anything but literal bytes */
};

static void put(struct pattern *p, const char *s, size_t len, enum origin origin)
{
	for (size_t i = 0; i < len; i++) {
		struct glyph *g = vec_push(p);
		*g = (struct glyph){s[i], origin == LITERAL && s[i] == '*' ? STAR : origin};
		p->free = p->free || g->origin != LITERAL;
	}
}

static bool compile(struct pattern *p, const char *s, const struct sdk_action *a)
{
	for (;;) {
		const char *open = strstr(s, "{{"), *close = open ? strstr(open, "}}") : NULL;
		if (!close)
			break;
		struct buf one;
		struct fault f;
		char *name = mem_strn(open, (size_t)(close - open) + 2);
		buf_init(&one, WORD_MAX);
		bool ok = sdk_expand(&one, name, sdk_action_word, a, &f);
		put(p, s, (size_t)(open - s), LITERAL);
		if (ok)
			put(p, buf_str(&one), one.len, VALUE);
		free(name);
		buf_release(&one);
		if (!ok)
			return false;
		s = close + 2;
	}
	put(p, s, strlen(s), LITERAL);
	return true;
}

/* Glob with one kind of star; a star never takes a slash. */
static bool glob(const struct pattern *p, const char *w)
{
	size_t i = 0, star = SIZE_MAX;
	const char *back = NULL;
	while (*w) {
		if (i < p->n && p->v[i].origin == STAR) {
			star = i++;
			back = w;
		} else if (i < p->n && p->v[i].c == *w) {
			i++;
			w++;
		} else if (back && *back != '/') {
			w = ++back;
			i = star + 1;
		} else {
			return false;
		}
	}
	while (i < p->n && p->v[i].origin == STAR)
		i++;
	return i == p->n;
}

static bool climbs(const char *w)
{
	for (const char *at = w; (at = strstr(at, "..")); at += 2)
		if ((at == w || at[-1] == '/' || at[-1] == '=') && (!at[2] || at[2] == '/'))
			return true;
	return false;
}

static bool word_fits(const char *word, const char *tmpl, const struct sdk_action *a)
{
	struct pattern p = {0};
	bool ok = compile(&p, tmpl, a) && glob(&p, word);
	ok = ok && !(word[0] == '-' && (!p.n || p.v[0].origin != LITERAL));
	ok = ok && !(p.free && climbs(word));
	vec_release(&p);
	return ok;
}

static bool list_fits(const struct words *w, const struct json *pattern, const struct sdk_action *a)
{
	size_t i = 0;
	if (json_type(pattern) != JSON_ARRAY || json_count(pattern) != w->n)
		return false;
	for (const struct json *p = json_first(pattern); p; p = json_next(p), i++)
		if (json_type(p) != JSON_STRING || !word_fits(w->v[i], json_str(p, ""), a))
			return false;
	return true;
}

bool words_allowed(const struct words *w, const struct json *allow, const struct sdk_action *a, struct fault *f)
{
	for (const struct json *p = json_first(allow); p; p = json_next(p))
		if (list_fits(w, p, a))
			return true;
	struct buf b;
	buf_init(&b, 65536);
	words_print(w, &b);
	fault_set(f, STATUS_DENIED, "not-allowed", "no pattern of `allow` fits %.300s", buf_str(&b));
	buf_release(&b);
	return false;
}

void words_print(const struct words *w, struct buf *out)
{
	for (size_t i = 0; i < w->n; i++) {
		if (i)
			buf_addc(out, ' ');
		sdk_quote(out, w->v[i]);
	}
}

const struct json *words_only(const struct json *allow)
{
	const struct json *one = json_first(allow);
	if (json_count(allow) != 1)
		return NULL;
	for (const struct json *w = json_first(one); w; w = json_next(w))
		if (strchr(json_str(w, "*"), '*'))
			return NULL;
	return one;
}
