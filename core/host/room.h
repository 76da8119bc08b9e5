/* What a plugin process finds around it: its environment and its private
 * TMPDIR.  Called by whatever starts a program for the host; the caller owns
 * what comes back. */
#ifndef HOST_ROOM_H
#define HOST_ROOM_H

/* A fresh directory only we may enter, as an owned path: in DIR/scratch, or (dir NULL) in TMPDIR.  NULL where
 * none can be made. */
char *room_tmpdir(const char *dir);
/* Remove it with everything in it; links are not followed. */
void room_remove(const char *tmpdir);
/* PATH HOME USER LANG TZ TMPDIR and what pass_env (may be NULL) names and is set.
 * Owned: room_env_free.  tmpdir NULL: TMPDIR as we have it. */
char **room_env(const char *tmpdir, const char *const *pass_env);
void room_env_free(char **env);

#endif
