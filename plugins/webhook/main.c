/* backout-plugin-webhook: deploys and changes that others post, on loopback,
 * signed.  It performs nothing.  docs/plugins.md says what a kit writes for it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "webhook/webhook.h"

#define KEY_MIN 16
#define BODY_DEFAULT (64 << 10)
#define BODY_MAX (1 << 20)
#define AHEAD_DEFAULT (5 * US_SECOND)

static const char *const keys[] = {"port", "address", "max_body", "skew", "ahead"};

static bool refuse(struct fault *f, const char *what, const char *mend)
{
	fault_set(f, STATUS_USAGE, "bad-config", "%s; %s", what, mend);
	return false;
}

static bool keys_known(const struct json *config, struct fault *f)
{
	size_t n = sizeof keys / sizeof *keys, i;
	for (const struct json *v = json_first(config); v; v = json_next(v)) {
		for (i = 0; i < n && strcmp(keys[i], json_key(v)); i++)
			;
		if (i < n)
			continue;
		fault_set(f, STATUS_USAGE, "bad-config", "the key %.80s is not known; there are port, address, max_body, skew, ahead", json_key(v));
		return false;
	}
	return true;
}

/* 5m, or seconds */
static bool read_time(const struct json *v, int64_t usual, int64_t least, int64_t most, int64_t *out)
{
	*out = usual;
	bool good = !v || (json_type(v) == JSON_STRING && duration_parse(json_str(v, ""), out));
	if (json_type(v) == JSON_NUMBER) {
		double s = json_num(v, -1);
		good = s >= 0 && s <= 3600;
		*out = good ? (int64_t)(s * 1e6) : 0;
	}
	return good && *out >= least && *out <= most;
}

static bool read_times(struct hook *h, const struct json *config, struct fault *f)
{
	if (!read_time(json_get(config, "skew"), 5 * US_MINUTE, US_SECOND, US_HOUR, &h->skew))
		return refuse(f, "`skew` is no time from 1s to 1h", "write 5m");
	int64_t usual = h->skew < AHEAD_DEFAULT ? h->skew : AHEAD_DEFAULT;
	if (!read_time(json_get(config, "ahead"), usual, 0, h->skew, &h->ahead))
		return refuse(f, "`ahead` is no time from 0 to `skew`", "write 5s");
	return true;
}

static bool read_config(struct hook *h, const struct json *config, struct fault *f)
{
	const struct json *address = json_get(config, "address"), *max = json_get(config, "max_body");
	int64_t port = json_get_int(config, "port", 0), body = json_int(max, max ? 0 : BODY_DEFAULT);
	h->key = sdk_secret(h->s, "key");
	h->address = json_str(address, address ? "" : "127.0.0.1");
	if (!keys_known(config, f) || !read_times(h, config, f))
		return false;
	if (port < 1 || port > 65535)
		return refuse(f, "`port` is missing or no port", "write a fixed one from 1 to 65535, as in config: {port: 9190}");
	if (!server_is_loopback(h->address))
		return refuse(f, "`address` is not loopback", "write 127.0.0.1 or ::1; put a proxy in front for others");
	if (body < 1024 || body > BODY_MAX)
		return refuse(f, "`max_body` is no number from 1024 to 1048576", "write bytes, such as 65536");
	if (!h->key || !*h->key)
		return refuse(f, "there is no secret `key`, and nothing unsigned is taken", "write secrets: {key: {file: PATH}} at the backend");
	if (strlen(h->key) < KEY_MIN)
		return refuse(f, "the secret `key` is shorter than 16 bytes", "make one with `openssl rand -hex 32`");
	h->port = (int)port;
	h->max_body = (size_t)body;
	return true;
}

static struct sdk_answer on_initialize(struct sdk *s, const struct sdk_start *start)
{
	struct fault f;
	struct hook *h = mem_new(sizeof *h);
	h->s = s;
	if (!read_config(h, start->config, &f)) {
		free(h);
		return sdk_error(SDK_BAD_PARAMS, "%s", f.what);
	}
	seen_init(&h->seen, h->skew, h->ahead, SEEN_MAX, sdk_wall());
	sdk_set_state(s, h);
	return sdk_ready(s, &(struct sdk_provides){.deploys = true});
}

static void names_release(struct names *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->v[i]);
	vec_release(all);
}

static struct sdk_answer on_watch(struct sdk *s, const struct json *params)
{
	struct hook *h = sdk_state(s);
	struct fault f;
	names_release(&h->services);
	names_release(&h->all);
	h->knows_all = json_type(json_get(params, "services")) == JSON_ARRAY;
	for (const struct json *v = json_first(json_get(params, "services")); v && h->knows_all; v = json_next(v))
		*vec_push(&h->all) = mem_str(json_str(v, ""));
	for (const struct json *v = json_first(json_get(params, "deploys")); v; v = json_next(v))
		*vec_push(&h->services) = mem_str(json_get_str(v, "service", ""));
	/* not before: what is told before anybody watches would be lost */
	if (!h->server)
		h->server = server_new(s, h->address, h->port, h->max_body, judge, h, &f);
	return h->server ? sdk_ok() : sdk_error(SDK_UNAVAILABLE, "%s; %s", f.what, f.mend);
}

static void on_end(struct sdk *s)
{
	struct hook *h = sdk_state(s);
	if (!h)
		return;
	server_free(h->server);
	seen_release(&h->seen);
	names_release(&h->services);
	names_release(&h->all);
	free(h);
}

int main(void)
{
	return sdk_main(&(struct sdk_plugin){
		.name = "webhook", .version = PACKAGE_VERSION, .initialize = on_initialize, .watch = on_watch, .end = on_end,
	});
}
