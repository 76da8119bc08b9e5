/* A kit's files as one event carries them. */
#include "config.h"

#include "base/json.h"
#include "base/text.h"
#include "kit/kit_read.h"
#include "tests/screen/kit_body.h"

static void files_put(const struct kit_files *files, struct buf *out)
{
	struct jw w;
	char sha[SHA_HEX];

	kit_digest(files->v, files->n, sha);
	jw_init(&w, out);
	jw_obj(&w);
	jw_kstr(&w, "digest", sha);
	jw_kbool(&w, "in_use", true);
	jw_key(&w, "files");
	jw_arr(&w);
	for (size_t i = 0; i < files->n; i++) {
		jw_obj(&w);
		jw_kstr(&w, "path", files->v[i].path);
		jw_key(&w, "text");
		jw_strn(&w, files->v[i].text, files->v[i].len);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
}

bool kit_body(const char *dir, struct buf *out, char *why, size_t cap)
{
	struct kit_files files = {0};
	struct problems problems = {0};
	struct fault f = {0};
	bool good = kit_read(dir, &files, &problems, &f) == STATUS_OK && !problems.errors;

	if (good)
		files_put(&files, out);
	else
		text_copy(why, cap, problems.n ? problems.v[0].what : f.what);
	kit_files_release(&files);
	problems_release(&problems);
	return good;
}
