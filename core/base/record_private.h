/* What record.c and record_load.c share: the layouts that every VEC and list
 * has, and the set of tables that a table leads to.  For these two alone. */
#ifndef BASE_RECORD_PRIVATE_H
#define BASE_RECORD_PRIVATE_H

#include "base/record.h"

struct any_vec { void *v; size_t n, cap; };
struct any_list { void *v; size_t n; };

#define TABLES_MAX 64
struct tables { const struct table *v[TABLES_MAX]; size_t n; };
void tables_from(const struct table *t, struct tables *out);

#endif
