#!/bin/bash
# Holds what docs/backout.1 says of the console's keys, commands and views
# against the tables they are made from.  After a change of a table:
#   UPDATE=1 top_srcdir=. top_builddir=BUILD bash tests/screen/manual.sh
set -u
top_srcdir=${top_srcdir:-.}
top_builddir=${top_builddir:-.}
page=$top_srcdir/docs/backout.1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export LC_ALL=C.UTF-8
"$top_builddir/tests/screen/manual" >"$out/new" || exit 1
begin='^\.\\" derived: begin$'
end='^\.\\" derived: end$'
if [ "$(grep -c "$begin" "$page")$(grep -c "$end" "$page")" != 11 ]; then
	echo "FAIL: $page lacks its marks"
	exit 1
fi
if [ -n "${UPDATE:-}" ]; then
	sed -e "/$begin/,/$end/{/$begin/!{/$end/!d}}" "$page" | sed "/$begin/r $out/new" >"$out/page" && cp "$out/page" "$page"
	exit
fi
sed -n "/$begin/,/$end/p" "$page" | sed '1d;$d' >"$out/old"
diff -u "$out/old" "$out/new" || { echo "FAIL: docs/backout.1 says other keys than the table; UPDATE=1 writes it anew"; exit 1; }
# the program's own help has every row, and the words behind its name
"$top_builddir/backout" help keys >"$out/help" || exit 1
sed -n 's/^.*\\fB:\([^\\]*\(\\-[^\\]*\)*\)\\fR$/\1/p' "$out/new" | sed -e 's/\\-/-/g' -e '/ /!d' -e 's/^/:/' | while IFS= read -r usage; do
	grep -qF -- "$usage" "$out/help" || { echo "FAIL: backout help keys does not say $usage"; exit 1; }
done || exit 1
if command -v man >/dev/null; then
	wrong=$(MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 "$page" 2>&1 >/dev/null)
	[ -z "$wrong" ] || { echo "FAIL: $wrong"; exit 1; }
fi
