/* The VFS of shimvfs.h: every call goes to the real one, unless it is to fail. */
#include "config.h"

#include "tests/crash/shimvfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct shim shim;
static sqlite3_vfs *real;
static sqlite3_vfs vfs;

struct file {
	sqlite3_file base;
	char name[32];
	bool recorded;       /* not for -shm and temporary files */
	sqlite3_file *below; /* lies behind this struct */
};

static sqlite3_file *below(sqlite3_file *f)
{
	return ((struct file *)(void *)f)->below;
}

static bool fails(void)
{
	shim.calls++;
	bool yes = shim.count && shim.calls >= shim.from && shim.calls < shim.from + shim.count;
	shim.failed += yes;
	return yes;
}

static void record(const char *name, enum shim_op_kind kind, int64_t offset, const void *data, size_t len)
{
	if (!shim.record)
		return;
	if (shim.n_ops == shim.cap_ops)
		shim.ops = mem_vec_grow(shim.ops, &shim.cap_ops, sizeof *shim.ops);
	struct shim_op *op = &shim.ops[shim.n_ops++];
	memset(op, 0, sizeof *op);
	op->kind = kind;
	op->offset = offset;
	op->len = len;
	memcpy(op->name, name, strnlen(name, sizeof op->name - 1));
	if (len) {
		op->data = mem_new(len);
		memcpy(op->data, data, len);
	}
}

void shim_mark(int64_t v)
{
	record("", SHIM_MARK, v, NULL, 0);
}

void shim_forget(void)
{
	for (size_t i = 0; i < shim.n_ops; i++)
		free(shim.ops[i].data);
	free(shim.ops);
	shim.ops = NULL;
	shim.n_ops = shim.cap_ops = 0;
}

static int x_close(sqlite3_file *f)
{
	return below(f)->pMethods ? below(f)->pMethods->xClose(below(f)) : SQLITE_OK;
}

static int x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return below(f)->pMethods->xRead(below(f), p, n, at);
}

static int x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct file *file = (struct file *)(void *)f;
	bool fail = file->recorded && fails();
	if (fail && shim.how == SHIM_FULL)
		return SQLITE_FULL;
	if (fail && shim.how == SHIM_NOTHING_DONE)
		return SQLITE_IOERR_WRITE;
	int len = fail && shim.how == SHIM_HALF_DONE ? n / 2 : n;
	int rc = below(f)->pMethods->xWrite(below(f), p, len, at);
	if (file->recorded)
		record(file->name, SHIM_WRITE, at, p, (size_t)len);
	return fail ? SQLITE_IOERR_WRITE : rc;
}

static int x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct file *file = (struct file *)(void *)f;
	bool fail = file->recorded && fails();
	if (fail && shim.how != SHIM_ALL_DONE)
		return SQLITE_IOERR_TRUNCATE;
	int rc = below(f)->pMethods->xTruncate(below(f), size);
	if (file->recorded)
		record(file->name, SHIM_TRUNCATE, size, NULL, 0);
	return fail ? SQLITE_IOERR_TRUNCATE : rc;
}

static int x_sync(sqlite3_file *f, int flags)
{
	struct file *file = (struct file *)(void *)f;
	bool fail = file->recorded && fails();
	if (fail && shim.how != SHIM_ALL_DONE)
		return SQLITE_IOERR_FSYNC;
	if (file->recorded)
		record(file->name, SHIM_SYNC, 0, NULL, 0);
	(void)flags; /* the power cuts of these tests are our own: the real disk need not wait */
	return fail ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int x_size(sqlite3_file *f, sqlite3_int64 *out)
{
	return below(f)->pMethods->xFileSize(below(f), out);
}

static int x_lock(sqlite3_file *f, int l)
{
	return below(f)->pMethods->xLock(below(f), l);
}

static int x_unlock(sqlite3_file *f, int l)
{
	return below(f)->pMethods->xUnlock(below(f), l);
}

static int x_reserved(sqlite3_file *f, int *out)
{
	return below(f)->pMethods->xCheckReservedLock(below(f), out);
}

static int x_control(sqlite3_file *f, int op, void *arg)
{
	return below(f)->pMethods->xFileControl(below(f), op, arg);
}

static int x_sector(sqlite3_file *f)
{
	return below(f)->pMethods->xSectorSize(below(f));
}

static int x_device(sqlite3_file *f)
{
	return below(f)->pMethods->xDeviceCharacteristics(below(f));
}

static int x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return below(f)->pMethods->xShmMap(below(f), page, size, extend, out);
}

static int x_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return below(f)->pMethods->xShmLock(below(f), at, n, flags);
}

static void x_shm_barrier(sqlite3_file *f)
{
	below(f)->pMethods->xShmBarrier(below(f));
}

static int x_shm_unmap(sqlite3_file *f, int del)
{
	return below(f)->pMethods->xShmUnmap(below(f), del);
}

static const sqlite3_io_methods methods = {
	2, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved, x_control, x_sector, x_device,
	x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, NULL, NULL,
};

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	return slash ? slash + 1 : "";
}

static int v_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out_flags)
{
	struct file *file = (struct file *)(void *)f;
	(void)v;
	memset(file, 0, sizeof *file);
	file->below = (sqlite3_file *)(void *)(file + 1);
	file->below->pMethods = NULL;
	if (fails())
		return shim.how == SHIM_FULL ? SQLITE_FULL : SQLITE_CANTOPEN;
	int rc = real->xOpen(real, path, file->below, flags, out_flags);
	if (rc == SQLITE_OK) {
		const char *name = base_name(path);
		memcpy(file->name, name, strnlen(name, sizeof file->name - 1));
		file->recorded = *name != '\0';
		file->base.pMethods = &methods;
	}
	return rc;
}

static int v_delete(sqlite3_vfs *v, const char *path, int sync)
{
	(void)v;
	bool fail = fails();
	if (fail && shim.how != SHIM_ALL_DONE)
		return SQLITE_IOERR_DELETE;
	int rc = real->xDelete(real, path, sync);
	if (rc == SQLITE_OK)
		record(base_name(path), SHIM_DELETE, 0, NULL, 0);
	return fail ? SQLITE_IOERR_DELETE : rc;
}

void shim_install(void)
{
	if (!real) {
		real = sqlite3_vfs_find(NULL);
		vfs = *real; /* what is not named below goes to the real one, which ignores its first argument */
		vfs.zName = "shim";
		vfs.szOsFile = (int)sizeof(struct file) + real->szOsFile;
		vfs.xOpen = v_open;
		vfs.xDelete = v_delete;
	}
	sqlite3_vfs_register(&vfs, 1);
}

void shim_remove(void)
{
	sqlite3_vfs_register(real, 1);
}
