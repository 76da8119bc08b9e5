/* Argument lists: filled in from an action, and held word by word against what
 * the kit allows.  Pure: no process, no file.  This is the whole of the
 * plugin's authority, so it stands alone and is tested row by row. */
#ifndef EXEC_WORDS_H
#define EXEC_WORDS_H

#include "sdk/sdk.h"

#define WORDS_MAX 128
#define WORD_MAX 8192

struct words {
	char **v; /* NULL-terminated; NULL where there are none */
	size_t n;
};
/* Fill in a JSON list of words.  False: the fault says why; out is empty. */
bool words_fill(struct words *out, const struct json *list, const struct sdk_action *a, struct fault *f);
/* A signal's query: a JSON list, or words between blanks. */
bool words_of_query(struct words *out, const char *query, const struct sdk_action *a, struct fault *f);
void words_release(struct words *w);
/* Does one of the patterns fit the whole list? */
bool words_allowed(const struct words *w, const struct json *allow, const struct sdk_action *a, struct fault *f);
/* As a person would type it. */
void words_print(const struct words *w, struct buf *out);
/* The only pattern, where there is one and it has no `*`: what to run when the target says nothing. */
const struct json *words_only(const struct json *allow);

#endif
