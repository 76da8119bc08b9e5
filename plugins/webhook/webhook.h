/* What the files of the webhook share.  main.c owns it; judge.c says what a
 * request comes to. */
#ifndef WEBHOOK_WEBHOOK_H
#define WEBHOOK_WEBHOOK_H

#include "webhook/server.h"
#include "webhook/sign.h"

#define POSTS_A_SECOND 500 /* the engine ends a plugin that tells more than 1,000 for long */

struct hook {
	struct sdk *s;
	const char *key, *address; /* of initialize, which lives as long */
	int port;
	size_t max_body;
	int64_t skew, ahead;
	struct server *server;
	struct seen seen;
	struct names { char **v; size_t n, cap; } services, all; /* whose deploys are this backend's; every service of the kit */
	bool knows_all;            /* the engine said which there are */
	int64_t second;            /* of `posts` */
	int posts;
};

/* The server_fn; ctx is the hook. */
void judge(void *ctx, const struct request *r, const char *body, struct reply *out);

#endif
