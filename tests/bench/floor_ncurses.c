/* The floor under every console: a list of services drawn with curses, repainted
 * whole for every key, and nothing else.  `make bench` holds the first frame
 * and the keys of the console against it. */
#include <curses.h>
#include <locale.h>

enum { ROWS = 2000 };

static void paint(int top, int at)
{
	int rows = LINES - 2;

	erase();
	attrset(A_BOLD);
	mvprintw(0, 1, "%-*s", COLS - 2, "floor: services and their versions");
	for (int i = 0; i < rows && top + i < ROWS; i++) {
		int n = top + i;
		attrset(n == at ? A_REVERSE : A_NORMAL);
		mvprintw(1 + i, 1, "service-%04d", n);
		attrset(COLOR_PAIR(n % 3 + 1) | (n == at ? A_REVERSE : A_NORMAL));
		printw("   %8d   last good %-8d %*s", 4000 + n, 3999 + n, COLS > 100 ? COLS - 80 : 4, n % 3 ? "good" : "near its limit");
	}
	attrset(A_NORMAL);
	mvprintw(LINES - 1, 1, "%d of %d", at + 1, ROWS);
	refresh();
}

int main(void)
{
	int top = 0, at = 0, key = 0;

	setlocale(LC_ALL, "");
	initscr();
	raw();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	start_color();
	for (short i = 1; i < 4; i++)
		init_pair(i, (short)(i + 1), COLOR_BLACK);
	do {
		at += key == KEY_DOWN && at + 1 < ROWS ? 1 : key == KEY_UP && at > 0 ? -1 : 0;
		if (at < top)
			top = at;
		if (at >= top + LINES - 2)
			top = at - LINES + 3;
		paint(top, at);
		key = getch();
	} while (key != 'q' && key != ERR);
	endwin();
	return 0;
}
