/* A command's talk with the engine: which kit and store are meant, connect
 * (starting an engine where the command may), ask, wait.  Used by every command
 * that changes something; those that only read use reading.h. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "base/json.h"
#include "cli/cli.h"
#include "client/client.h"

/* Which kit (kit_word, --kit, BACKOUT_KIT, a parent directory, the only running engine's, the XDG one) and which
 * paths belong to it.  kit_dir (cap bytes) is "" where only a store was named.  A kit with errors is no hindrance
 * while its engine runs. */
enum status session_place(const struct cli *c, const char *kit_word, struct client_paths *out, char *kit_dir, size_t cap, struct fault *f);

struct session {
	uv_loop_t loop;
	bool open, changed;          /* changed: something new came from the engine; the reader sets it back */
	struct client *client;
	struct client_paths paths;
	char kit_dir[4096];
	char closed[200];            /* why the engine closed our panel; "" while it did not */
};
/* follow: also wait for the model (client_model). */
enum status session_open(struct session *s, const struct cli *c, bool follow, struct fault *f);
void session_close(struct session *s); /* fine on one that was never opened */
/* Ask and wait for the answer; out_result (may be NULL) is the caller's. */
enum status session_ask(struct session *s, const char *verb, const char *params, struct json **out_result, struct fault *f);

/* ---- the short form: one ask, one answer ---- */
struct asking {
	struct cli *c;
	struct buf params;
	struct jw w;
};
void asking_begin(struct asking *a, struct cli *c);  /* params are open; --incident is in them */
/* Ask; print the whole answer with --json, else its member `print` (NULL: nothing). */
enum status asking_end(struct asking *a, const char *verb, const char *print);
/* --reason, which must be given: USAGE says so. */
enum status need_option(const struct cli *c, const char *name, const char *value);

#endif
