/* One service of the demo's shop, and the traffic upon all three.  Each is a
 * process of its own; it ends when its standard input does, which only the
 * world's keeper holds open. */
#ifndef DEMO_SHOP_H
#define DEMO_SHOP_H

#include <stdbool.h>
#include <stdint.h>

enum shop_service { SHOP_AUTH, SHOP_CHECKOUT, SHOP_LEDGER, SHOP_N };
const char *shop_name(enum shop_service s);
bool shop_of(const char *name, enum shop_service *out);

struct shop_options {
	enum shop_service service;
	const char *dir;             /* holds current, releases/ and, once it serves, pid */
	int listen_fd;
	uint16_t port[SHOP_N];       /* where each service listens */
};
/* Serve until standard input ends or SIGTERM.  Exit status of the process. */
int shop_serve(const struct shop_options *o);

struct traffic_options {
	uint16_t port[SHOP_N];
	double pace;                 /* 1: a login about every 120 ms */
	const char *tally;           /* file that is replaced every second with what became of the users, or NULL */
};
int traffic_run(const struct traffic_options *o);

int64_t shop_clock(void);        /* microseconds, monotonic */

#endif
