/* Release briefs, data procedures and notices: later features act on them, but
 * a name that is wrong in them is wrong today. */
#include "config.h"

#include <string.h>

#include "kit/checks.h"

static const char *text_of(const struct node *n, const char *key, struct place *out_at)
{
	const struct node *v = node_get(n, key);
	if (!v || v->kind != NODE_SCALAR || !*v->text)
		return NULL;
	*out_at = v->at;
	return v->text;
}

static bool has_signal(const struct kit_service *s, const char *name)
{
	return !s || kit_signal(s, name);
}

static bool has_action(const struct kit_service *s, const char *name)
{
	for (size_t i = 0; s && i < s->n_actions; i++)
		if (s->actions[i].name && strcmp(s->actions[i].name, name) == 0)
			return true;
	return !s;
}

void check_release(struct checker *c, const struct node *n, const char *path)
{
	struct place at = {path, 1, 1};
	bind_section(&c->b, &section_release, n, at, NULL);
	const char *service = text_of(n, "service", &at);
	check_service_name(c, at, service);
	const struct kit_service *s = service ? kit_service(c->k, service) : NULL;
	const char *word = text_of(n, "owner", &at);
	check_person_or_role(c, at, word);
	word = text_of(n, "rollback", &at);
	if (word && !has_action(s, word))
		mend_with(err(c, at, "%.64s has no action %.64s", s->name, word), "name one of its `actions`");
	word = text_of(n, "confirms_recovery", &at);
	if (word && !has_signal(s, word))
		mend_with(err(c, at, "%.64s has no signal %.64s", s->name, word), "name one of its `signals`");
}

void check_procedure(struct checker *c, const struct node *n, const char *path)
{
	struct place at = {path, 1, 1};
	bind_section(&c->b, &section_procedure, n, at, NULL);
	check_file_bears(c, n, "procedure", path);
	const char *owner = text_of(n, "owner", &at);
	check_person_or_role(c, at, owner);
	const struct node *steps = node_get(n, "steps");
	for (size_t i = 0; steps && steps->kind == NODE_LIST && i < steps->n; i++) {
		const struct node *step = steps->v[i].node;
		const char *backend = text_of(step, "backend", &at);
		check_backend(c, at, backend);
		if (step->kind == NODE_MAP && !node_get(step, "verb") && !node_get(step, "ask"))
			mend_with(err(c, steps->v[i].at, "a step needs a `verb` or an `ask`"), "say what is done, or what is asked");
	}
}

void check_notice(struct checker *c, const struct node *n)
{
	struct place at = n->at;
	bind_section(&c->b, &section_notice, n, at, NULL);
	const char *word = text_of(n, "send", &at);
	check_list(c, at, word);
	word = text_of(n, "owner", &at);
	check_person_or_role(c, at, word);
}
