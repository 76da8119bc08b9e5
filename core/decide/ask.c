/* Asks: the one door, and the table of who stands behind it. */
#include "decide/private.h"

#include <string.h>

struct verb {
	const char *name;
	enum status (*fn)(struct asking *q);
};
static const struct verb verbs[] = {
	{"declare", ask_declare}, {"report", ask_report}, {"note", ask_note}, {"arm", ask_arm}, {"disarm", ask_disarm},
	{"fire", ask_fire}, {"cancel", ask_cancel}, {"resolve", ask_resolve}, {"veto", ask_veto}, {"ack", ask_ack},
	{"pin", ask_pin}, {"unpin", ask_unpin}, {"freeze", ask_freeze}, {"unfreeze", ask_unfreeze},
	{"take", ask_take}, {"hand-over", ask_hand_over}, {"close", ask_close}, {"reload", ask_reload},
};

static bool answered_before(struct asking *q)
{
	vec_each(struct model_ask, k, &q->m->asks) {
		if (strcmp(k->ask, q->a->id) != 0)
			continue;
		struct jw w = result_begin(q);
		jw_kbool(&w, "again", true);
		if (k->key)
			jw_kstr(&w, "key", k->key);
		if (k->incident)
			jw_kstr(&w, "incident", k->incident);
		jw_obj_end(&w);
		return true;
	}
	return false;
}

static enum status ask_checked(struct asking *q)
{
	const struct verb *v = NULL;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, q->a->verb) == 0)
			v = &verbs[i];
	if (!v)
		return deny(q, STATUS_USAGE, "unknown-ask", "the engine does not know how to %s", q->a->verb);
	if (!q->m->kit)
		return deny(q, STATUS_USAGE, "no-kit", "the engine has no kit in use");
	if (q->a->read_only)
		return deny(q, STATUS_DENIED, "read-only", "this console is read-only");
	if (!q->a->person) {
		deny(q, STATUS_DENIED, "unknown-person", "the kit does not know uid %lld: it may read", (long long)q->a->uid);
		fault_mend(&q->d->fault, "add the person with this login under people: in kit.yaml");
		return STATUS_DENIED;
	}
	return v->fn(q);
}

void decide_ask(const struct model *m, const struct now *now, const struct ask *ask, struct decision *out)
{
	struct asking q = {m, now, ask, out};
	buf_adds(&out->result, "{}");
	if (answered_before(&q))
		return;
	out->status = ask_checked(&q);
	if (out->status != STATUS_OK)
		drafts_release(&out->events); /* a refusal records nothing */
}
