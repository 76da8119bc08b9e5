/* The kit's key table: one row per key of every section (contract 4).  The
 * binder, the unknown-key errors and `help kit` are all derived from these
 * rows; a key that is not here does not exist.  Plain data, never changed. */
#ifndef KIT_SCHEMA_H
#define KIT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value may be, and the type of the field that it is put into. */
enum key_type {
	KEY_TEXT,      /* const char *: any scalar */
	KEY_NAME,      /* const char *: text_is_name */
	KEY_KIT_NAME,  /* const char * */
	KEY_VERSION,   /* const char *: the version alphabet */
	KEY_DATE,      /* const char *: YYYY-MM-DD */
	KEY_BOOL,      /* bool */
	KEY_INT,       /* int, min..max */
	KEY_UID,       /* int64_t */
	KEY_DURATION,  /* int64_t, at least min */
	KEY_ENUM,      /* an enum: the place in `words` */
	KEY_LIMIT,     /* struct kit_limit: "3 in 1h" */
	KEY_LETTER,    /* char: a key that a kit may use */
	KEY_NAMES,     /* struct kit_names: a list of texts */
	KEY_SERVICES,  /* struct kit_names: a list, or the word all (then empty) */
	KEY_CONDS,     /* struct kit_conds: texts; the cross checks parse them */
	KEY_JSON,      /* const char *: a map as canonical JSON */
	KEY_ANY,       /* nowhere: a later issue's, only YAML */
	KEY_PLUGIN,    /* const char * and, at off_n, struct kit_names */
	KEY_SECRETS,   /* const char *: JSON of {NAME: {file|command|env: …}} */
	KEY_KEYS,      /* struct kit_key * and, at off_n, size_t */
	KEY_SECTION,   /* fields of one sub-section from off on */
	KEY_MAP,       /* an array and, at off_n, its size: ID -> sub-section; the ID is its first member */
	KEY_LIST,      /* an array and, at off_n, its size */
	KEY_LISTS,     /* an array of {ID, list of sub-sections}: struct kit_list */
};

#define NOWHERE ((size_t)-1) /* checked, not kept */

struct section;
struct key {
	const char *name;
	enum key_type type;
	bool required;
	const char *def;         /* shown in help; read as a value unless it begins with '=' (then code computes it) */
	size_t off, off_n;
	const char *help;
	const char *words;       /* ENUM: "a|b|c" in the enum's order; an empty word is a value that cannot be written here */
	const struct section *sub;
	int64_t min, max;        /* INT: both; DURATION: min, and max where not 0 */
	bool lenient;            /* SECTION: its required keys may come from elsewhere */
	bool common;             /* MAP, LIST: keys that hold for every item may stand here too (defaults) */
};
struct section {
	const char *title;       /* "people.ID", as help shows it */
	const char *noun;        /* "a person", as messages say it */
	size_t size;             /* of an element's struct */
	const struct key *keys;
	size_t n;
	bool implied;            /* where it is absent, its defaults hold */
	bool given;              /* its first field is a bool that says it was there */
};

extern const struct section section_kit, section_service, section_release, section_procedure, section_notice;

#endif
