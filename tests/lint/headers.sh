#!/usr/bin/env bash
# Every header compiles alone, under each compiler that is here.
# Usage: headers.sh [TREE]     also from make check (top_srcdir, top_builddir)
set -u
src=${1:-${top_srcdir:-.}}
build=${top_builddir:-$src}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
[ -e "$build/config.h" ] || { mkdir -p "$work/inc"; : >"$work/inc/config.h"; build=$work/inc; }
flags=$(pkg-config --cflags libuv sqlite3 ncursesw 2>/dev/null)
bad=0 n=0
cd "$src" || exit 2
for cc in gcc clang; do
	command -v "$cc" >/dev/null 2>&1 || continue
	for h in $(find core tui plugins demo tests -name '*.h' 2>/dev/null | sort); do
		n=$((n + 1))
		printf '#include "%s"\n' "$h" >"$work/one.c"
		# shellcheck disable=SC2086 # flags are words
		"$cc" -std=c17 -D_GNU_SOURCE -I. -Icore -Iplugins -I"$build" $flags -Wall -Wextra -Werror -fsyntax-only "$work/one.c" 2>"$work/err" && continue
		echo "$h does not compile alone ($cc):"
		head -n 10 "$work/err"
		bad=1
	done
done
echo "$n headers compiled"
exit $bad
