/* Which of this process' children somebody waits for.  What is not among them
 * may be reaped as an orphan; threads ask and tell at once. */
#include "config.h"

#include "base/os.h"

#include <pthread.h>

#include "base/mem.h"

static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;
static VEC(pid_t) known;

void os_await(pid_t pid)
{
	pthread_mutex_lock(&known_lock);
	*vec_push(&known) = pid;
	pthread_mutex_unlock(&known_lock);
}

bool os_awaited(pid_t pid)
{
	bool has = false;

	pthread_mutex_lock(&known_lock);
	for (size_t i = 0; i < known.n; i++)
		has |= known.v[i] == pid;
	pthread_mutex_unlock(&known_lock);
	return has;
}

void os_forget(pid_t pid)
{
	pthread_mutex_lock(&known_lock);
	for (size_t i = 0; i < known.n; i++)
		if (known.v[i] == pid)
			known.v[i--] = known.v[--known.n];
	if (!known.n)
		vec_release(&known);
	pthread_mutex_unlock(&known_lock);
}
