#!/bin/bash
# Runs every script of tests/screen/scripts through the front end without a
# terminal and compares its frames with tests/screen/golden.  Frames are text,
# for people to read in review.  After a wanted change:
#   UPDATE=1 top_srcdir=. top_builddir=BUILD bash tests/screen/golden.sh
set -u
top_srcdir=${top_srcdir:-.}
top_builddir=${top_builddir:-.}
headless=$(cd "$top_builddir" && pwd)/tests/screen/headless
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export LC_ALL=C.UTF-8 TZ=CET-1 XDG_CONFIG_HOME="$out/nobody"
cd "$top_srcdir" || exit 99
# The checkout may be read-only to this user or owned by another: the kit of the
# scripts is read from a copy that is ours.
cp -r tests/screen/kit tests/screen/kit_auto "$out" && chmod -R u+rwX,go-w "$out/kit" "$out/kit_auto"
bad=0
for script in tests/screen/scripts/*.txt; do
	name=$(basename "$script" .txt)
	fleet=$(sed -n 's/^# fleet //p' "$script")
	if [ -n "$fleet" ]; then
		rm -rf "$out/fleet.d"
		python3 tests/screen/fleet.py "$out/fleet.d" "$fleet" || bad=1
	fi
	sed "s|^kit tests/screen/kit|kit $out/kit|; s|^include fleet|include $out/fleet.d|" "$script" >"$out/script"
	if ! "$headless" "$out/script" >"$out/$name"; then
		echo "FAIL: $script did not run"
		bad=1
	elif [ -n "${UPDATE:-}" ]; then
		cp "$out/$name" "tests/screen/golden/$name.txt"
	elif ! diff -u "tests/screen/golden/$name.txt" "$out/$name"; then
		echo "FAIL: the frames of $script are others than golden/$name.txt"
		bad=1
	fi
	# every frame says in its first line where it is
	if ! awk '/^== (asks|roles|paints)/{first=0;next} /^== /{first=1;next}
		first{first=0;if($0!~/PRODUCTION|DEMO|DRILL|NO ENVIRONMENT/){print "no environment: " $0;bad=1}} END{exit bad}' "$out/$name"; then
		echo "FAIL: $script"
		bad=1
	fi
	# a theme in plain ASCII shows nothing else
	if ! LC_ALL=C awk '/^== /{plain=/, plain ASCII/;next} plain&&/[^ -~]/{print "not ASCII: " $0;bad=1} END{exit bad}' "$out/$name"; then
		echo "FAIL: $script"
		bad=1
	fi
done
exit $bad
