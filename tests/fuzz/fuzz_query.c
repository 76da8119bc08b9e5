/* Queries and answers of the plugins that ask over HTTP: a PromQL query that is
 * asked with others stays what it was and breaks out of nothing; matchers are
 * whole or refused; an answer is a reason, or numbers that are finite.  The
 * first byte says which of them the rest is. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alertmanager/matcher.h"
#include "prometheus/prometheus.h"
#include "prometheus/shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void query(const char *s)
{
	static const char *const values[] = {"a", "b\"c|d\\", "1.2"};
	struct shapes shapes;
	bool alone = shape_stands_alone(s);
	(void)shape_is_selector(s);
	shapes_of(s, &shapes);
	must(shapes.n <= SHAPES_MAX);
	for (size_t i = 0; i < shapes.n; i++) {
		const struct shape *x = &shapes.v[i];
		struct buf b;
		must(*x->label && *x->value && strchr(x->template, SHAPE_HOLE));
		buf_init(&b, 1 << 20);
		shape_fill(&b, x->template, x->label, values, 3);
		must(!strchr(buf_str(&b), SHAPE_HOLE) && (!alone || b.failed || shape_stands_alone(buf_str(&b))));
		buf_release(&b);
	}
	shapes_release(&shapes);
}

static void matchers(const char *s)
{
	struct matchers m;
	struct fault f;
	struct buf b;
	if (!matchers_parse(&m, s, &f)) {
		must(f.what[0] && !m.n);
		return;
	}
	must(m.n <= MATCHERS_MAX);
	buf_init(&b, 1 << 20);
	matchers_filter(&m, &b);
	must(strspn(buf_str(&b), "&=%-._~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == b.len);
	buf_release(&b);
	matchers_release(&m);
}

static void answer(const char *s, size_t len, long status)
{
	struct answer a;
	struct json *root;
	answer_read(&(struct http_got){.status = status, .body = s, .len = len}, &a, &root);
	must(*a.why || (a.result && *a.type));
	for (const struct json *v = *a.why ? NULL : json_first(a.result); v; v = json_next(v)) {
		double d = 0;
		int64_t at = 0;
		const char *why = NULL;
		bool good = answer_number(json_get(v, "value"), &d, &at, &why);
		must(good ? isfinite(d) && at > 0 : why != NULL);
	}
	json_free(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = {200, 400, 503, 204};
	char *s;
	if (!size)
		return 0;
	s = mem_strn((const char *)data + 1, size - 1);
	if (data[0] % 3 == 0)
		query(s);
	else if (data[0] % 3 == 1)
		matchers(s);
	else
		answer(s, size - 1, statuses[data[0] / 3 % 4]);
	free(s);
	return 0;
}
