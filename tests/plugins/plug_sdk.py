#!/usr/bin/env python3
"""The SDK, through the templates: hostile input, nobody reading, the ways to end."""
import json
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import BUILD, SRC, Dir, Plugin, action, check, main, op, program, same, unheard, wait_for  # noqa: E402


def template(d, mode="act"):
    for name, line in (("auth.version", "42"), ("auth.errors", "0.25")):
        with open(f"{d}/{name}", "w", encoding="utf-8") as f:
            f.write(line + "\n")
    p = Plugin(program("template"))
    p.start({"dir": d}, mode=mode)
    return p


def test_initialize():
    p = Plugin(program("template"))
    p.error("preflight", {"action": {}}, -32600)
    p.error("initialize", {"protocol": 2, "config": {}}, -32602)
    p.error("initialize", {}, -32602)
    p.start()
    p.error("initialize", {"protocol": 1}, -32600)
    same(p.result("ping"), {})
    p.close()


def test_hostile_lines():
    with Dir() as d:
        p = template(d)
        deep = '{"jsonrpc":"2.0","id":77,"method":"ping","params":' + "[" * 70 + "]" * 70 + "}"
        bad = [b"garbage", b"{", b"[]", b"[1,2]", b"null", b"17", b'"x"', b"{}", b'{"id":71}', b'{"method":5,"id":71}', b"\xff\xfe", b"\x00",
               b'{"jsonrpc":"2.0","id":71,"method":"ping","id":73}', b'{"jsonrpc":"2.0","id":71,"method":"ping","params":{"x":"\\u0000"}}',
               b'{"jsonrpc":"2.0","id":71,"method":"ping","params":{"x":"\\ud800"}}', b'{"jsonrpc":"2.0","id":71,"method":"ping","params":NaN}',
               deep.encode(), b'{"jsonrpc":"2.0","id":71,"method":"ping","params":{}} trailing', b'{"result":{},"id":72}', b'{"error":{},"id":72}']
        for line in bad:
            p.raw(line.replace(b"71", b"%d" % (7100 + bad.index(line))) + b"\n")
        p.raw(b"\n\r\n  \n")
        p.raw(b'{"jsonrpc":"2.0","id":500,"method":"ping"}\r\n')
        same(p.answer(500)["result"], {})
        check(77 not in p.answers, "70 levels were read")
        p.raw(b'{"jsonrpc":"2.0","id":501,"method":"ping","params":{"x":"' + b"y" * (3 << 20) + b'"}}\n')
        p.raw(b'{"jsonrpc":"2.0","id":502,"method":"ping"}\n')
        same(p.answer(502)["result"], {})
        check(501 not in p.answers, "a line of 3 MiB was read")
        p.raw(b'{"jsonrpc":"2.0","id":503,"method":"ping","params":{"x":"' + b"y" * ((1 << 20) - 100) + b'"}}\n')
        same(p.answer(503)["result"], {}, "a line of nearly 1 MiB")
        p.close()


def test_random_bytes():
    rng = random.Random(7)
    with Dir() as d:
        p = template(d)
        for _ in range(300):
            p.raw(bytes(rng.choice(b'{}[]",:\\u0129adeinmopr\n \xff') for _ in range(rng.randrange(200))))
        p.raw(b'\n{"jsonrpc":"2.0","id":"word","method":"ping"}\n')
        wait_for(lambda: "word" in p.answers)
        p.close()


def test_bytes_one_by_one():
    with Dir() as d:
        p = template(d)
        for b in b'{"jsonrpc":"2.0","id":600,"method":"ping"}\n':
            p.raw(bytes([b]))
        same(p.answer(600)["result"], {})
        p.raw(b'{"jsonrpc":"2.0","id":601,"method":"ping"}')  # the last line without its end
        p.p.stdin.close()
        same(p.answer(601)["result"], {})
        same(p.p.wait(5), 0)


def test_many_requests_at_once():
    with Dir() as d:
        p = template(d)
        p.raw(b"".join(b'{"jsonrpc":"2.0","id":%d,"method":"ping"}\n' % i for i in range(1000, 6000)))
        wait_for(lambda: all(i in p.answers for i in range(1000, 6000)), 10, "5,000 answers")
        p.close()


def test_bad_params():
    with Dir() as d:
        p = template(d)
        a = action("rollback", {"file": "auth.version"}, **{"from": "42", "to": "41"})
        for bad in ({}, {"op": op()}, {"op": "short", "action": a, "deadline": 5}, {"op": op(), "action": a}, {"op": op(), "action": a, "deadline": -1},
                    {"op": op(), "action": a, "deadline": "soon"}, {"op": op(), "action": {**a, "target": []}, "deadline": 5},
                    {"op": op(), "action": 7, "deadline": 5}, {"op": "../../../../etc/passwd-0123456789", "action": a, "deadline": 5}):
            p.error("perform", bad, -32602)
        with open(f"{d}/auth.version", encoding="utf-8") as f:
            same(f.read(), "42\n", "nothing was changed")
        for name in ("../x", "/etc/passwd", "", ".", "a/b"):
            m = p.ask("preflight", {"action": action("rollback", {"file": name}, to="41")})
            check("error" in m, name)
        p.close()


def test_nobody_reads():
    """Answers and notifications pile up behind a reader that stopped; memory does not."""
    with Dir() as d:
        p = Plugin(program("template"))
        p.start({"dir": d}, mode="watch")
        for i in range(200):
            with open(f"{d}/s{i}", "w", encoding="utf-8") as f:
                f.write(str(i))
        r, w = os.pipe()
        proc = subprocess.Popen([program("template")], stdin=subprocess.PIPE, stdout=w)
        os.close(w)
        init = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocol": 1, "mode": "watch", "config": {"dir": d}}}
        watch = {"jsonrpc": "2.0", "id": 2, "method": "watch", "params": {"deploys": [], "signals": [
            {"service": "s", "signal": f"s{i}", "query": f"s{i}", "every": 0.1} for i in range(200)]}}
        proc.stdin.write((json.dumps(init) + "\n" + json.dumps(watch) + "\n").encode())
        proc.stdin.flush()
        time.sleep(0.5)
        for _ in range(300):
            proc.stdin.write((json.dumps({**watch, "id": 3}) + "\n").encode())
        proc.stdin.flush()
        time.sleep(1.5)
        with open(f"/proc/{proc.pid}/status", encoding="utf-8") as f:
            rss = [int(line.split()[1]) for line in f if line.startswith("VmRSS")][0]
        check(rss < 16000 or "ASAN_OPTIONS" in os.environ, rss, "kB")
        proc.stdin.close()
        began = time.monotonic()
        proc.wait(10)
        check(time.monotonic() - began < 4, "it waits for a reader that never comes")
        os.close(r)
        p.close()


def test_reader_gone():
    with Dir() as d:
        template(d).close()
        a = action("rollback", {"file": "auth.version"}, **{"from": "42", "to": "41"})
        proc = unheard(program("template"), [("initialize", {"protocol": 1, "mode": "act", "config": {"dir": d}}),
                                             ("perform", {"op": op(), "key": "k", "deadline": 5, "action": a})])
        same(proc.wait(5), 0, "SIGPIPE is no reason to die")
        with open(f"{d}/auth.version", encoding="utf-8") as f:
            same(f.read(), "41\n")


def test_shutdown():
    with Dir() as d:
        p = template(d)
        same(p.result("shutdown"), {})
        same(p.p.wait(5), 0)


def test_samples_are_honest():
    with Dir() as d:
        p = template(d, "watch")
        rows = {"good": ("0.5", 0.5, False), "nan": ("nan", None, True), "inf": ("-inf", None, True), "empty": ("", None, False),
                "words": ("five", None, True), "gone": (None, None, True), "small": ("1e-9", 1e-9, False), "int": ("9007199254740991", 9007199254740991, False)}
        for k, (text, _, _) in rows.items():
            if text is not None:
                with open(f"{d}/{k}", "w", encoding="utf-8") as f:
                    f.write(text + "\n")
        p.result("watch", {"deploys": [], "signals": [{"service": "s", "signal": k, "query": k, "every": 1} for k in rows]})
        v = {x["signal"]: x for x in wait_for(lambda: p.of("samples"))[0]["values"]}
        for k, (_, value, failed) in rows.items():
            same((v[k]["value"], "error" in v[k]), (value, failed), k)
        p.close()


def test_forgetting_to_answer_does_not_compile():
    """The one promise of sdk.h that only a compiler can keep."""
    good = '#include "sdk/sdk.h"\nstruct sdk_answer f(int x);\nstruct sdk_answer f(int x)\n{\n\tif (x)\n\t\treturn sdk_ok();\n%s}\n'
    cc = os.environ.get("CC", "cc").split()
    for rest, compiles in (("\treturn sdk_error(SDK_UNAVAILABLE, \"no\");\n", True), ("", False)):
        r = subprocess.run(cc + ["-std=c17", "-D_GNU_SOURCE", f"-I{SRC}/core", f"-I{SRC}/plugins", f"-I{BUILD}", "-O1", "-x", "c", "-c", "-o", "/dev/null", "-"],
                           input=(good % rest).encode(), capture_output=True, check=False)
        same(r.returncode == 0, compiles, r.stderr.decode()[:500])


if __name__ == "__main__":
    main(dict(globals()))
