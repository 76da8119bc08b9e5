"""Events written into a store by hand, chained as an engine chains them (docs/journal.md)."""
import hashlib
import json
import sqlite3


def ns(x):
    x = str(x).encode()
    return b"%d:%s," % (len(x), x)


def append(store, events):
    """events: (at, mono, boot, incident, kind, actor, body) with at and mono in microseconds, body a dict."""
    db = sqlite3.connect(store, isolation_level=None)
    seq, chain = db.execute("SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    db.execute("BEGIN")
    for at, mono, boot, incident, kind, actor, body in events:
        seq += 1
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        sha = hashlib.sha256(text.encode()).digest()
        chain = hashlib.sha256(b"backout/event/1\n" + chain + b"".join(map(ns, (seq, at, boot, mono, incident or "", kind, actor))) + sha).digest()
        db.execute("INSERT INTO event VALUES(?,?,?,?,?,?,?,?,?,?)", (seq, at, boot, mono, incident, kind, actor, text, sha, chain))
    db.execute("COMMIT")
    db.close()
