/* The baseline kit that `backout init` writes, built in so that it is looked
 * for nowhere at run time.  The table is made from kits/baseline by
 * baseline.sh; {{person}} and {{identity}} are filled in by cmd_init. */
#ifndef CLI_BASELINE_H
#define CLI_BASELINE_H

struct baseline_line {
	const char *path; /* below the kit's directory */
	const char *text; /* without its line end */
};
extern const struct baseline_line baseline_lines[]; /* by file, in order; ends with a NULL path */

#endif
