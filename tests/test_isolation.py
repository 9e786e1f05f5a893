"""What a model's program can get at, and what the server leaves behind on the machine."""

import json
import socket
from pathlib import Path

import pytest

from harness import programs
from harness.callers import TokenHolder, call
from harness.server import ECHO

SPY = """
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

def look(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError as error:
        return type(error).__name__

class Spy(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({path: look(path) for path in asked + [f"/proc/{os.getppid()}/environ"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Spy).serve_forever()
"""


def test_a_program_reads_no_secret_of_the_server(new_server, tmp_path):
    server = new_server()
    profile = server.folder / ".config/adyton/config.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text('[profiles.default]\nsecret_key = "profile-secret"\n')
    server.start()
    spy = server.deploy("spy", programs.package(tmp_path, "spy", SPY))
    pid = server.process.pid
    hidden = [f"/proc/{pid}/environ", f"/proc/{pid}/maps", str(profile), str(server.data / "bootstrap.json"), str(server.data / "master.key")]
    answer = call(server, TokenHolder(server.token()), spy.path, body=json.dumps([*hidden, "/etc/hostname"]).encode())
    assert answer.status == 200, answer.body
    seen = json.loads(answer.body)
    if "fenced by Landlock" not in server.run("service", "logs", "spy").stdout:
        pytest.skip("this kernel has no Landlock")
    assert seen.pop("/etc/hostname") not in ("PermissionError", "FileNotFoundError"), "the system's own files can be read"
    assert set(seen.values()) == {"PermissionError"}, seen


MEASURES = """
import json, os, resource, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Measures(BaseHTTPRequestHandler):
    def do_POST(self):
        # As psutil's memory_info() and Node's process.memoryUsage() do it.
        pages = int(open("/proc/self/statm").read().split()[1])
        threads = [line for line in open("/proc/self/status") if line.startswith("Threads:")]
        body = json.dumps({"bytes": pages * resource.getpagesize(), "threads": len(threads), "files": len(os.listdir("/proc/self/fd"))}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Measures).serve_forever()
"""


def test_a_program_measures_itself(new_server, tmp_path):
    server = new_server().start()
    service = server.deploy("measures", programs.package(tmp_path, "measures", MEASURES))
    answer = call(server, TokenHolder(server.token()), service.path)
    assert answer.status == 200, answer.body
    measured = json.loads(answer.body)
    assert measured["bytes"] > 1 << 20 and measured["threads"] == 1 and measured["files"] > 3, measured


TRIES = """
import json, os, signal, socket, time
from http.server import BaseHTTPRequestHandler, HTTPServer

def tried(work):
    try:
        work()
        return "done"
    except OSError as error:
        return type(error).__name__

def bind(port):
    with socket.socket() as it:
        it.bind(("127.0.0.1", port))

class Tries(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({
            "kill": tried(lambda: os.kill(asked["server"], 0)),
            "bind": tried(lambda: bind(asked["port"])),
            "chosen": tried(lambda: bind(0)),
            "given": tried(lambda: bind(asked["given"])),
            "clock": tried(lambda: time.clock_settime(time.CLOCK_REALTIME, time.time())),
            "home": tried(lambda: os.listdir(asked["home"])),
            "own port": int(os.environ["PORT"]),
        }).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Tries).serve_forever()
"""


def test_a_program_reaches_nothing_that_is_not_its_own(new_server, tmp_path):
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        given, foreign = one.getsockname()[1], two.getsockname()[1]
    server = new_server({"runtime.program_ports": given}).start()
    service = server.deploy("tries", programs.package(tmp_path, "tries", TRIES))
    asked = {"server": server.process.pid, "port": foreign, "given": given, "home": str(Path("~").expanduser())}
    answer = call(server, TokenHolder(server.token()), service.path, body=json.dumps(asked).encode())
    assert answer.status == 200, answer.body
    seen = json.loads(answer.body)
    assert seen["clock"] == "PermissionError", seen
    assert seen["chosen"] == seen["given"] == "done", seen
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not first <= seen["own port"] <= last, "an instance's port is none that the kernel gives out"
    log = server.run("service", "logs", "tries").stdout
    fence = log.partition("fenced by Landlock: ")[2].partition(")")[0]
    for kept, what in {"ports": "bind", "signals": "kill", "files": "home"}.items():
        assert kept not in fence or seen[what] == "PermissionError", (fence, seen)


def test_health_questions_leave_no_trace_in_the_log(server, poetry):
    said = server.run("service", "logs", "poetry").stdout
    assert "Traceback" not in said and "BrokenPipe" not in said, said


def test_nothing_is_collected_about_the_machine(server, iris):
    assert not (server.folder / ".cache").exists(), "ONNX Runtime keeps an id of the machine there"


def test_variables_that_the_server_sets_are_refused(server):
    model = server.import_model("own-port", ECHO)
    config = [{"model_id": model, "weight": 100, "instance_count": 1, "envs": {"PORT": "1"}}]
    body = {"service_name": "own-port", "infer_type": "real-time", "config": config}
    answer = server.call("POST", "/v1/{project}/services", json=body)
    assert answer.status_code == 400 and "PORT" in answer.text, answer.text


def test_a_library_that_does_not_serve_ends_the_server(server, tmp_path):
    wrong = {"ADYTON_ONNX__LIBRARY": str(tmp_path / "libonnxruntime.so")}
    for arguments in (["serve", "--data", str(tmp_path / "data")], ["config", "check"]):
        run = server.run(*arguments, env=wrong)
        assert run.returncode == 2, run.stderr
        assert "onnx.library" in run.stderr and "does not exist" in run.stderr and "hint: " in run.stderr, run.stderr
