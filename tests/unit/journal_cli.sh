#!/usr/bin/env bash
# log and verify on the command line: lines that docs/verify.py takes, the fields
# and exit statuses of the contract, --follow, strangers' bytes, and the history
# of another user's engine through its socket.
set -u
top=${top_srcdir:-.} build=${top_builddir:-.}
b=$build/backout tool=$build/tests/unit/journal_tool
[ -x "$b" ] || { echo "no backout here"; exit 77; }
d=$(mktemp -d "${TMPDIR:-/tmp}/journal-cli.XXXXXX") || exit 2
engine=
trap '[ -z "$engine" ] || kill "$engine" 2>/dev/null; wait 2>/dev/null; rm -rf "$d"' EXIT
export XDG_STATE_HOME=$d/state HOME=$d XDG_CONFIG_HOME=$d/config TZ=UTC LC_ALL=C.UTF-8
unset BACKOUT_STORE BACKOUT_KIT
cd "$d" || exit 2
bad=0
is() { # WHAT WANTED GOT
	[ "$2" = "$3" ] && return
	printf 'journal_cli: %s: wanted [%s], got [%s]\n' "$1" "$2" "$3"
	bad=1
}
sql() { # FILE STATEMENTS: what they answer
	"${PYTHON:-python3}" -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for one in sys.argv[2].split(";"):
    for row in db.execute(one):
        print(*row)' "$1" "$2"
}
status() { # WHAT WANTED COMMAND...: its exit status
	local what=$1 want=$2
	shift 2
	"$@" >"$d/out" 2>"$d/err"
	is "$what" "$want" $?
}

store=$d/state/backout/demo/journal.db
mkdir -p "${store%/*}"
"$tool" make "$store" 7 60 || exit 1

status "log" 0 "$b" log
is "a line an event, without the samples" "$(sql "$store" "SELECT count(*) FROM event WHERE kind <> 'samples'")" "$("$b" log 2>"$d/said" | wc -l)"
is "that they are left out is said" 1 "$(grep -c 'samples left out' "$d/said")"
is "unless they are asked for" "$(sql "$store" "SELECT count(*) FROM event WHERE kind = 'samples'")" "$("$b" log --kind samples | grep -c ' value')"
is "a line an event for programs" 60 "$("$b" log --json | wc -l)"
is "no control byte gets out" 0 "$(LC_ALL=C grep -c "[$(printf '\001')-$(printf '\010')$(printf '\013')-$(printf '\037')]" "$d/out")"
status "log --raw" 0 "$b" log --raw
is "verify.py takes the lines" "whole: 60" "$("$b" log --raw | ${PYTHON:-python3} "$top/docs/verify.py" - | cut -d' ' -f1-2)"
is "nor one in JSON" 0 "$(LC_ALL=C grep -c "[$(printf '\001')-$(printf '\010')$(printf '\013')-$(printf '\037')]" "$d/out")"
is "one incident, one kind" "" "$("$b" log INC-1 --kind note --json | grep -v '"incident":"INC-1","kind":"note"')"
status "nothing since" 0 "$b" log --since 1h
is "nothing is printed" 0 "$(wc -l <"$d/out")"
status "an incident that is not there" 2 "$b" log INC-99
status "a kind that is not there" 2 "$b" log --kind notes
status "no time" 2 "$b" log --since yesterday
status "two words" 2 "$b" log INC-1 INC-22

status "verify" 0 "$b" verify
head=$("$b" verify --json | sed 's/.*"head":"\([^"]*\)".*/\1/')
is "fields" '{"ok":true,"events":60,"withheld":0,"head":"'"$head"'","anchors":{"checked":1,"behind":0,"missing":0}}' \
	"$("$b" verify "$store" --json --deep --head "$head")"
status "no file" 2 "$b" verify "$d/none"
status "no journal" 2 "$b" verify /etc/passwd
status "no head" 2 "$b" verify --head backout/head/1
status "no anchors" 2 "$b" verify --anchors "$d/none"

"$b" log --follow --json >"$d/followed" &
follower=$!
sleep 0.3
"$tool" make "$store" 8 20 || exit 1
for _ in $(seq 40); do
	[ "$(wc -l <"$d/followed")" -ge 80 ] && break
	sleep 0.1
done
is "--follow" "$(sql "$store" 'SELECT count(*) FROM event')" "$(wc -l <"$d/followed")"
mv "$store" "$store.away"
for _ in $(seq 40); do
	kill -0 "$follower" 2>/dev/null || break
	sleep 0.1
done
wait "$follower"
is "--follow says that the store is gone" 4 $?
mv "$store.away" "$store"

sql "$store" "DROP TRIGGER event_no_update; UPDATE event SET actor='eve' WHERE seq=9"
status "damage" 1 "$b" verify --json
is "the event is named" 1 "$(grep -c '"ok":false.*"first_bad":{"seq":9,' "$d/out")"
echo "cheers $head" >"$d/anchors"
status "anchors" 1 "$b" verify --anchors "$d/anchors"

# A copy where nothing may be written.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$d"
	mkdir -m 755 "$d/copy #1"
	"$tool" make "$d/copy #1/journal.db" 9 30 && chmod 644 "$d/copy #1/journal.db"
	rm -f "$d/copy #1"/*-shm "$d/copy #1"/*-wal
	is "a copy" "whole:" "$(setpriv --reuid nobody --clear-groups "$b" verify "$d/copy #1/journal.db" 2>&1 | head -1 | cut -d' ' -f1)"
fi

# Another user reads the history through the socket.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	export XDG_STATE_HOME=$d/other
	chmod 755 "$d"
	mkdir -m 755 "$d/run"
	"$b" init "$d/kit" >"$d/out" 2>&1 || { cat "$d/out"; exit 1; }
	printf 'engine: {socket: %s/run/engine.sock, group: root}\n' "$d" >>"$d/kit/kit.yaml"
	"$b" engine "$d/kit" >"$d/engine.out" 2>&1 &
	engine=$!
	for _ in $(seq 50); do
		[ -S "$d/run/engine.sock" ] && break
		sleep 0.1
	done
	chmod 666 "$d/run/engine.sock" # nobody is not in the group
	is "their log is mine" "$("$b" log --raw --kit "$d/kit" | head -3)" \
		"$(setpriv --reuid nobody --clear-groups "$b" log --raw --kit "$d/kit" 2>&1 | head -3)"
	is "and it is whole" "whole:" "$(setpriv --reuid nobody --clear-groups "$b" log --raw --kit "$d/kit" 2>&1 |
		${PYTHON:-python3} "$top/docs/verify.py" - | cut -d' ' -f1)"
fi
[ "$bad" = 0 ] && echo "journal_cli: all as it must be"
exit $bad
