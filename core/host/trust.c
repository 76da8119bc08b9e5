/* Owners and modes. */
#include "config.h"

#include "host/trust.h"

#include <sys/stat.h>
#include <unistd.h>

static enum status trust_owner(const struct stat *st, const char *path, struct fault *f)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		fault_set(f, STATUS_USAGE, "untrusted", "%s belongs to neither root nor this user", path);
		fault_mend(f, "chown it");
		return STATUS_USAGE;
	}
	if (st->st_mode & S_IWOTH) {
		fault_set(f, STATUS_USAGE, "untrusted", "%s can be changed by everyone", path);
		fault_mend(f, "chmod o-w %s", path);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

enum status trust_program(const char *path, struct fault *f)
{
	struct stat st;

	if (path[0] != '/' || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return STATUS_OK;
	return trust_owner(&st, path, f);
}

enum status trust_secret(int fd, const char *path, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return fault_set(f, STATUS_USAGE, "untrusted", "%s is no file", path);
	if (st.st_mode & (S_IRGRP | S_IWGRP | S_IROTH)) {
		fault_set(f, STATUS_USAGE, "untrusted", "the secret file %s can be read by others", path);
		fault_mend(f, "chmod 600 %s", path);
		return STATUS_USAGE;
	}
	return trust_owner(&st, path, f);
}
