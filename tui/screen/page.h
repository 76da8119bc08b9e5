/* A page: the lines a view produces before it is known how many fit.  Each
 * line says how easily it can be left out and may carry an item that the
 * cursor can stand on; fitting keeps the order and drops the least needed.  A
 * line of a long list is only a promise: it is drawn when it is shown.  Called
 * by views; knows no model. */
#ifndef TUI_PAGE_H
#define TUI_PAGE_H

#include "tui/screen/cells.h"

#define PAGE_ROWS 300
#define DROP_NEVER 0
#define DROP_BLANK 9

enum item_kind { ITEM_NONE, ITEM_SERVICE, ITEM_SIGNAL, ITEM_CHANGE, ITEM_ACTION, ITEM_VERSION, ITEM_PIN, ITEM_FREEZE,
	ITEM_REPORT, ITEM_SAID, ITEM_LINE, ITEM_INCIDENT, ITEM_ROW, ITEM_TRY, ITEM_SOURCE };
struct item {                     /* what a line is about; the names live as long as the page's model stands still */
	enum item_kind kind;
	int pane, line;           /* line: of the page */
	const char *service, *name; /* never NULL */
	int64_t seq;
};
/* What the cursor remembers of an item, so that it stays there while lists re-sort. */
struct mark {
	enum item_kind kind;
	int at;                   /* which item it was: from there the cursor goes on when the item is gone */
	char service[72], name[176];
	int64_t seq;
};
bool mark_is(const struct mark *m, const struct item *it);
void mark_set(struct mark *m, const struct item *it, int at);

struct page;
/* Draw one line of a list with page_put; ctx is the page's, what the line's. */
typedef void (*page_fn)(struct page *p, const void *ctx, const void *what);
struct page_line {
	int row;                  /* of g; -1 a promise */
	int drop;
	bool more;                /* running text that goes on from the line before */
	page_fn draw;
	const void *what;
};
struct page {
	struct cells g;           /* rows that are drawn */
	int room;                 /* columns that g has memory for */
	int row, used;            /* where page_put draws; rows taken */
	struct page_line *lines;
	int n, cap;               /* lines */
	struct item *items;
	int n_items, cap_items;
	int pane;                 /* for items added from here on */
	const struct mark *cursor;
	bool begins;              /* where nothing was chosen yet the cursor stands on the first item */
	const void *ctx;          /* handed to page_fn */
	const char *curves_of;    /* a service with a curve that is not here yet, or NULL */
	const char *filter;       /* only lines with this text are kept by page_filtered views, or "" */
};

void page_init(struct page *p, int cols, const struct mark *cursor, const char *filter); /* cursor may be NULL */
void page_release(struct page *p);
/* A new line.  Past PAGE_ROWS everything lands on the last row. */
void page_line(struct page *p, int drop);
/* A new line that `draw` makes when it is shown: for lists of any length.  `what` outlives the page. */
void page_promise(struct page *p, int drop, page_fn draw, const void *what);
void page_rule(struct page *p, int drop, bool demo);
void page_item(struct page *p, enum item_kind kind, const char *service, const char *name, int64_t seq);
/* Text at a column of the newest line, within `width` columns; the column after it. */
int page_put(struct page *p, int col, int width, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Running text from a column on, on as many new lines as it takes, broken at blanks. */
void page_wrapped(struct page *p, int drop, int col, enum role role, const char *text);
int page_right(struct page *p, int right, enum role role, const char *s); /* ends before column `right` */
bool page_wanted(const struct page *p, const char *text); /* passes the filter */
/* Drop lines until n <= height. */
void page_fit(struct page *p, int height);
/* Copy what fits to out at `top`; where more is left, scroll so that the cursor is seen. */
void page_show(struct page *p, struct cells *out, int top, int height, int left, int cols);
/* What stands on the line of an item and on those that go on from it, in one line; a promised one is drawn for it. */
void page_text(struct page *p, const struct item *it, struct buf *out);
/* The row of g where a line stands, drawn; until the next call, where it was a promise. */
int page_row(struct page *p, int line);
/* The item under the cursor, NULL where it is not on the page: a key never means a thing that slid under it. */
const struct item *page_cursor_item(const struct page *p);

/* Three rows of big digits, right-aligned so that they end before `right`; "12:34", "1:02:03".  Returns their first column. */
int digits_draw(struct cells *c, int row, int right, enum role role, const char *time);
/* A little curve of n values (NaN: a gap) in width columns; top: the value of a full block. */
void spark_draw(struct cells *c, int row, int col, int width, enum role role, const float *v, int n, double top);
/* A bar: share of width filled. */
void bar_draw(struct cells *c, int row, int col, int width, enum role role, double share);

#endif
