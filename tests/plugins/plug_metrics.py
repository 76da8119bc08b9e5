"""Real Prometheus and Alertmanager from Debian on free loopback ports, stopped by
process id, and a small exporter whose figures the test sets."""
import http.server
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from plug_lib import Failed, wait_for


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def need(*programs):
    """Skip the whole test, saying what is missing, where these are not installed."""
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        print(f"SKIP: {', '.join(missing)} not installed (apt-get install prometheus prometheus-alertmanager)")
        sys.exit(77)


class Serving:
    """A threading HTTP server of one handler class on loopback."""

    def __init__(self, handler, tls=None):
        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Exporter(Serving):
    """What it exports is its `text`."""

    def __init__(self, text):
        outer = self
        self.text = text

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = outer.text.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(Handler)


class Counter(Serving):
    """Hands every question on to the real one, and keeps what was asked."""

    def __init__(self, to):
        outer = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.append(urllib.parse.parse_qs(body.decode())["query"][0])
                try:
                    with urllib.request.urlopen(urllib.request.Request(to + self.path, data=body), timeout=5) as r:
                        status, answer = r.status, r.read()
                except urllib.error.HTTPError as e:
                    status, answer = e.code, e.read()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        super().__init__(Handler)


class Daemon:
    """A server process of its own with a directory of its own."""

    def __init__(self, ready, argv_of, files):
        self.dir = tempfile.mkdtemp(prefix="plug-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        for name, text in files.items():
            with open(os.path.join(self.dir, name), "w", encoding="utf-8") as f:
                f.write(text)
        self.log = open(os.path.join(self.dir, "log"), "wb")  # noqa: SIM115 - closed with the process
        self.argv = argv_of(self)
        self.start(ready)

    def start(self, ready):
        self.p = subprocess.Popen(self.argv, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: self.p.poll() is not None or self.get(ready) in (200, 400), 30, "a ready server")
            if self.p.poll() is not None:
                raise Failed("it ended at once")
        except Failed:
            with open(self.log.name, "rb") as f:
                sys.stderr.write(f.read()[-3000:].decode(errors="replace"))
            self.stop()
            raise

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as r:
                return r.status
        except urllib.error.HTTPError as e:
            return e.code
        except OSError:
            return 0

    def stop(self):
        if self.p.poll() is None:
            self.p.terminate()
            try:
                self.p.wait(10)
            except subprocess.TimeoutExpired:
                self.p.kill()
                self.p.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def prometheus(exporter, *more, web=None):
    config = f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
scrape_configs:
  - job_name: shop
    honor_labels: true
    static_configs: [{{targets: ["127.0.0.1:{exporter.port}"]}}]
"""
    files = {"prometheus.yml": config}
    if web:
        files["web.yml"] = web
    return Daemon("/-/ready", lambda d: [
        "prometheus", f"--config.file={d.dir}/prometheus.yml", f"--storage.tsdb.path={d.dir}/data",
        f"--web.listen-address=127.0.0.1:{d.port}", *([f"--web.config.file={d.dir}/web.yml"] if web else []), *more], files)


def alertmanager():
    config = "route: {receiver: none, group_wait: 1s}\nreceivers: [{name: none}]\n" \
        "inhibit_rules:\n  - {source_matchers: ['alertname=\"Root\"'], target_matchers: ['alertname=\"Leaf\"']}\n"
    return Daemon("/-/ready", lambda d: [
        "prometheus-alertmanager", f"--config.file={d.dir}/am.yml", f"--storage.path={d.dir}/data",
        f"--web.listen-address=127.0.0.1:{d.port}", "--cluster.listen-address="], {"am.yml": config})


def now_text(offset=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))
