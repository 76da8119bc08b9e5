/* The orders of the views. */
#include "config.h"

#include <stddef.h>

#include "tui/ui/view.h"

const struct sort_row sorts[SORT_COUNT] = {
#define X(view, name, words) {VIEW_##view, name, words},
	SORTS(X)
#undef X
};

int view_sorts(enum view_kind view)
{
	int n = 0;

	for (int i = 0; i < SORT_COUNT; i++)
		n += sorts[i].view == view;
	return n;
}

const struct sort_row *view_sort(enum view_kind view, int n)
{
	int all = view_sorts(view), at = 0;

	for (int i = 0; all && i < SORT_COUNT; i++)
		if (sorts[i].view == view && at++ == n % all)
			return &sorts[i];
	return NULL;
}
