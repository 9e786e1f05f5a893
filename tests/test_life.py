"""Start, stop, restart and sudden death of the server and of what it runs."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

from harness.callers import App, KeyHolder, TokenHolder, call
from harness.raw import Connection
from harness.server import BINARY, ECHO, ROOT, wait_for


def test_the_first_start_makes_what_is_promised(new_server):
    server = new_server().start()
    assert set(server.ready) >= {"gateway_url", "control_url", "project_id", "pid", "version"}
    assert server.ready["pid"] == server.process.pid
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    bootstrap = server.data / "bootstrap.json"
    assert stat.S_IMODE(bootstrap.stat().st_mode) == 0o600
    first = json.loads(bootstrap.read_text())
    assert {"domain", "project", "user", "password", "access_key", "secret_key"} <= set(first)
    for url in (server.gateway, server.control):
        assert server.http.get(url + "/healthz/live").status_code == 200
        assert server.http.get(url + "/healthz/ready").status_code == 200
    assert server.stop() == 0


def test_a_second_server_on_the_same_folder_is_refused(new_server):
    server = new_server().start()
    second = subprocess.run(server.command(), env=server.environment(), capture_output=True, text=True, timeout=30)
    assert second.returncode == 2
    assert str(server.data) in second.stderr
    assert server.http.get(server.gateway + "/healthz/live").status_code == 200


def test_a_port_that_is_taken_is_named(new_server):
    server = new_server().start()
    other = new_server(folder="other")
    taken = server.gateway.removeprefix("http://")
    command = [str(BINARY), "serve", "--data", str(other.data), "--gateway", taken, "--control", "127.0.0.1:0"]
    run = subprocess.run(command, env=other.environment(), capture_output=True, text=True, timeout=30)
    assert run.returncode == 2
    assert taken in run.stderr


def test_an_old_ready_file_is_gone_before_the_server_is_ready(new_server):
    """Whoever starts a server and waits for its ready file must not read the one of the run before."""
    server = new_server().start()
    ready_file = server.folder / "ready.json"
    old = json.loads(ready_file.read_text())
    assert server.stop() == 0
    assert not ready_file.exists(), "whoever finds it believes that the server answers"
    # One that was killed leaves it.
    ready_file.write_text(json.dumps(old))
    with (server.folder / "server.log").open("ab") as log:
        server.process = subprocess.Popen(server.command(), env=server.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def changed() -> bool:
        try:
            return json.loads(ready_file.read_text())["pid"] != old["pid"]
        except FileNotFoundError:
            seen.append("nothing")
            return False

    seen: list[str] = []
    wait_for(changed, 30, "the new ready file")
    assert seen, "between the old file and the new one there was none"


def test_everything_is_there_after_a_restart(new_server):
    server = new_server().start()
    echo, iris = server.deploy("echo", ECHO), server.deploy("iris", ROOT / "samples/iris")
    app = App.create(server, "keeps", echo)
    token = server.token()
    assert server.stop() == 0
    server.start()
    for service in (echo, iris):
        server.wait_for_status(service.id, "running")
    assert call(server, KeyHolder(app.key, app.secret), echo.path).status == 200
    assert call(server, TokenHolder(token), iris.path, body=(ROOT / "samples/iris/request.json").read_bytes()).status == 200


class Client(threading.Thread):
    """Calls on one connection after another until nobody listens any more; counts what was answered and what was lost."""

    def __init__(self, server, echo, token):
        super().__init__()
        self.server, self.echo, self.token = server, echo, token
        self.answered, self.lost = 0, []

    def run(self):
        while True:
            try:
                connection = Connection(self.server.gateway)
            except ConnectionError:
                return
            with connection:
                self.talk(connection)

    def talk(self, connection):
        while True:
            try:
                connection.send_head("POST", self.echo.path, {"X-Auth-Token": self.token, "Content-Length": "2"})
                connection.send(b"{}")
                answer = connection.read_answer()
            except (ConnectionError, TimeoutError) as error:
                self.lost.append(error)
                return
            if answer.status != 200:
                self.lost.append(answer)
            self.answered += 1
            if answer.headers.get("connection", "").lower() == "close":
                return


def test_calls_are_counted_over_restarts(new_server):
    server = new_server().start()
    echo = server.deploy("echo", ECHO)
    caller = TokenHolder(server.token())
    for _ in range(3):
        assert call(server, caller, echo.path).status == 200
    assert call(server, caller, echo.path + "/drop").status == 500
    path = f"/v1/{{project}}/services/{echo.id}"
    counts = ("invocation_times", "failed_times")
    assert [server.manage("GET", path)[name] for name in counts] == [4, 1]
    assert server.stop() == 0
    server.start()
    assert [server.manage("GET", path)[name] for name in counts] == [4, 1]
    server.wait_for_status(echo.id, "running")
    assert call(server, TokenHolder(server.token()), echo.path).status == 200
    assert [server.manage("GET", path)[name] for name in counts] == [5, 1]


def test_sigterm_loses_no_request(new_server):
    server = new_server({"throttle.default_per_second": 0, "gateway.drain_linger": "2s"}).start()
    echo = server.deploy("echo", ECHO)
    clients = [Client(server, echo, server.token()) for _ in range(16)]
    for client in clients:
        client.start()
    wait_for(lambda: all(client.answered > 20 for client in clients), 30, "the clients to be busy")
    assert server.stop() == 0
    for client in clients:
        client.join(30)
    assert not any(client.is_alive() for client in clients)
    assert [lost for client in clients for lost in client.lost] == []


class Stubborn(threading.Thread):
    """Calls on new connections, one after the other, until it is stopped; keeps whatever was no good answer."""

    def __init__(self, server, echo, token):
        super().__init__()
        self.url, self.path, self.token = server.gateway, echo.path, token
        self.answered, self.lost, self.stopped = 0, [], threading.Event()

    def run(self):
        while not self.stopped.is_set():
            try:
                with Connection(self.url) as connection:
                    connection.send_head("POST", self.path, {"X-Auth-Token": self.token, "Content-Length": "2"})
                    connection.send(b"{}")
                    answer = connection.read_answer()
                if answer.status != 200:
                    self.lost.append(answer)
                self.answered += 1
            except (ConnectionError, TimeoutError) as error:
                self.lost.append(error)


def test_a_restart_behind_an_inherited_listener_refuses_nobody(new_server):
    """As under systemd with a socket unit: somebody else holds the listener open, and clients wait in its queue."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as held:
        server = new_server({"throttle.default_per_second": 0})
        plain = server.command
        script = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])"""
        server.command = lambda *more: [sys.executable, "-c", script, str(held.fileno()), *plain(*more)]
        server.passed = (held.fileno(),)
        server.start()
        assert server.gateway.endswith(f":{held.getsockname()[1]}")
        echo = server.deploy("echo", ECHO)
        clients = [Stubborn(server, echo, server.token()) for _ in range(8)]
        for client in clients:
            client.start()
        try:
            for _ in range(2):
                before = [client.answered for client in clients]
                wait_for(lambda before=before: all(client.answered > count + 5 for client, count in zip(clients, before, strict=True)), 30, "answers")
                assert server.stop() == 0
                server.start()
            wait_for(lambda: server.status_of(echo.id) == "running", 30, "the service")
        finally:
            for client in clients:
                client.stopped.set()
            for client in clients:
                client.join(60)
        assert [lost for client in clients for lost in client.lost] == []


def test_sigterm_waits_for_what_is_in_flight(new_server):
    server = new_server().start()
    echo = server.deploy("echo", ECHO)
    with Connection(server.gateway) as connection:
        body = b'{"seconds": 2, "name": "in flight"}'
        connection.send_head("POST", echo.path + "/slow", {"X-Auth-Token": server.token(), "Content-Length": str(len(body))})
        connection.send(body)
        headers = {"X-Auth-Token": server.token()}
        wait_for(lambda: server.http.get(server.gateway + echo.path + "/seen", headers=headers).json()["seen"], 5, "the model to begin")
        server.process.send_signal(signal.SIGTERM)
        answer = connection.read_answer()
    assert (answer.status, json.loads(answer.body)) == (200, {"slept": 2})
    assert server.process.wait(40) == 0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has waited for yet is dead all the same.
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def model_process(server, echo) -> dict:
    return server.http.get(server.gateway + echo.path + "/environment", headers={"X-Auth-Token": server.token()}).json()


def test_programs_end_with_the_server_however_it_dies(new_server):
    for end in ("stop", "kill"):
        server = new_server(folder=end).start()
        pid = model_process(server, server.deploy("echo", ECHO))["pid"]
        assert alive(pid)
        getattr(server, end)()
        wait_for(lambda: not alive(pid), 10, f"the model's program to end after {end}")


def test_a_program_that_dies_is_started_again(new_server):
    server = new_server().start()
    echo = server.deploy("echo", ECHO)
    pid = model_process(server, echo)["pid"]
    os.kill(pid, signal.SIGKILL)

    def back():
        answer = call(server, TokenHolder(server.token()), echo.path + "/environment", method="GET", body=b"")
        return answer.status == 200 and json.loads(answer.body)["pid"] != pid

    wait_for(back, 20, "another process of the model")


def test_a_program_gets_a_clean_environment(new_server, monkeypatch):
    monkeypatch.setenv("ADYTON_TEST_LEAK", "x")
    server = new_server()
    environment = server.environment
    own = {"A_SECRET_OF_THE_OPERATOR": "do-not-tell", "NOTIFY_SOCKET": f"@adyton-test-{os.getpid()}"}
    server.environment = lambda: environment() | own
    server.start()
    seen = model_process(server, server.deploy("echo", ECHO))
    assert not own.keys() & seen["environment"].keys()
    assert not any(name.startswith("ADYTON_") for name in seen["environment"])
    assert seen["environment"]["PORT"].isdigit()
    assert "config.json" in os.listdir(seen["environment"]["MODEL_PATH"])


def test_a_service_is_stopped_started_and_deleted(new_server):
    server = new_server().start()
    echo = server.deploy("echo", ECHO)
    path = f"/v1/{{project}}/services/{echo.id}"
    caller = TokenHolder(server.token())
    server.manage("PUT", path, json={"status": "stopped"})
    server.wait_for_status(echo.id, "stopped")
    refused = call(server, caller, echo.path)
    assert (refused.status, refused.headers["x-adyton-reason"]) == (400, "service.stopped")
    assert json.loads(refused.body)["error_code"] == "ModelArts.4203"
    server.manage("PUT", path, json={"status": "running"})
    server.wait_for_status(echo.id, "running")
    assert call(server, caller, echo.path).status == 200
    server.manage("DELETE", path)
    wait_for(lambda: call(server, caller, echo.path).headers.get("x-adyton-reason") == "route.no_such_service", 10, "the route to go")
    assert server.call("GET", path).status_code == 404


def test_who_creates_can_call(new_server):
    """A management call answers after the gateway knows of the change: an app made and authorised a moment ago works."""
    server = new_server({"throttle.default_per_second": 0}).start()
    echo = server.deploy("echo", ECHO)
    for number in range(20):
        app = App.create(server, f"quick-{number}", echo)
        assert call(server, KeyHolder(app.key, app.secret), echo.path).status == 200


def test_ready_goes_before_the_listener_does(new_server):
    server = new_server({"gateway.drain_linger": "2s"}).start()
    with Connection(server.gateway) as connection:
        connection.send_head("GET", "/healthz/ready")
        assert connection.read_answer().status == 200
        server.process.send_signal(signal.SIGTERM)
        statuses = []
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                connection.send_head("GET", "/healthz/ready")
                answer = connection.read_answer()
            except ConnectionError:
                break
            statuses.append(answer.status)
            if answer.headers.get("connection") == "close":
                break
    assert statuses and statuses[-1] == 503
    assert server.process.wait(40) == 0
