#!/usr/bin/env python3
"""A plugin that measures very many signals and has their past, as fast as Python prints: bad (0.9) since WORLD/onset.
WORLD/answered: when it answered its first `history` with values.  Used by engine_backfill.py."""
import calendar
import json
import os
import select
import sys
import time

world, watched, due = "", [], None


def epoch(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + text[19:].rstrip("Z"))


def instant(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%06dZ" % int(t % 1 * 1e6)


def send(text):
    data = (text + "\n").encode()
    while data:
        data = data[os.write(1, data):]


def samples(signals, t, onset):
    value = "0.9" if t >= onset else "0.01"
    return '{"at":"%s","values":[%s]}' % (instant(t), ",".join(s % value for s in signals))


def named(signals):
    return ['{"service":"%s","signal":"%s","value":%%s}' % (s["service"], s["signal"]) for s in signals]


def history(p):
    start, end, step = epoch(p["from"]), epoch(p["to"]), p["step"]
    signals = named(p["signals"])
    with open(os.path.join(world, "onset")) as f:
        onset = float(f.read())
    n = int((end - start + 1e-6) / step) + 1
    text = ",".join(samples(signals, start + i * step, onset) for i in range(n)) if signals else ""
    if signals and not os.path.exists(os.path.join(world, "answered")):
        with open(os.path.join(world, "answered"), "w") as f:
            f.write("%f" % time.time())
    return '{"samples":[%s],"deploys":[],"changes":[]}' % text


def answer(m):
    global world, watched, due
    result = "{}"
    if m["method"] == "initialize":
        world = m["params"]["config"]["world"]
        result = json.dumps({"protocol": 1, "name": "many", "version": "1", "idempotent": False, "provides": {
            "deploys": False, "signals": True, "history": True, "discover": False, "notify": False, "verbs": []}})
    elif m["method"] == "watch":
        watched, due = named(m["params"]["signals"]), time.monotonic()
    elif m["method"] == "history":
        result = history(m["params"])
    send('{"jsonrpc":"2.0","id":%d,"result":%s}' % (m["id"], result))
    return m["method"] != "shutdown"


def main():
    global due
    data = b""
    while True:
        if due and time.monotonic() >= due:
            due = time.monotonic() + 15
            for i in range(0, len(watched), 5000):
                send('{"jsonrpc":"2.0","method":"samples","params":%s}' % samples(watched[i:i + 5000], time.time(), 0))
        if not select.select([0], [], [], 0.1)[0]:
            continue
        more = os.read(0, 1 << 20)
        if not more:
            return
        data += more
        while b"\n" in data:
            line, data = data.split(b"\n", 1)
            m = json.loads(line)
            if "id" in m and not answer(m):
                return


main()
