/* Topics that stand, and what is told of them. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "tui/ui/standing.h"

static const struct {
	const char *topic, *over;
} topics[] = { /* what matters most first */
	{"store", "the store takes writes again"}, {"socket", "the engine's socket is bound again"}, {"anchors", "anchors are written again"},
};

const char *standing_over(const char *topic)
{
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
		if (!strcmp(topics[i].topic, topic))
			return topics[i].over;
	return "";
}

static int place_of(const struct standing *st, const char *topic)
{
	int i = 0;

	while (i < st->n && strcmp(st->v[i].topic, topic) != 0)
		i++;
	return i;
}

bool standing_told(struct standing *st, const char *topic, const char *text)
{
	int at = place_of(st, topic);

	if (!*standing_over(topic))
		return false;
	if (!*text) {
		if (at < st->n)
			memmove(&st->v[at], &st->v[at + 1], (size_t)(--st->n - at) * sizeof *st->v);
		return true;
	}
	if (at == st->n && st->n < STANDING_MOST)
		text_copy(st->v[st->n++].topic, sizeof st->v->topic, topic);
	if (at < st->n)
		text_safe(st->v[at].text, sizeof st->v->text, text);
	return true;
}

const char *standing_text(const struct standing *st)
{
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
		int at = place_of(st, topics[i].topic);
		if (at < st->n)
			return st->v[at].text;
	}
	return NULL;
}
