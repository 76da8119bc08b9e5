/* cmocka with what it needs before it, and the loop that every table test has:
 * the row that fails is named.  Included by unit tests alone. */
#ifndef TESTS_CM_H
#define TESTS_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))
/* As assert_true, but says which row of a table it was. */
#define row_true(row, what) \
	do { \
		if (!(what)) \
			fail_msg("row %zu: %s", (size_t)(row), #what); \
	} while (0)

#endif
