/* Questions behind frames, answers among keys. */
#include "config.h"

#include <poll.h>
#include <unistd.h>

#include "base/os.h"
#include "tui/line.h"
#include "tui/screen/term.h"

#define AWAIT_MOST (2 * US_SECOND)
#define AWAIT_SPARE (US_SECOND / 2)

void line_init(struct line *l)
{
	pulse_init(&l->pulse);
	l->answers = 0;
	l->typed = false;
}

void line_ask(struct line *l, const struct ui *u, const struct model *m, int64_t now)
{
	const struct model_incident *i = m ? ui_incident(u, m) : NULL;
	bool wanted = (l->typed || (i && i->open)) && u->confirm.state == CONFIRM_NONE;

	l->typed = false;
	if (wanted && pulse_due(&l->pulse, now) && term_ask())
		pulse_asked(&l->pulse, now);
}

bool line_read(struct line *l, const struct keys *k, int64_t now)
{
	bool slow = pulse_line(&l->pulse, now) >= PULSE_SLOW;

	if (k->answers == l->answers)
		return false;
	l->answers = k->answers;
	pulse_answered(&l->pulse, now);
	return slow || pulse_line(&l->pulse, now) >= PULSE_SLOW;
}

static void nobody(void *ctx, const struct key *k)
{
	(void)ctx;
	(void)k;
}

void line_await(struct line *l, struct keys *k)
{
	int64_t end = l->pulse.asked + (l->pulse.took < 0 ? AWAIT_MOST : 2 * l->pulse.took + AWAIT_SPARE);
	struct pollfd in = {STDIN_FILENO, POLLIN, 0};
	struct now now;
	char bytes[256];

	os_now(&now);
	end = end < now.mono + AWAIT_MOST ? end : now.mono + AWAIT_MOST;
	while (l->pulse.asked && k->answers == l->answers && now.mono < end) {
		ssize_t n = poll(&in, 1, (int)((end - now.mono) / 1000) + 1) > 0 ? read(STDIN_FILENO, bytes, sizeof bytes) : 0;
		os_now(&now);
		if (n > 0)
			keys_feed(k, bytes, (size_t)n, now.mono, nobody, NULL);
		else if (in.revents & (POLLHUP | POLLERR))
			break;
	}
	l->answers = k->answers;
	l->pulse.asked = 0;
}
