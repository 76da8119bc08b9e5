/* The socket and who is on it: accept, who they are, lines in, lines out.
 * A client that does not read costs 1 MiB and then a new snapshot, never more. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/os.h"
#include "base/text.h"
#include "engine/parts.h"

#define LISTEN_MAX 512 /* who knocks while the loop is busy */

/* ---- out ---------------------------------------------------------------------- */

struct out {
	uv_write_t req;
	char *data;
};

static void peer_freed(uv_handle_t *h)
{
	struct peer *p = h->data;
	buf_release(&p->in);
	free(p);
}

static void read_more(struct peer *p);

static void wrote(uv_write_t *req, int status)
{
	struct out *o = req->data;
	struct peer *p = req->handle->data;
	free(o->data);
	free(o);
	if (status < 0 || p->closing || uv_stream_get_write_queue_size((uv_stream_t *)&p->pipe))
		return;
	p->limit = UNSENT_MAX;
	if (p->lagging)
		peer_snapshot(p);
	if (p->paused)
		read_more(p);
}

static void send_bytes(struct peer *p, const char *s, size_t n)
{
	uv_stream_t *stream = (uv_stream_t *)&p->pipe;
	if (!uv_stream_get_write_queue_size(stream)) {
		uv_buf_t b = uv_buf_init((char *)(uintptr_t)s, (unsigned)n);
		int done = uv_try_write(stream, &b, 1);
		if (done > 0) {
			s += done;
			n -= (size_t)done;
		}
	}
	if (!n)
		return;
	struct out *o = mem_new(sizeof *o);
	o->data = mem_grow(NULL, n, 1);
	memcpy(o->data, s, n);
	o->req.data = o;
	uv_buf_t b = uv_buf_init(o->data, (unsigned)n);
	if (uv_write(&o->req, stream, &b, 1, wrote)) {
		free(o->data);
		free(o);
		peer_close(p);
	}
}

void peer_send(struct peer *p, const struct buf *line)
{
	if (!p->closing && !line->failed)
		send_bytes(p, buf_str(line), line->len);
}

void peer_tell(struct peer *p, const char *what, const char *topic, const char *text)
{
	struct buf b;
	struct jw w;
	buf_init(&b, 65536);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_key(&w, "tell");
	jw_obj(&w);
	jw_kstr(&w, "what", what);
	if (topic)
		jw_kstr(&w, "topic", topic);
	jw_kstr(&w, strcmp(what, "panel-closed") ? "text" : "why", text);
	jw_obj_end(&w);
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	peer_send(p, &b);
	buf_release(&b);
}

void peer_snapshot(struct peer *p)
{
	struct buf b;
	buf_init(&b, SNAPSHOT_MAX);
	buf_adds(&b, "{\"snapshot\":");
	model_dump(p->e->model, p->e->model->signals.n <= CURVES_AT_ONCE, &b);
	buf_adds(&b, "}\n");
	p->lagging = false;
	p->limit = UNSENT_MAX + b.len;
	peer_send(p, &b);
	buf_release(&b);
}

/* The body is the last member and stands there byte for byte as it was recorded: clients reduce those bytes. */
static void print_event(const struct event *ev, struct buf *b)
{
	struct jw w;
	char chain[SHA_HEX];
	hex_print(ev->chain, SHA_LEN, chain);
	jw_init(&w, b);
	jw_obj(&w);
	jw_key(&w, "event");
	jw_obj(&w);
	jw_kint(&w, "seq", ev->seq);
	jw_kint(&w, "at", ev->at);
	jw_kstr(&w, "boot", ev->boot);
	jw_kint(&w, "mono", ev->mono);
	jw_kstr(&w, "incident", ev->incident);
	jw_kstr(&w, "kind", ev->kind);
	jw_kstr(&w, "actor", ev->actor);
	jw_kstr(&w, "chain", chain);
	jw_key(&w, "body");
	if (ev->body)
		jw_raw(&w, ev->body, ev->body_len);
	else
		jw_null(&w);
	jw_obj_end(&w);
	jw_obj_end(&w);
	buf_addc(b, '\n');
}

static void event_to(struct peer *p, const struct event *ev, struct buf *b)
{
	if (!p->follow || p->lagging || p->closing)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&p->pipe) > p->limit) {
		p->lagging = true;
		return;
	}
	if (!b->len)
		print_event(ev, b);
	peer_send(p, b);
}

/* Who may act hears first: fifty who look on take their time to be written to. */
void clients_event(struct engine *e, const struct event *ev)
{
	struct buf b;
	buf_init(&b, JSON_KIT_MAX + 65536);
	for (int looks_on = 0; looks_on < 2; looks_on++)
		for (struct peer *p = e->peers, *next; p; p = next) {
			next = p->next;
			if ((strcmp(p->role, "observer") == 0) == looks_on)
				event_to(p, ev, &b);
		}
	buf_release(&b);
}

void clients_problem(struct engine *e, const char *topic, const char *text)
{
	struct problem_told *found = NULL;
	vec_each(struct problem_told, t, &e->problems)
		if (!strcmp(t->topic, topic))
			found = t;
	if (!found && !text)
		return;
	if (found && !strcmp(found->text, text ? text : ""))
		return;
	if (!found) {
		found = vec_push(&e->problems);
		found->topic = topic;
	}
	text_copy(found->text, sizeof found->text, text ? text : "");
	for (struct peer *p = e->peers, *next; p; p = next) {
		next = p->next;
		if (p->role[0])
			peer_tell(p, "problem", topic, text ? text : "");
	}
}

/* ---- who ------------------------------------------------------------------------- */

const char *peer_person(const struct peer *p)
{
	const struct kit *k = p->e->model->kit;
	const struct kit_person *who = k ? kit_person_by_uid(k, p->uid) : NULL;
	return who ? who->id : NULL;
}

static void seat(struct peer *p, const char *what)
{
	struct drafts ds = {0};
	char uid[32];
	snprintf(uid, sizeof uid, "uid:%lld", (long long)p->uid);
	if (!strcmp(what, "opened") && peer_person(p))
		text_copy(p->person, sizeof p->person, peer_person(p));
	const char *person = *p->person ? p->person : NULL;
	struct jw w = draft_open(&ds, EVENT_CLIENT, NULL, person ? person : uid);
	jw_kstr(&w, "what", what);
	jw_kstr(&w, "person", person);
	jw_kint(&w, "uid", p->uid);
	jw_kstr(&w, "role", p->role);
	jw_obj_end(&w);
	engine_owe(p->e, &ds);
	drafts_release(&ds);
}

static void say_hello(struct peer *p)
{
	struct engine *e = p->e;
	struct buf b;
	struct jw w;
	char chain[SHA_HEX];
	hex_print(e->model->chain, SHA_LEN, chain);
	buf_init(&b, 65536);
	jw_init(&w, &b);
	jw_obj(&w);
	jw_key(&w, "hello");
	jw_obj(&w);
	jw_kint(&w, "protocol", 1);
	jw_kstr(&w, "build", PACKAGE_VERSION);
	jw_kint(&w, "reducer", REDUCER_VERSION);
	jw_kstr(&w, "store", e->model->store_id);
	jw_kstr(&w, "kit", e->model->kit_name);
	jw_kstr(&w, "environment", e->model->environment);
	jw_kstr(&w, "person", peer_person(p));
	jw_kint(&w, "uid", p->uid);
	jw_kstr(&w, "store_path", e->store);
	jw_kstr(&w, "kit_dir", e->kit_dir);
	jw_kint(&w, "pid", getpid());
	jw_kint(&w, "seq", e->model->seq);
	jw_kstr(&w, "chain", chain);
	jw_obj_end(&w);
	jw_obj_end(&w);
	buf_addc(&b, '\n');
	peer_send(p, &b);
	buf_release(&b);
}

/* A client knows an event that is another one here, though the journal is longer: it was put back, and went on. */
static void compare_seen(struct peer *p, const struct json *hello)
{
	struct journal_cursor *c = NULL;
	struct event ev;
	int64_t seen = json_get_int(hello, "seen", 0);
	char chain[SHA_HEX] = "", text[200];
	if (seen < 1 || seen >= p->e->model->seq || journal_from(p->e->journal, seen, &c, NULL))
		return; /* shorter ones the client sees by itself */
	bool there = !journal_step(c, &ev, NULL) && ev.seq == seen;
	if (there)
		hex_print(ev.chain, SHA_LEN, chain);
	if (there && strcmp(chain, json_get_str(hello, "chain", "")) != 0) {
		snprintf(text, sizeof text, "the journal was rewritten or put back: its event %lld is not the one that was seen before", (long long)seen);
		peer_tell(p, "problem", "journal", text);
	}
	journal_cursor_free(c);
}

static void greeted(struct peer *p, const struct json *hello)
{
	const char *role = json_get_str(hello, "role", "");
	if (p->role[0])
		return;
	if (json_get_int(hello, "protocol", 0) != 1 || (strcmp(role, "console") && strcmp(role, "observer") && strcmp(role, "command"))) {
		struct fault f;
		fault_set(&f, STATUS_USAGE, "bad-hello", "this hello is not of protocol 1");
		reply_fault(p, 0, STATUS_USAGE, &f);
		peer_close(p);
		return;
	}
	text_copy(p->role, sizeof p->role, role);
	vec_each(struct problem_told, t, &p->e->problems)
		if (t->text[0])
			peer_tell(p, "problem", t->topic, t->text);
	compare_seen(p, hello);
}

/* Commands come and go by the second: they take no seat.  Who follows gets the snapshot first: the disk is not waited for. */
static void take_seat(struct peer *p, bool asks)
{
	if (asks || strcmp(p->role, "command") != 0) {
		p->counts = true;
		p->e->alone_since = 0;
	}
	if (p->seated || p->closing || !strcmp(p->role, "command"))
		return;
	p->seated = true;
	seat(p, "opened");
}

static void take_line(struct peer *p, const char *s, size_t n)
{
	struct json *j = NULL;
	struct fault f;
	if (json_parse(s, n, ASK_MAX, &j, &f)) {
		reply_fault(p, 0, STATUS_USAGE, &f);
		peer_close(p);
		return;
	}
	if (json_get(j, "hello")) {
		greeted(p, json_get(j, "hello"));
	} else if (!p->role[0]) {
		fault_set(&f, STATUS_USAGE, "no-hello", "a client says hello first");
		reply_fault(p, json_get_int(j, "id", 0), STATUS_USAGE, &f);
	} else if (json_get(j, "follow")) {
		p->follow = true;
		peer_snapshot(p);
		if (strcmp(p->role, "command"))
			read_attached(p);
		take_seat(p, false);
	} else {
		take_seat(p, true);
		ask_line(p, j);
	}
	json_free(j);
}

/* ---- in ------------------------------------------------------------------------- */

static void room_for(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
	static char chunk[65536]; /* one loop, and libuv reads into it and calls back at once */
	(void)h;
	(void)suggested;
	*out = uv_buf_init(chunk, sizeof chunk);
}

/* It asks and does not read its answers: the rest waits until it has.  True where it has to. */
static bool is_behind(struct peer *p)
{
	if (p->closing || uv_stream_get_write_queue_size((uv_stream_t *)&p->pipe) <= p->limit)
		return false;
	p->paused = true;
	uv_read_stop((uv_stream_t *)&p->pipe);
	return true;
}

static void take_lines(struct peer *p)
{
	size_t done = 0;
	while (!p->closing && !is_behind(p)) {
		const char *s = buf_str(&p->in) + done;
		const char *nl = memchr(s, '\n', p->in.len - done);
		if (!nl)
			break;
		size_t n = (size_t)(nl - s);
		done += n + 1;
		if (n)
			take_line(p, s, n);
	}
	if (!p->closing)
		buf_cut(&p->in, done);
}

static void came(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct peer *p = stream->data;
	if (n < 0) {
		peer_close(p);
		return;
	}
	if (n == 0 || p->closing)
		return;
	if (!buf_add(&p->in, b->base, (size_t)n)) {
		struct fault f;
		fault_set(&f, STATUS_USAGE, "too-long", "a line to the engine is at most 64 KiB");
		reply_fault(p, 0, STATUS_USAGE, &f);
		peer_close(p);
		return;
	}
	take_lines(p);
}

static void read_more(struct peer *p)
{
	p->paused = false;
	take_lines(p); /* what came before it fell behind */
	if (!p->closing && !p->paused && uv_read_start((uv_stream_t *)&p->pipe, room_for, came))
		peer_close(p);
}

/* A look that asks nothing (`status` in a prompt, every few seconds) keeps no engine from leaving. */
static bool anybody_counts(const struct engine *e)
{
	for (const struct peer *p = e->peers; p; p = p->next)
		if (p->counts)
			return true;
	return false;
}

void peer_close(struct peer *p)
{
	struct engine *e = p->e;
	if (p->closing)
		return;
	p->closing = true;
	for (struct peer **at = &e->peers; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			e->n_peers--;
			break;
		}
	if (p->panel)
		act_close(p->panel, "the console left", false);
	if (p->seated)
		seat(p, "closed");
	if (!e->peers)
		timer_stop(&e->beat);
	if (p->counts && !anybody_counts(e)) {
		struct now now;
		os_now(&now);
		e->alone_since = now.mono;
	}
	series_leave(p);
	pages_leave(p);
	uv_close((uv_handle_t *)&p->pipe, peer_freed);
}

static void beat(void *ctx)
{
	clients_beat(ctx);
}

static void refuse(uv_handle_t *h)
{
	free(h->data);
}

/* Nobody takes all the seats: not one user, and not all strangers together. */
static bool has_seat(const struct engine *e, int64_t uid)
{
	const struct kit *k = e->model->kit;
	bool known = k && kit_person_by_uid(k, uid);
	size_t same = 0, strange = 0;
	for (const struct peer *p = e->peers; p; p = p->next) {
		same += p->uid == uid;
		strange += !k || !kit_person_by_uid(k, p->uid);
	}
	return e->n_peers < PEERS_MAX && same < PEERS_OF_ONE && (known || strange < PEERS_OF_ONE);
}

static void connected(uv_stream_t *listener, int status)
{
	struct engine *e = listener->data;
	struct peer *p = mem_new(sizeof *p);
	uid_t uid = 0;
	pid_t pid;
	int fd;
	p->e = e;
	uv_pipe_init(&e->loop, &p->pipe, 0);
	p->pipe.data = p;
	if (status < 0 || uv_accept(listener, (uv_stream_t *)&p->pipe) || uv_fileno((uv_handle_t *)&p->pipe, &fd) ||
	    !os_peer(fd, &uid, &pid) || !has_seat(e, (int64_t)uid) || e->ending) {
		uv_close((uv_handle_t *)&p->pipe, refuse);
		return;
	}
	struct now now;
	os_now(&now);
	p->uid = (int64_t)uid;
	p->since = now.mono;
	p->limit = UNSENT_MAX;
	buf_init(&p->in, ASK_MAX + 65536);
	p->next = e->peers;
	e->peers = p;
	e->n_peers++;
	if (!e->beat)
		e->beat = timer_new(&e->loop, 1000, 1000, beat, e);
	say_hello(p);
	if (!p->closing)
		read_more(p);
}

/* ---- the socket --------------------------------------------------------------------- */

static enum status open_to_group(struct engine *e, struct fault *f)
{
	const struct kit *k = e->model->kit;
	const char *group = k ? k->engine_group : NULL;
	if (!group)
		return STATUS_OK;
	struct group *g = getgrnam(group);
	if (!g || chown(e->socket, (uid_t)-1, g->gr_gid) || chmod(e->socket, 0660)) {
		fault_set(f, STATUS_USAGE, "socket-group", "cannot open %s to the group %s: %s", e->socket, group, g ? strerror(errno) : "no such group");
		fault_mend(f, "the kit's engine.group must be a group of this machine that the engine's user is in");
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

static enum status bind_socket(struct engine *e, int fd, struct fault *f)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct stat st;
	text_copy(sa.sun_path, sizeof sa.sun_path, e->socket);
	unlink(e->socket); /* under the lock: whoever bound it is dead, or is this engine */
	if (bind(fd, (struct sockaddr *)&sa, sizeof sa) || chmod(e->socket, 0600) || stat(e->socket, &st)) {
		fault_set(f, STATUS_OUTSIDE, "socket", "cannot bind %s: %s", e->socket, strerror(errno));
		fault_mend(f, "the directory must exist and be writable; the kit's engine.socket names another place");
		return STATUS_OUTSIDE;
	}
	e->socket_dev = st.st_dev;
	e->socket_ino = st.st_ino;
	return open_to_group(e, f);
}

enum status clients_listen(struct engine *e, struct fault *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fault_set(f, STATUS_OUTSIDE, "socket", "cannot make a socket: %s", strerror(errno));
	enum status s = bind_socket(e, fd, f);
	if (s) {
		close(fd);
		return s;
	}
	e->listener = mem_new(sizeof *e->listener);
	uv_pipe_init(&e->loop, e->listener, 0);
	e->listener->data = e;
	if (!uv_pipe_open(e->listener, fd) && !uv_listen((uv_stream_t *)e->listener, LISTEN_MAX, connected))
		return STATUS_OK;
	clients_unlisten(e);
	return fault_set(f, STATUS_OUTSIDE, "socket", "cannot listen on %s", e->socket);
}

static void unlistened(uv_handle_t *h)
{
	free(h);
}

void clients_unlisten(struct engine *e)
{
	if (e->listener)
		uv_close((uv_handle_t *)e->listener, unlistened);
	e->listener = NULL;
}

bool clients_socket_is_ours(const struct engine *e)
{
	struct stat st;
	return !stat(e->socket, &st) && st.st_dev == e->socket_dev && st.st_ino == e->socket_ino;
}

/* On the record before the engine's own last word; the line itself stays a moment longer. */
void clients_unseat(struct engine *e)
{
	for (struct peer *p = e->peers; p; p = p->next) {
		if (p->seated)
			seat(p, "closed");
		p->seated = false;
	}
}

void clients_close(struct engine *e)
{
	/* somebody else's socket of that name is not ours to remove */
	if (e->listener && !e->lost && clients_socket_is_ours(e))
		unlink(e->socket);
	clients_unlisten(e);
	while (e->peers)
		peer_close(e->peers);
}
