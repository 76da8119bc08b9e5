/* What the files of the alertmanager plugin share: its state, the watch of
 * alerts as signals, and the silences, which are told as changes.  Nothing
 * here ever writes to Alertmanager. */
#ifndef ALERTMANAGER_ALERTMANAGER_H
#define ALERTMANAGER_ALERTMANAGER_H

#include "http/http.h"

#define ANSWER_CAP ((size_t)8 << 20)

struct silences;
struct am {
	struct sdk *s;
	struct http *http;
	struct http_servers servers;
	bool *ill;                 /* per server: its log was told so */
	const char *service_label; /* the label that holds a service's name */
	int64_t settle;            /* how long after its start it may not have heard of every alert */
	struct watch *watch;
	struct silences *silences;
};

/* The JSON of an answer (*out_root is the caller's), or NULL and why. */
const struct json *am_read(const struct http_got *got, enum json_type type, struct json **out_root, char *why, size_t cap);
/* Told once when it falls ill and once when it is well: why NULL. */
void am_told(struct am *a, const struct http_server *server, const char *why);

struct watch *watch_new(struct am *a, const struct json *signals);
void watch_free(struct watch *w);
bool watch_has_service(const struct watch *w, const char *service);

/* Looks every few seconds while there is a watch. */
struct silences *silences_new(struct am *a);
void silences_free(struct silences *v);
void silences_look(struct silences *v);
struct sdk_answer history_answer(struct am *a, const struct json *params);

#endif
