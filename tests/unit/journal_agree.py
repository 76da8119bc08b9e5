#!/usr/bin/env python3
"""Our verifier and docs/verify.py, written from the document alone, say the same of random journals,
whole and tampered with, as a store and as lines."""
import importlib.util, os, random, re, shutil, sqlite3, subprocess, sys, tempfile

top = os.environ.get("top_srcdir", ".")
tool = os.path.join(os.environ.get("top_builddir", "."), "tests/unit/journal_tool")
spec = importlib.util.spec_from_file_location("verify", os.path.join(top, "docs/verify.py"))
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)

def bump(column, value):
    return lambda db, k, n: db.execute("UPDATE event SET %s=%s WHERE seq=?" % (column, value), (k,))

def delete(db, k, n):
    db.execute("DELETE FROM event WHERE seq=?", (k,))

def shift(db, k, by):
    """seqs from k on move by `by`; in two steps, since they are unique"""
    db.execute("UPDATE event SET seq=-seq WHERE seq>=?", (k,))
    db.execute("UPDATE event SET seq=-seq+? WHERE seq<0", (by,))

def delete_renumber(db, k, n):
    delete(db, k, n)
    shift(db, k + 1, -1)

def double(db, k, n):
    shift(db, k + 1, 1)
    db.execute("INSERT INTO event SELECT seq+1,at,boot,mono,incident,kind,actor,body,body_sha,chain FROM event WHERE seq=?", (k,))

def swap(db, k, n):
    a, b = k, min(k + 1, n)
    db.execute("UPDATE event SET seq=-1 WHERE seq=?", (a,))
    db.execute("UPDATE event SET seq=? WHERE seq=?", (a, b))
    db.execute("UPDATE event SET seq=? WHERE seq=-1", (b,))

def rechain(db, k, n):
    """a changed event with a right digest and a right chain of its own"""
    rows = list(db.execute("SELECT %s FROM event WHERE seq IN (?,?) ORDER BY seq" % verify.COLUMNS, (k - 1, k)))
    prev = rows[0][9] if k > 1 else bytes(32)
    row = list(rows[-1])
    body = '{"forged":true}' if k > 1 else row[7] + " "
    sha = verify.hashlib.sha256(body.encode()).digest()
    mark = b"backout/event/1\n" + prev + b"".join(map(verify.ns, row[:7])) + sha
    db.execute("UPDATE event SET body=?,body_sha=?,chain=? WHERE seq=?", (body, sha, verify.hashlib.sha256(mark).digest(), k))

TAMPER = [
    lambda db, k, n: None,
    bump("at", "at+1"), bump("mono", "mono-1"), bump("boot", "boot||'0'"), bump("actor", "'ravi2'"), bump("kind", "'note2'"),
    bump("incident", "'INC-9'"), bump("body", "body||' '"), bump("body", "null"), bump("body_sha", "randomblob(32)"),
    bump("chain", "randomblob(32)"), bump("seq", "-seq"), delete, delete_renumber, double, swap, rechain,
]

def ours(path):
    r = subprocess.run([tool, "verify", path], capture_output=True, text=True)
    words = r.stdout.split(" ", 2)
    if r.returncode not in (0, 1) or len(words) < 2:
        sys.exit("journal_tool: %d %s%s" % (r.returncode, r.stdout, r.stderr))
    return None if words[0] == "whole" else int(words[1]), r.stdout.strip()

def theirs(path):
    return verify.check(path)[3]

def one(path, lines, seed, count, rand):
    which = seed % len(TAMPER)
    subprocess.run([tool, "make", path, str(seed), str(count)], check=True)
    db = sqlite3.connect(path, isolation_level=None)
    n = db.execute("SELECT max(seq) FROM event").fetchone()[0]
    guards = [(name, sql) for name, sql in db.execute("SELECT name,sql FROM sqlite_schema WHERE type='trigger'")]
    for name, _ in guards:
        db.execute("DROP TRIGGER " + name)
    k = rand.randint(1, n)
    TAMPER[which](db, k, n)
    for _, sql in guards:
        db.execute(sql)
    db.close()
    mine, said = ours(path)
    other = theirs(path)
    with open(lines, "w") as out:
        printed = subprocess.run([tool, "raw", path], stdout=out, stderr=subprocess.DEVNULL).returncode
    by_lines = theirs(lines) if printed == 0 else other  # without event 1 a store is not opened at all
    if not mine == other == by_lines:
        sys.exit("seed %d, tamper %d at %d of %d: ours %s (%s), verify.py %s, on lines %s" % (seed, which, k, n, mine, said, other, by_lines))
    return mine

def main():
    rand = random.Random(1)
    rounds = int(os.environ.get("ROUNDS", "170"))
    found = 0
    for seed in range(rounds):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as d:
            found += one(d + "/journal.db", d + "/lines.jsonl", seed, rand.randint(2, 60), rand) is not None
    print("journal_agree: %d journals, %d damaged, both verifiers say the same" % (rounds, found))
    if found < rounds // 2:
        sys.exit("too few were damaged for this to mean anything")

main()
