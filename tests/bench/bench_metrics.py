"""A thousand signals that differ in one label: one question to the real Prometheus,
beside the bare question by a client that does nothing but ask and read."""
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.parse

from bench_rows import at, most, row, rounds
from bench_world import BUILD, wait_for

SIGNALS = 1000


class Watcher:
    """The plugin; each `watch` is a round at once."""

    def __init__(self, url):
        self.p = subprocess.Popen([os.path.join(os.path.abspath(BUILD), "plugins", "backout-plugin-prometheus")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.id = 0
        self.ask("initialize", {"protocol": 1, "mode": "watch", "backend": "b", "environment": "test", "config": {"url": url}, "secrets": {}})

    def send(self, method, params):
        self.id += 1
        self.p.stdin.write((json.dumps({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}) + "\n").encode())
        self.p.stdin.flush()

    def ask(self, method, params):
        self.send(method, params)
        while True:
            line = json.loads(self.p.stdout.readline())
            if line.get("id") == self.id:
                return line

    def round(self, params):
        """Seconds from `watch` until every signal has its value."""
        self.send("watch", params)
        began = time.perf_counter()
        got = 0
        while got < SIGNALS:
            line = self.p.stdout.readline()
            got += line.count(b'"value":') - line.count(b'"value":null') if b'"samples"' in line[:60] else 0
        return time.perf_counter() - began

    def close(self):
        self.p.stdin.close()
        self.p.wait(10)


def bare(connection, query):
    began = time.perf_counter()
    connection.request("POST", "/api/v1/query", urllib.parse.urlencode({"query": query}), {"Content-Type": "application/x-www-form-urlencoded"})
    body = connection.getresponse().read()
    took = time.perf_counter() - began
    if body.count(b'"value":') != SIGNALS:
        raise SystemExit("the bare question was answered otherwise: %s" % body[:300])
    return took


def bench_metrics():
    if not shutil.which("prometheus"):
        print("prometheus is not installed: its row is left out", flush=True)
        return
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "plugins"))
    from plug_metrics import Exporter, prometheus
    names = ["service-%04d" % i for i in range(SIGNALS)]
    query = 'sum by (service) (rate(requests_total{service=~"%s",code=~"5.."}[1m])) / sum by (service) (rate(requests_total{service=~"%s"}[1m]))'
    text = "".join('requests_total{service="%s",code="%d"} %d\n' % (n, code, i + code) for i, n in enumerate(names) for code in (200, 500))
    with Exporter(text) as exporter, prometheus(exporter) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        asked = query % ("|".join(names), "|".join(names))
        wait_for(lambda: bare_count(connection, "sum by (service) (requests_total)") == SIGNALS, 20)
        # two different figures make a rate; 0 by 0 is not a number
        exporter.text = "".join('requests_total{service="%s",code="%d"} %d\n' % (n, code, 2 * i + code + 9) for i, n in enumerate(names) for code in (200, 500))
        wait_for(lambda: bare_count(connection, asked) == SIGNALS, 20)
        one = 'sum(rate(requests_total{service="%s",code=~"5.."}[1m])) / sum(rate(requests_total{service="%s"}[1m]))'
        params = {"deploys": [], "signals": [{"service": n, "signal": "errors", "query": one % (n, n), "every": 3600} for n in names]}
        w = Watcher(server.url)
        ours, floor = [], []
        for _ in range(rounds(25)):
            floor.append(bare(connection, asked))
            ours.append(w.round(params))
        w.close()
    row("1,000 signals of one shape, asked and told", at(ours, 50) * 1e3, at(floor, 50) * 1e3, "ms", "<= 1.5 x the bare question", most(1.5))


def bare_count(connection, query):
    connection.request("POST", "/api/v1/query", urllib.parse.urlencode({"query": query + " >= 0"}), {"Content-Type": "application/x-www-form-urlencoded"})
    return connection.getresponse().read().count(b'"value":')
