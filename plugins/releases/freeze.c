/* freeze, pause, resume: the mark DIR/.frozen, which deployers honour.  What
 * runs is not touched. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "releases/acts.h"

bool is_frozen(const struct place *p)
{
	return access(place_path(p, ".frozen"), F_OK) == 0;
}

static bool wants_frozen(const struct sdk_action *a)
{
	return strcmp(a->verb, "resume") != 0;
}

struct sdk_answer freeze_preflight(struct plugin *pl, struct place *p, const struct sdk_action *a)
{
	struct sdk_preflight f;
	bool frozen = is_frozen(p), want = wants_frozen(a), writable = access(p->dir, W_OK | X_OK) == 0;
	(void)pl;
	sdk_preflight_init(&f);
	f.expect = frozen ? "frozen" : "not frozen";
	if (want == frozen)
		buf_addf(&f.effect, "%s is %s already: nothing would change", p->service, frozen ? "frozen" : "not frozen");
	else if (want)
		buf_addf(&f.effect, "marks %s as frozen: deployers that look for %s/.frozen stop; what runs is not touched", p->service, p->dir);
	else
		buf_addf(&f.effect, "takes the mark %s/.frozen away: deployers may go on", p->dir);
	buf_addf(&f.command, want ? "touch %s/.frozen" : "rm -f %s/.frozen", p->dir);
	sdk_check(&f, "the directory can be written", writable, "%s", p->dir);
	if (want)
		sdk_not_undone(&f, "a deployer that does not look for the mark is not stopped");
	return sdk_preflight_end(&f);
}

struct sdk_answer freeze_perform(struct plugin *pl, struct place *p, const struct sdk_op *op)
{
	const struct sdk_action *a = &op->action;
	bool want = wants_frozen(a);
	struct buf text;
	char at[INSTANT_LEN];
	(void)pl;
	if (is_frozen(p) == want)
		return sdk_done(SDK_NONE, NULL, "%s is %s already", p->service, want ? "frozen" : "not frozen");
	if (!want) {
		if (unlink(place_path(p, ".frozen")) < 0)
			return sdk_error(SDK_UNAVAILABLE, "the mark stays: %s", strerror(errno));
		return sdk_done(SDK_FULL, NULL, "the mark %s/.frozen is gone", p->dir);
	}
	buf_init(&text, 8192);
	buf_addf(&text, "%s %s %s by %s: %s\nop %s\n", instant_print(sdk_wall(), at), a->verb, a->incident, a->by, a->reason, op->op);
	int error = sdk_write_file(p->dir, ".frozen", buf_str(&text));
	buf_release(&text);
	if (error)
		return sdk_error(SDK_UNAVAILABLE, "the mark could not be set: %s", strerror(error));
	return sdk_done(SDK_FULL, NULL, "%s/.frozen is set", p->dir);
}

struct sdk_answer freeze_reconcile(struct plugin *pl, struct place *p, const struct sdk_op *op)
{
	(void)pl;
	bool frozen = is_frozen(p);
	if (frozen == wants_frozen(&op->action))
		return sdk_fate(SDK_FATE_DONE, SDK_FULL, "%s is %s", p->service, frozen ? "frozen" : "not frozen");
	return sdk_fate(SDK_FATE_NOT_STARTED, SDK_NONE, "%s is %s", p->service, frozen ? "frozen" : "not frozen");
}
