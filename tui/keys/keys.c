/* Bytes to keys.  The state machine follows ECMA-48: what it does not know it
 * swallows to the end of the sequence, it never hands out its parts. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "tui/keys/keys.h"

#define ESC_WAIT (50 * US_SECOND / 1000)
#define LONE_WAIT (1 * US_SECOND)
#define LOST_WAIT (5 * US_SECOND)
#define PASTE_MOST (20 * US_SECOND)

void keys_init(struct keys *k)
{
	memset(k, 0, sizeof *k);
}

static void give(struct keys *k, enum key_kind kind, uint32_t cp, keys_fn out, void *ctx)
{
	struct key key = {kind, cp, k->last};

	if (!k->pasting)
		out(ctx, &key);
}

static const struct {
	char final;
	enum key_kind kind;
} finals[] = {
	{'A', KEY_UP}, {'B', KEY_DOWN}, {'C', KEY_RIGHT}, {'D', KEY_LEFT}, {'H', KEY_HOME}, {'F', KEY_END},
	{'Z', KEY_BACKTAB},
};
static const struct {
	int number;
	enum key_kind kind;
} tildes[] = {
	{1, KEY_HOME}, {7, KEY_HOME}, {4, KEY_END}, {8, KEY_END}, {3, KEY_DELETE}, {5, KEY_PAGE_UP}, {6, KEY_PAGE_DOWN},
};

static void tilde(struct keys *k, keys_fn out, void *ctx)
{
	long n;

	k->par[k->n_par] = 0;
	n = strtol(k->par, NULL, 10);
	if (n == 200 && !k->pasting) {
		give(k, KEY_PASTED, 0, out, ctx);
		k->pasting = 1;
		k->n_end = 0;
		k->began = k->last;
	}
	for (size_t i = 0; i < sizeof tildes / sizeof *tildes; i++)
		if (tildes[i].number == n)
			give(k, tildes[i].kind, 0, out, ctx);
}

/* A cursor key has no parameters but "1;M"; a reply (CSI 24;80 R, CSI ?62 c) has others and is no key. */
static void csi_end(struct keys *k, char final, keys_fn out, void *ctx)
{
	bool plain = k->n_par == 0 || (k->n_par == 3 && !strncmp(k->par, "1;", 2));

	k->state = KEYS_GROUND;
	k->answers += final == 'n' && k->n_par == 1 && k->par[0] == '0';
	if (final == '~') {
		tilde(k, out, ctx);
		return;
	}
	if (final == 'M' && k->n_par == 0) {
		k->state = KEYS_MOUSE;
		k->left = 3;
		return;
	}
	for (size_t i = 0; plain && i < sizeof finals / sizeof *finals; i++)
		if (finals[i].final == final)
			give(k, finals[i].kind, 0, out, ctx);
}

static void csi_byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	if (b >= 0x40 && b <= 0x7e) {
		csi_end(k, (char)b, out, ctx);
	} else if (b == 0x1b) {
		k->state = KEYS_ESC;
	} else if (b == 0x18 || b == 0x1a) {
		k->state = KEYS_GROUND;
	} else if (k->n_par < sizeof k->par - 1) {
		k->par[k->n_par++] = (char)b;
	}
}

static void ss3_byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	k->state = KEYS_GROUND;
	if (b == 'M')
		give(k, KEY_ENTER, 0, out, ctx);
	for (size_t i = 0; i < sizeof finals / sizeof *finals; i++)
		if (finals[i].final == (char)b)
			give(k, finals[i].kind, 0, out, ctx);
}

/* What may follow ESC: is it the start of a sequence? */
static bool sequence_begins(struct keys *k, unsigned char b)
{
	switch (b) {
	case '[':
		k->state = KEYS_CSI;
		k->n_par = 0;
		return true;
	case 'O':
		k->state = KEYS_SS3;
		return true;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		k->state = KEYS_STRING;
		k->began = k->last;
		return true;
	default: /* a byte, not an enum */
		break;
	}
	if (b >= 0x20 && b <= 0x2f) {
		k->state = KEYS_ESC_MORE;
		return true;
	}
	return false;
}

static void utf8_byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	uint32_t cp;

	if (k->need_utf8 && (b & 0xc0) != 0x80)
		k->need_utf8 = k->n_utf8 = 0;
	if (!k->need_utf8) {
		k->need_utf8 = b >= 0xf0 && b < 0xf5 ? 4 : b >= 0xe0 ? 3 : b >= 0xc2 ? 2 : 0;
		k->n_utf8 = 0;
		if (b >= 0xf5 || !k->need_utf8)
			return;
	}
	k->utf8[k->n_utf8++] = (char)b;
	if (k->n_utf8 < k->need_utf8)
		return;
	if (utf8_next(k->utf8, k->n_utf8, &cp) == k->n_utf8 && utf8_width(cp) >= 0 && cp >= 0xa0)
		give(k, KEY_CHAR, cp, out, ctx);
	k->need_utf8 = k->n_utf8 = 0;
}

static void control_byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	if (b == '\r' || b == '\n')
		give(k, KEY_ENTER, 0, out, ctx);
	else if (b == '\t')
		give(k, KEY_TAB, 0, out, ctx);
	else if (b == 0x7f || b == 0x08)
		give(k, KEY_BACKSPACE, 0, out, ctx);
	else if (b >= 1 && b <= 26)
		give(k, KEY_CTRL, (uint32_t)('a' + b - 1), out, ctx);
}

static void ground_byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	k->state = KEYS_GROUND;
	if (k->need_utf8 || b >= 0xc2) {
		utf8_byte(k, b, out, ctx);
		if (b >= 0x80)
			return;
	}
	if (b == 0x1b)
		k->state = KEYS_ESC;
	else if (b == 0x9b || b == 0x9d || b == 0x90 || b == 0x8f) /* 8-bit CSI, OSC, DCS, SS3 */
		(void)sequence_begins(k, (unsigned char)(b - 0x40));
	else if (b < 0x20 || b == 0x7f)
		control_byte(k, b, out, ctx);
	else if (b < 0x7f)
		give(k, KEY_CHAR, b, out, ctx);
}

static void esc_byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	if (sequence_begins(k, b))
		return;
	give(k, KEY_ESC, 0, out, ctx);
	ground_byte(k, b, out, ctx);
}

/* The ESC was given out already.  The tail of a CSI or OSC that a slow line
 * delivers now is still no key; '[' or ']' that stays alone is one that somebody
 * typed behind Esc. */
static void lone_byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	if (b == '[' || b == ']') {
		(void)sequence_begins(k, b);
		k->lone = b;
	} else {
		ground_byte(k, b, out, ctx);
	}
}

static void string_byte(struct keys *k, unsigned char b)
{
	if (k->state == KEYS_STRING_ESC)
		k->state = b == '\\' ? KEYS_GROUND : b == 0x1b ? KEYS_STRING_ESC : KEYS_STRING;
	else if (b == 0x1b)
		k->state = KEYS_STRING_ESC;
	else if (b == 0x07 || b == 0x9c || b == 0x18 || b == 0x1a)
		k->state = KEYS_GROUND;
}

/* Nothing in a paste means anything but its end: a string that it opened must not swallow that. */
static void paste_byte(struct keys *k, unsigned char b)
{
	static const char marker[] = "\033[201~";

	k->n_end = b == (unsigned char)marker[k->n_end] ? k->n_end + 1 : b == 0x1b;
	if (k->n_end == sizeof marker - 1) {
		k->pasting = 0;
		k->n_end = 0;
	}
}

static void byte(struct keys *k, unsigned char b, keys_fn out, void *ctx)
{
	k->lone = 0;
	if (k->pasting) {
		paste_byte(k, b);
		return;
	}
	switch (k->state) {
	case KEYS_GROUND:
		ground_byte(k, b, out, ctx);
		break;
	case KEYS_ESC:
		esc_byte(k, b, out, ctx);
		break;
	case KEYS_ESC_LONE:
		lone_byte(k, b, out, ctx);
		break;
	case KEYS_ESC_MORE:
		if (b < 0x20 || b > 0x2f)
			k->state = b == 0x1b ? KEYS_ESC : KEYS_GROUND;
		break;
	case KEYS_CSI:
		csi_byte(k, b, out, ctx);
		break;
	case KEYS_SS3:
		ss3_byte(k, b, out, ctx);
		break;
	case KEYS_STRING:
	case KEYS_STRING_ESC:
		string_byte(k, b);
		break;
	case KEYS_MOUSE:
		if (--k->left <= 0)
			k->state = KEYS_GROUND;
		break;
	}
}

void keys_feed(struct keys *k, const void *bytes, size_t n, int64_t at, keys_fn out, void *ctx)
{
	keys_tick(k, at, out, ctx);
	k->last = at;
	for (size_t i = 0; i < n; i++)
		byte(k, ((const unsigned char *)bytes)[i], out, ctx);
}

void keys_tick(struct keys *k, int64_t at, keys_fn out, void *ctx)
{
	int64_t wait = keys_wait(k, at);

	if (wait != 0)
		return;
	if (k->state == KEYS_ESC) {
		k->last = at;
		give(k, KEY_ESC, 0, out, ctx);
		k->state = KEYS_ESC_LONE;
		return;
	}
	if (k->lone) {
		k->last = at;
		give(k, KEY_CHAR, k->lone, out, ctx);
		k->lone = 0;
	}
	if (k->state != KEYS_ESC_LONE)
		k->pasting = 0;
	k->state = KEYS_GROUND;
}

int64_t keys_wait(const struct keys *k, int64_t at)
{
	int64_t end = -1;

	if (k->pasting)
		end = k->last + LOST_WAIT < k->began + PASTE_MOST ? k->last + LOST_WAIT : k->began + PASTE_MOST;
	else if (k->lone)
		end = k->last + ESC_WAIT;
	else if (k->state == KEYS_STRING || k->state == KEYS_STRING_ESC)
		end = k->began + LOST_WAIT;
	else if (k->state == KEYS_ESC)
		end = k->last + ESC_WAIT;
	else if (k->state == KEYS_ESC_LONE)
		end = k->last + LONE_WAIT;
	else if (k->state != KEYS_GROUND)
		end = k->last + LOST_WAIT;
	return end < 0 ? -1 : end > at ? end - at : 0;
}
