/* backout-demo-shop: a service of the demo's shop, its traffic, or the keeper of
 * both; which one its first word says. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo/shop.h"
#include "demo/world.h"

static const char *option(int argc, char **argv, const char *name, const char *def)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], name))
			return argv[i + 1];
	return def;
}

static bool flag(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return false;
}

static bool read_ports(const char *s, uint16_t port[SHOP_N])
{
	unsigned p[SHOP_N];
	if (!s || sscanf(s, "%u,%u,%u", &p[0], &p[1], &p[2]) != 3)
		return false;
	for (int i = 0; i < SHOP_N; i++)
		port[i] = (uint16_t)p[i];
	return true;
}

static double positive(const char *s)
{
	double v = strtod(s, NULL);
	return v >= 0.1 && v <= 100 ? v : 1;
}

static int usage(void)
{
	fputs("backout-demo-shop plays the shop of `backout demo`; it is started by it:\n"
		"  --world DIR [--speed N] [--alone]      keep a whole shop\n"
		"  --service auth|checkout|ledger --dir DIR --ports A,C,L   (listens on descriptor 3)\n"
		"  --traffic TALLY --ports A,C,L [--pace N]\n", stderr);
	return 2;
}

static int run_world(int argc, char **argv, const char *dir)
{
	static char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	struct world_options o = {.dir = dir, .program = n > 0 ? self : argv[0],
		.speed = positive(option(argc, argv, "--speed", "1")), .alone = flag(argc, argv, "--alone")};
	return dir[0] == '/' ? world_keep(&o) : usage();
}

int main(int argc, char **argv)
{
	const char *dir = option(argc, argv, "--world", NULL), *service = option(argc, argv, "--service", NULL);
	const char *traffic = option(argc, argv, "--traffic", NULL), *ports = option(argc, argv, "--ports", NULL);
	struct shop_options so = {.dir = option(argc, argv, "--dir", NULL), .listen_fd = 3};
	struct traffic_options to = {.tally = traffic, .pace = positive(option(argc, argv, "--pace", "1"))};
	if (dir)
		return run_world(argc, argv, dir);
	if (traffic && read_ports(ports, to.port))
		return traffic_run(&to);
	if (service && shop_of(service, &so.service) && so.dir && read_ports(ports, so.port))
		return shop_serve(&so);
	return usage();
}
