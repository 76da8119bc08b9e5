/* The one place that walks a kit's directory.  Files are read whole, with
 * their modes and owners checked (contract 4: world-writable, or owned by
 * neither root nor the engine's user, is refused). */
#ifndef KIT_KIT_READ_H
#define KIT_KIT_READ_H

#include "kit/kit.h"

struct kit_files { struct kit_file *v; size_t n, cap; };
/* Problems of the directory (missing, links that lead out, modes) are added to *p.
 * Sorted by path.  Caller releases both. */
enum status kit_read(const char *dir, struct kit_files *out, struct problems *p, struct fault *f);
void kit_files_release(struct kit_files *fs);
/* Turn logins into uids (getpwnam); a login this machine does not know is a warning and stays
 * UID_NOBODY; two people with one uid are an error. */
void kit_resolve_logins(struct kit *k, struct problems *p);
/* Which kit (contract 1): arg, BACKOUT_KIT, nearest parent with kit.yaml, $XDG_CONFIG_HOME/backout/kit.
 * ("the kit of the only running engine" is client's).  out gets an absolute directory. */
enum status kit_find(const char *arg, char *out, size_t cap, struct fault *f);

#endif
