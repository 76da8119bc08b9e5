/* Secrets: read where they are kept, handed on once, never kept here. */
#include "config.h"

#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/os.h"
#include "base/text.h"
#include "host/room.h"
#include "host/trust.h"

enum { SECRET_MAX = 64 * 1024, SECRETS_MAX = 512 * 1024, COMMAND_MS = 5000, WORDS_MAX = 64 };

/* A value on its way; wiped when it is let go. */
struct secret {
	char data[SECRET_MAX + 1];
	size_t len;
};

static enum status read_file(const char *path, const char *kit_dir, struct secret *out, struct fault *f)
{
	char whole[PATH_MAX];
	const char *home = getenv("HOME"), *base = path[0] == '/' || !kit_dir ? NULL : kit_dir;
	int n;

	if (strncmp(path, "~/", 2) == 0 && home) {
		base = home;
		path += 2;
	}
	n = base ? snprintf(whole, sizeof whole, "%s/%s", base, path) : snprintf(whole, sizeof whole, "%s", path);
	if (n < 0 || (size_t)n >= sizeof whole)
		return fault_set(f, STATUS_USAGE, "secret", "the path of a secret is too long");
	int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fault_set(f, STATUS_OUTSIDE, "secret", "the secret file %s cannot be read: %s", whole, strerror(errno));
	enum status s = trust_secret(fd, whole, f);
	for (ssize_t got = 1; s == STATUS_OK && got > 0 && out->len <= SECRET_MAX; out->len += (size_t)got) {
		got = read(fd, out->data + out->len, sizeof out->data - out->len);
		if (got < 0) {
			s = fault_set(f, STATUS_OUTSIDE, "secret", "the secret file %s cannot be read: %s", whole, strerror(errno));
			break;
		}
	}
	close(fd);
	return s;
}

/* ---- commands ------------------------------------------------------------------------------- */

static int64_t ms_left(int64_t until)
{
	struct now now;

	os_now(&now);
	return until > now.mono ? (until - now.mono) / 1000 + 1 : 0;
}

/* Read to the end of output or of its time; what it says to standard error is thrown away. */
static bool gather(const struct os_child *c, int64_t until, struct secret *out)
{
	struct pollfd p[] = { { c->out, POLLIN, 0 }, { c->err, POLLIN, 0 } };
	char rubbish[4096];

	while (p[0].fd >= 0 && out->len <= SECRET_MAX) {
		int64_t left = ms_left(until);
		int n = poll(p, 2, (int)left);
		if (left == 0 || n == 0)
			return false;
		if (n < 0 && errno == EINTR)
			continue;
		if (p[1].revents && read(c->err, rubbish, sizeof rubbish) == 0)
			p[1].fd = -1;
		if (!p[0].revents)
			continue;
		ssize_t got = read(c->out, out->data + out->len, sizeof out->data - out->len);
		if (got > 0)
			out->len += (size_t)got;
		else if (got == 0 || errno != EAGAIN)
			p[0].fd = -1;
	}
	return true;
}

/* Wait for it until its time is over, then end it and its kin. Its exit code, or -SIGKILL. */
static int await(const struct os_child *c, const char *tmpdir, bool patient, int64_t until)
{
	int code = -SIGKILL;
	const struct timespec bit = { 0, 2000000 };

	while (patient && !os_exited(c->pid, false, &code) && ms_left(until) > 0)
		nanosleep(&bit, NULL);
	if (!os_exited(c->pid, false, &code))
		code = -SIGKILL;
	for (int i = 0; i < 50 && os_kill_all(c->pid, tmpdir, SIGKILL) > 0; i++)
		nanosleep(&bit, NULL);
	int ignored;
	for (int i = 0; i < 100 && !os_exited(c->pid, true, &ignored); i++)
		nanosleep(&bit, NULL);
	os_forget(c->pid);
	return code;
}

static enum status run_command(char *const *argv, const char *kit_dir, struct secret *out, struct fault *f)
{
	char *tmpdir = room_tmpdir(NULL);
	char **env = room_env(tmpdir, NULL);
	struct os_spawn how = { .argv = (const char *const *)(uintptr_t)argv, .env = (const char *const *)(uintptr_t)env, .cwd = kit_dir };
	struct os_child c;
	enum status s = os_spawn(&how, &c, f);

	if (s == STATUS_OK) {
		struct now now;
		os_now(&now);
		int64_t until = now.mono + COMMAND_MS * 1000;
		close(c.in);
		bool ended = gather(&c, until, out);
		int code = await(&c, tmpdir, ended, until);
		close(c.out);
		close(c.err);
		if (code != 0) {
			s = fault_set(f, STATUS_OUTSIDE, "secret", code == -SIGKILL ? "the secret command %s did not end within 5 s" :
				"the secret command %s failed (%d)", argv[0], code);
			fault_mend(f, "run it by hand: it has to print the secret and exit with 0");
		}
	}
	room_env_free(env);
	if (tmpdir)
		room_remove(tmpdir);
	free(tmpdir);
	return s;
}

static enum status read_command(const struct json *words, const char *kit_dir, struct secret *out, struct fault *f)
{
	const char *plain[WORDS_MAX + 1] = { NULL };
	char *argv[WORDS_MAX + 1] = { NULL };
	size_t n = 0;

	for (const struct json *w = json_first(words); w; w = json_next(w)) {
		if (n == WORDS_MAX || json_type(w) != JSON_STRING)
			return fault_set(f, STATUS_USAGE, "secret", "the command of a secret is a list of at most %d words", (int)WORDS_MAX);
		plain[n++] = json_str(w, "");
	}
	if (!n)
		return fault_set(f, STATUS_USAGE, "secret", "the command of a secret is empty");
	enum status s = host_find(NULL, plain, kit_dir, argv, WORDS_MAX + 1, f);
	if (s == STATUS_OK)
		s = run_command(argv, kit_dir, out, f);
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	return s;
}

/* ---- one and all -------------------------------------------------------------------------------- */

static enum status read_env(const char *name, struct secret *out, struct fault *f)
{
	const char *value = getenv(name);

	if (!value)
		return fault_set(f, STATUS_OUTSIDE, "secret", "the variable %s of a secret is not set", name);
	out->len = strlen(value) < sizeof out->data ? strlen(value) : sizeof out->data;
	memcpy(out->data, value, out->len);
	return STATUS_OK;
}

static enum status secret_read(const struct json *from, const char *kit_dir, struct secret *out, struct fault *f)
{
	const char *file = json_get_str(from, "file", NULL), *env = json_get_str(from, "env", NULL);
	const struct json *command = json_get(from, "command");
	enum status s;

	out->len = 0;
	if (file)
		s = read_file(file, kit_dir, out, f);
	else if (command)
		s = read_command(command, kit_dir, out, f);
	else if (env)
		s = read_env(env, out, f);
	else
		return fault_set(f, STATUS_USAGE, "secret", "it is neither {file}, {command} nor {env}");
	if (s != STATUS_OK)
		return s;
	/* Editors end a file with a newline; no secret does. */
	if (out->len && out->len <= SECRET_MAX && out->data[out->len - 1] == '\n')
		out->len--;
	if (out->len && out->len <= SECRET_MAX && out->data[out->len - 1] == '\r')
		out->len--;
	if (!out->len || out->len > SECRET_MAX || memchr(out->data, '\0', out->len) || !utf8_valid(out->data, out->len))
		return fault_set(f, STATUS_OUTSIDE, "secret", "it is empty, over 64 KiB or no text");
	return STATUS_OK;
}

static enum status secrets_each(const struct json *root, const char *kit_dir, struct jw *w, struct fault *f)
{
	struct secret *value = mem_new(sizeof *value);
	enum status s = STATUS_OK;

	for (const struct json *v = json_first(root); v && s == STATUS_OK; v = json_next(v)) {
		struct fault why;
		s = secret_read(v, kit_dir, value, &why);
		if (s == STATUS_OK) {
			jw_key(w, json_key(v));
			jw_strn(w, value->data, value->len);
		} else {
			fault_set(f, s, "secret", "secret '%s': %s", json_key(v), why.what);
			fault_mend(f, "%s", why.mend);
		}
	}
	explicit_bzero(value, sizeof *value);
	free(value);
	return s;
}

enum status host_secrets(const char *spec, const char *kit_dir, char **out, struct fault *f)
{
	struct json *root;
	struct buf b;
	struct jw w;
	enum status s = json_parse(spec, strlen(spec), JSON_LINE_MAX, &root, f);

	*out = NULL;
	if (s != STATUS_OK)
		return s;
	/* Its whole room at once, so that growing leaves no copy behind. */
	buf_init(&b, SECRETS_MAX);
	b.data = mem_new(SECRETS_MAX + 1);
	b.cap = SECRETS_MAX + 1;
	jw_init(&w, &b);
	jw_obj(&w);
	s = secrets_each(root, kit_dir, &w, f);
	jw_obj_end(&w);
	json_free(root);
	if (s == STATUS_OK && b.failed)
		s = fault_set(f, STATUS_OUTSIDE, "secret", "the secrets of one backend are over 512 KiB together");
	if (s == STATUS_OK)
		*out = mem_strn(b.data, b.len);
	explicit_bzero(b.data, b.cap);
	buf_release(&b);
	return s;
}

void host_wipe(char *secrets)
{
	if (secrets)
		explicit_bzero(secrets, strlen(secrets));
	free(secrets);
}
