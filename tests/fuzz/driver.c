/* Runs a fuzzer's entry point over its corpus where libFuzzer is not there:
 * every file of tests/fuzz/corpus/NAME (NAME from this program's own name), or
 * the files named on the command line.  So each finding that was ever mended
 * stays a test on every machine and compiler. */
#include "config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX ((size_t)4 << 20)

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX);

	if (!f || !data) {
		fprintf(stderr, "%s: cannot be read\n", path);
		if (f)
			fclose(f);
		free(data);
		return 1;
	}
	size_t n = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	/* an exact copy, so that a sanitizer sees the first byte past the end */
	uint8_t *exact = malloc(n ? n : 1);
	if (exact) {
		memcpy(exact, data, n);
		LLVMFuzzerTestOneInput(exact, n);
	}
	free(exact);
	free(data);
	return 0;
}

static int run_folder(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int files = 0, bad = 0;

	if (!d) {
		fprintf(stderr, "%s: no corpus\n", dir);
		return 1;
	}
	while ((e = readdir(d))) {
		char path[4096];
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		bad |= run_file(path);
		files++;
	}
	closedir(d);
	printf("%d inputs of %s\n", files, dir);
	return bad || !files;
}

int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir"), *name = strstr(argv[0], "fuzz_");
	char dir[4096];
	int bad = 0;

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			bad |= run_file(argv[i]);
		return bad;
	}
	for (const char *next = name; next && (next = strstr(next + 1, "fuzz_"));)
		name = next;
	snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%s", top ? top : ".", name ? name + strlen("fuzz_") : "");
	return run_folder(dir);
}
