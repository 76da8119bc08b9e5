#!/usr/bin/env python3
"""Check a backout journal without backout: verify.py journal.db|lines.jsonl|- [HEAD|ANCHORS-FILE]
Reads the store, or what `backout log --raw` printed.  Written from docs/journal.md alone."""
import hashlib, json, re, sqlite3, sys

SALTED = {"note", "comms", "report", "prompt", "data.step", "samples"}
COLUMNS = "seq,at,boot,mono,incident,kind,actor,body,body_sha,chain"

def ns(x):
    data = b"" if x is None else str(x).encode()
    return b"%d:%s," % (len(data), data)

def rows(path):
    if path != "-" and open(path, "rb").read(16) == b"SQLite format 3\0":
        db = sqlite3.connect("file:%s?mode=ro" % re.sub("[?#%]", lambda m: "%%%02x" % ord(m[0]), path), uri=True)
        yield from db.execute("SELECT %s FROM event ORDER BY seq" % COLUMNS)
        return
    for line in sys.stdin if path == "-" else open(path, encoding="utf-8", newline="\n"):
        e = json.loads(line)
        yield [e[c] for c in COLUMNS.split(",")[:7]] + [e.get("raw"), bytes.fromhex(e["body_sha"]), bytes.fromhex(e["chain"])]

def judge(prev, row):
    """What is wrong with an event after the chain prev, or None."""
    n, kind, body, body_sha = row[0], row[5], row[7], row[8]
    if (n == 1) != (kind == "store"):
        return "event 1, and it alone, is of kind store"
    if body is None and kind not in SALTED:
        return "a body of this kind is never withheld"
    if body is not None and hashlib.sha256(body.encode()).digest() != body_sha:
        return "its body was changed"
    mark = b"backout/event/1\n" + prev + b"".join(map(ns, row[:7])) + body_sha
    return None if hashlib.sha256(mark).digest() == row[9] else "it does not follow from the event before it"

def check(path, heads=()):
    """(events, store id, last chain, first bad seq or None, what)"""
    prev, seq, store, bad, gone, named, chains = bytes(32), 0, None, [], [], [], {}
    for row in rows(path):
        n, kind, body = row[0], row[5], row[7]
        what = "missing, or out of place" if n != seq + 1 else judge(prev, row)
        if what:
            bad.append((min(n, seq + 1), what))
            break
        if kind == "withheld":
            named += [(a, min(b, n - 1)) for a, b in json.loads(body)["seqs"]]
        prev, seq = row[9], n
        store = json.loads(body)["id"] if n == 1 else store
        gone += [n] if body is None else []
        chains[n] = prev.hex() if any(" %d " % n in h for h in heads) else ""
    bad += [(1, "the journal is empty")] if seq == 0 else []
    bad += [(g, "its body is gone") for g in gone if not bad and not any(a <= g <= b for a, b in named)]
    mine = [h.split() for h in heads if h.split()[1] == store]
    other = [(int(h[2]), "not the event of a head of " + h[4]) for h in mine if int(h[2]) <= seq and chains[int(h[2])] != h[3]]
    ahead = [(seq + 1, "the journal ends before the head " + h[2]) for h in mine if int(h[2]) > seq and not bad]
    bad += other or ahead
    bad += [(0, "the heads are another store's")] if heads and not mine and not bad else []
    return (seq, store, prev.hex()) + (min(bad) if bad else (None, ""))

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    given = sys.argv[2] if len(sys.argv) > 2 else ""
    text = given if given.startswith("backout/head/1 ") or not given else open(given).read()
    n, store, chain, first_bad, what = check(sys.argv[1], re.findall(r"backout/head/1 [0-9a-f]{32} \d+ [0-9a-f]{64} \S+", text))
    print("damaged: event %d: %s" % (first_bad, what) if first_bad is not None else "whole: %d events, head %s %d %s" % (n, store, n, chain))
    sys.exit(first_bad is not None)
