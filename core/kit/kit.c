/* From the files of a kit to checked structs: sizes, YAML, binding, cross
 * checks, in this order, and every problem of every file in one run. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kit/checks.h"

#define KIT_MAX ((size_t)16 << 20)      /* of all files, as kit.loaded records them */
#define SERVICES_MAX 10000

struct service_file { const char *name; const struct node *node; };
struct parse {
	struct checker c;
	struct arena *trees;
	const struct kit_file **files;      /* sorted by path */
	size_t n_files, budget;
	const struct node *kit;
	VEC(struct service_file) services;
	VEC(struct service_file) releases, data, comms; /* name: the path */
};

/* ---- files ------------------------------------------------------------------------------ */

static int by_path(const void *a, const void *b)
{
	const struct kit_file *const *x = a, *const *y = b;
	return strcmp((*x)->path, (*y)->path);
}

static const struct kit_file **files_sorted(const struct kit_file *files, size_t n)
{
	const struct kit_file **out = mem_grow(NULL, n + 1, sizeof *out);
	for (size_t i = 0; i < n; i++)
		out[i] = &files[i];
	qsort(out, n, sizeof *out, by_path);
	return out;
}

/* What a file takes as a JSON string, so that a kit that parses can also be recorded. */
static size_t recorded_size(const struct kit_file *f)
{
	size_t n = f->len + strlen(f->path) + 120;
	for (size_t i = 0; i < f->len; i++) {
		unsigned char ch = (unsigned char)f->text[i];
		if (ch == '"' || ch == '\\' || ch == '\n' || ch == '\t' || ch == '\r')
			n++;
		else if (ch < 0x20)
			n += 5;
	}
	return n;
}

static bool sizes_are_fine(struct parse *p)
{
	size_t sum = 0;
	for (size_t i = 0; i < p->n_files; i++)
		sum += recorded_size(p->files[i]);
	if (sum <= KIT_MAX)
		return true;
	mend_with(err(&p->c, (struct place){"kit.yaml", 1, 1}, "the kit is larger than 16 MiB"), "take out what is not part of it, or split it");
	return false;
}

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* NAME of DIR/NAME.yaml. */
static const char *base_name(struct parse *p, const char *path)
{
	const char *base = strchr(path, '/') + 1, *dot = strrchr(base, '.');
	return arena_strn(p->c.b.arena, base, dot ? (size_t)(dot - base) : strlen(base));
}

static bool read_yaml(struct parse *p, const char *path, const char *text, size_t len, const struct node **out)
{
	return yaml_read(p->c.b.arena, p->trees, path, text, len, &p->budget, p->c.b.problems, out);
}

/* The lines between --- and --- on top of a notice, as YAML of their own. */
static bool read_front_matter(struct parse *p, const char *path, const struct kit_file *f, const struct node **out)
{
	size_t len = 0;
	struct place top = {path, 1, 1};
	const char *text = f->len ? f->text : "";
	if (f->len >= 4 && begins(text, "---\n")) {
		const char *end = text + 3, *stop = text + f->len;
		while ((end = memchr(end, '\n', (size_t)(stop - end))) && !len) {
			end++;
			if ((size_t)(stop - end) >= 3 && memcmp(end, "---", 3) == 0 && (stop - end == 3 || end[3] == '\n' || end[3] == '\r'))
				len = (size_t)(end - text);
		}
	}
	if (len)
		return read_yaml(p, path, text, len, out);
	mend_with(err(&p->c, top, "a notice begins with its front matter"), "begin with --- and end it with --- on lines of their own");
	return false;
}

static void read_service(struct parse *p, const char *path, const struct kit_file *f)
{
	struct service_file s = {base_name(p, path), NULL};
	if (read_yaml(p, path, f->text, f->len, &s.node))
		*(struct service_file *)vec_push(&p->services) = s;
	else
		*(const char **)vec_push(&p->c.broken) = s.name;
}

/* Every file as a tree; which one it is stands in its path.  Paths live as long as the kit. */
static void read_file(struct parse *p, const struct kit_file *f)
{
	const char *path = arena_str(p->c.b.arena, f->path);
	struct service_file s = {path, NULL};
	if (strcmp(path, "kit.yaml") == 0) {
		p->c.kit_broken = !read_yaml(p, path, f->text, f->len, &p->kit);
	} else if (begins(path, "services/")) {
		read_service(p, path, f);
	} else if (begins(path, "releases/")) {
		if (read_yaml(p, path, f->text, f->len, &s.node))
			*(struct service_file *)vec_push(&p->releases) = s;
	} else if (begins(path, "data/")) {
		const char *name = base_name(p, path);
		*(const char **)vec_push(&p->c.procedures) = name;
		if (read_yaml(p, path, f->text, f->len, &s.node))
			*(struct service_file *)vec_push(&p->data) = s;
	} else if (begins(path, "comms/")) {
		if (read_front_matter(p, path, f, &s.node))
			*(struct service_file *)vec_push(&p->comms) = s;
	}
}

static void read_files(struct parse *p)
{
	p->c.kit_broken = true;
	for (size_t i = 0; i < p->n_files; i++)
		read_file(p, p->files[i]);
	bool there = false;
	for (size_t i = 0; i < p->n_files; i++)
		there |= strcmp(p->files[i]->path, "kit.yaml") == 0;
	if (!there)
		mend_with(err(&p->c, (struct place){"kit.yaml", 1, 1}, "there is no kit.yaml"), "`backout init DIR` writes one to begin with");
}

/* ---- binding ------------------------------------------------------------------------------ */

static void bind_kit(struct parse *p)
{
	struct place top = {"kit.yaml", 1, 1};
	object_add(&p->c.b, p->c.k, p->kit, top);
	bind_section(&p->c.b, &section_kit, p->kit, top, p->c.k);
}

/* The service's own words first, then what `defaults` adds for every service; {{service}} is filled in in both. */
static const struct node *with_defaults(struct parse *p, const struct service_file *s)
{
	const struct node *own = node_has_blank(s->node) ? node_fill(p->c.b.arena, s->node, s->name) : s->node;
	const struct node *defaults = p->kit ? node_get(p->kit, "defaults") : NULL;
	if (!defaults || defaults->kind != NODE_MAP || s->node->kind != NODE_MAP)
		return own;
	if (defaults->size > p->budget) {
		mend_with(err(&p->c, defaults->at, "`defaults` for every service make more than a million values"), "shorten them, or split the kit");
		return own;
	}
	p->budget -= defaults->size;
	return defaults_apply(p->c.b.arena, own, node_fill(p->c.b.arena, defaults, s->name));
}

static int by_name(const void *a, const void *b)
{
	const struct service_file *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static void bind_services(struct parse *p)
{
	struct kit *k = p->c.k;
	size_t n = p->services.n;
	if (n > SERVICES_MAX) {
		mend_with(err(&p->c, (struct place){"services", 1, 1}, "more than %d services", SERVICES_MAX), "split the kit");
		n = 0;
	}
	if (n)
		qsort(p->services.v, n, sizeof *p->services.v, by_name);
	k->services = arena_alloc(p->c.b.arena, n * sizeof *k->services + 1);
	for (size_t i = 0; i < n; i++) {
		const struct service_file *f = &p->services.v[i];
		const struct node *node = with_defaults(p, f);
		object_add(&p->c.b, &k->services[i], node, f->node->at);
		bind_section(&p->c.b, &section_service, node, f->node->at, &k->services[i]);
		check_file_bears(&p->c, node, "service", f->node->at.file);
		k->services[i].name = f->name; /* what the file says; another name in it was complained about */
	}
	k->n_services = n;
}

/* ---- all ----------------------------------------------------------------------------------- */

static void check_all(struct parse *p)
{
	bind_kit(p);
	bind_services(p);
	check_kit(&p->c);
	check_services(&p->c);
	check_rows(&p->c);
	for (size_t i = 0; i < p->releases.n; i++)
		check_release(&p->c, p->releases.v[i].node, p->releases.v[i].name);
	for (size_t i = 0; i < p->data.n; i++)
		check_procedure(&p->c, p->data.v[i].node, p->data.v[i].name);
	for (size_t i = 0; i < p->comms.n; i++)
		check_notice(&p->c, p->comms.v[i].node);
}

static void parse_release(struct parse *p)
{
	free(p->files);
	vec_release(&p->services);
	vec_release(&p->releases);
	vec_release(&p->data);
	vec_release(&p->comms);
	vec_release(&p->c.roles);
	vec_release(&p->c.broken);
	vec_release(&p->c.procedures);
	binder_release(&p->c.b);
	arena_free(p->trees);
}

enum status kit_parse(const struct kit_file *files, size_t n, struct kit **out, struct problems *out_problems)
{
	struct arena *a = arena_new();
	struct kit *k = arena_alloc(a, sizeof *k);
	struct parse p = {.n_files = n, .budget = NODES_MAX, .trees = arena_new()};
	size_t before = out_problems->errors;
	p.c = (struct checker){.b = {.arena = a, .problems = out_problems}, .k = k};
	p.files = files_sorted(files, n);
	k->arena = a;
	if (sizes_are_fine(&p)) {
		read_files(&p);
		check_all(&p);
		kit_digest(files, n, k->digest);
	}
	bool good = out_problems->errors == before;
	problems_sort(out_problems);
	parse_release(&p);
	*out = good ? k : NULL;
	if (!good)
		kit_free(k);
	return good ? STATUS_OK : STATUS_USAGE;
}

void kit_free(struct kit *k)
{
	if (k)
		arena_free(k->arena);
}

/* SHA-256 over, for each file by path: PATH NUL SHA-256(text) in hex LF. */
void kit_digest(const struct kit_file *files, size_t n, char out[SHA_HEX])
{
	const struct kit_file **sorted = files_sorted(files, n);
	struct piece *pieces = mem_grow(NULL, n * 2 + 1, sizeof *pieces);
	char (*hex)[SHA_HEX] = mem_grow(NULL, n + 1, sizeof *hex);
	unsigned char sha[SHA_LEN];
	for (size_t i = 0; i < n; i++) {
		sha256(sorted[i]->text, sorted[i]->len, sha);
		hex_print(sha, SHA_LEN, hex[i]);
		hex[i][SHA_HEX - 1] = '\n'; /* in the NUL's place: 64 digits and LF */
		pieces[2 * i] = (struct piece){sorted[i]->path, strlen(sorted[i]->path) + 1};
		pieces[2 * i + 1] = (struct piece){hex[i], SHA_HEX};
	}
	sha256_pieces(pieces, n * 2, sha);
	hex_print(sha, SHA_LEN, out);
	free(hex);
	free(pieces);
	free(sorted);
}
