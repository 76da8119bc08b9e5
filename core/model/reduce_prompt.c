/* Questions to people: they stand from `asked` until `answered` or `over`; asked
 * again, one is the same question with a new text or another limit. */
#include <string.h>

#include "model/private.h"

#define PROMPTS_MOST 1000

static struct model_prompt *prompt_at(struct model *m, const char *id)
{
	const struct model_prompt *p = model_prompt(m, id);
	return p ? &m->prompts.v[p - m->prompts.v] : NULL;
}

void reduce_prompt(struct reduction *r)
{
	struct model *m = r->m;
	const char *id = body_name(r, "id");
	struct model_prompt *p = id ? prompt_at(m, id) : NULL;
	if (!id)
		return;
	if (strcmp(json_get_str(r->body, "state", ""), "asked") != 0) {
		if (p)
			vec_drop(&prompt_table, &m->prompts, (size_t)(p - m->prompts.v));
		return;
	}
	if (!p)
		p = vec_push(&m->prompts);
	p->id = id;
	p->what = body_word(r, "what");
	p->service = body_word(r, "service");
	p->incident = body_name(r, "incident");
	p->key = body_name(r, "key");
	p->row = body_name(r, "row");
	p->to = body_name(r, "to");
	text_set(&p->text, json_get_str(r->body, "text", ""));
	text_set(&p->then, json_get_str(r->body, "then", NULL));
	p->at = r->at;
	p->until = json_get_time(r->body, "until");
	vec_bound(&prompt_table, &m->prompts, PROMPTS_MOST);
}
