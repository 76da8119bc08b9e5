/* Files of keys.  Whatever they say: no two commands that count at the same time
 * share a key, Enter, Esc and : do what they do, no key of the kit is taken, every
 * problem has its place and mend, and what is printed is read back as it was. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct kit_action actions[] = {{.name = "auth-rollback", .key = 'r'}, {.name = "logins-off", .key = 'z'}};
static struct kit_service service = {.name = "auth", .actions = actions, .n_actions = 2};
static const struct kit kit = {.services = &service, .n_services = 1};

static void must(bool good)
{
	if (!good)
		abort();
}

static void problems_good(const struct problems *p)
{
	for (size_t i = 0; i < p->n; i++)
		must(p->v[i].line > 0 && p->v[i].column > 0 && *p->v[i].what && *p->v[i].mend);
}

static void bindings_good(const struct bindings *b, bool beside_kit)
{
	static const struct { enum key_kind kind; uint32_t cp; enum command_id id; } fixed[] = {
		{KEY_ENTER, 0, COMMAND_OPEN}, {KEY_ESC, 0, COMMAND_BACK}, {KEY_CHAR, ':', COMMAND_PALETTE}};

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		struct key k = {fixed[i].kind, fixed[i].cp, 0};
		uint32_t before = 0;
		must(bindings_press(b, false, &before, &k) == fixed[i].id && !before);
	}
	for (int i = 0; i < COMMAND_NONE; i++)
		for (int k = 0; k < b->of[i].n; k++) {
			must(b->of[i].v[k].first && (!beside_kit || (b->of[i].v[k].first != 'r' && b->of[i].v[k].first != 'z')));
			for (int j = 0; j <= i; j++)
				for (int m = 0; m < b->of[j].n && (j < i || m < k); m++)
					must(!commands_clash((enum command_id)i, (enum command_id)j) || !chord_clash(b->of[i].v[k], b->of[j].v[m]));
		}
}

static void read_back(const struct bindings *b)
{
	struct keyfile *again = malloc(sizeof *again);
	struct problems p = {0};
	struct bindings c;
	struct buf out;

	if (!again)
		return;
	buf_init(&out, 65536);
	keyfile_print(b, &out);
	keyfile_parse("keys", buf_str(&out), again, &p);
	keyfile_apply(again, NULL, &c, &p);
	must(p.n == 0 && again->n == COMMAND_NONE);
	for (int i = 0; i < COMMAND_NONE; i++)
		must(!strcmp(b->shown[i], c.shown[i]));
	buf_release(&out);
	problems_release(&p);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keyfile *k = malloc(sizeof *k);
	char *text = malloc(size + 1);
	struct problems p = {0};
	struct bindings b;

	if (k && text) {
		memcpy(text, data, size);
		text[size] = 0;
		keyfile_parse("keys", text, k, &p);
		keyfile_apply(k, NULL, &b, &p);
		bindings_good(&b, false);
		read_back(&b);
		keyfile_apply(k, &kit, &b, &p);
		bindings_good(&b, true);
		problems_good(&p);
	}
	problems_release(&p);
	free(text);
	free(k);
	return 0;
}
