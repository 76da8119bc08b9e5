"""A real little service of the capistrano kind: python3 plug_app.py DIR HOW [PORT].

It serves the release that `current` pointed to when it loaded, and says so at
/version.  HUP loads again, except: `stubborn` never, `slow` 2 s later, `dies`
ends.  It writes DIR/pid and DIR/port."""
import http.server
import json
import os
import signal
import sys
import threading
import time

where, how = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "hup"
version = None


def load(*_):
    global version
    path = os.path.realpath(os.path.join(where, "current"))
    try:
        with open(os.path.join(path, "app"), encoding="utf-8"):
            version = os.path.basename(path)
    except OSError:
        pass  # the release is not runnable: the old one goes on


def reload(*_):
    if how == "hup":
        load()
    elif how == "slow":
        threading.Thread(target=lambda: (time.sleep(2), load()), daemon=True).start()
    elif how == "dies":
        os._exit(1)


class Handler(http.server.BaseHTTPRequestHandler):
    wbufsize = 65536

    def do_GET(self):
        if how == "mute":
            time.sleep(30)
        body = json.dumps({"version": version, "pid": os.getpid()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


load()
signal.signal(signal.SIGHUP, reload)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[3]) if len(sys.argv) > 3 else 0), Handler)
with open(os.path.join(where, "pid"), "w", encoding="utf-8") as f:
    f.write(f"{os.getpid()}\n")
with open(os.path.join(where, "port.new"), "w", encoding="utf-8") as f:
    f.write(str(server.server_port))
os.rename(os.path.join(where, "port.new"), os.path.join(where, "port"))
server.serve_forever()
