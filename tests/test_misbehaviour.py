"""Models and clients that do not do what they should: each has a code of its own, and nobody else suffers."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import programs
from harness.callers import TokenHolder, call
from harness.raw import Connection, exchange
from harness.server import ECHO, ROOT, wait_for

GATHER = Path(__file__).parent / "models/gather"


@pytest.fixture(scope="module")
def gather(server):
    return server.deploy("gather", GATHER)


def test_a_model_that_fails_while_it_computes(server, gather, admin):
    good = call(server, admin, gather.path, body=b'{"inputs":{"x":[0,2]}}')
    assert json.loads(good.body) == {"outputs": {"y": [10.0, 30.0]}}
    answer = call(server, admin, gather.path, body=b'{"inputs":{"x":[7]}}')
    assert (answer.status, answer.headers["x-adyton-reason"]) == (500, "model.failed")
    assert json.loads(answer.body)["erno"] == "MR.0105"
    assert "7" in server.run("explain", answer.headers["x-request-id"]).stdout
    assert call(server, admin, gather.path, body=b'{"inputs":{"x":[1]}}').status == 200


def test_an_empty_request_for_a_model_that_needs_one(server, gather, admin):
    answer = call(server, admin, gather.path, body=b"")
    assert (answer.status, answer.headers["x-adyton-reason"]) == (400, "request.empty")
    assert json.loads(answer.body)["error_code"] == "ModelArts.4202"


def test_a_program_that_listens_no_more(new_server):
    server = new_server().start()
    echo = server.deploy("echo", ECHO)
    caller = TokenHolder(server.token())
    assert call(server, caller, echo.path + "/deaf").status == 200
    answer = call(server, caller, echo.path)
    assert answer.headers["x-adyton-reason"] in ("instance.refused", "instance.none")
    assert (answer.status, json.loads(answer.body)["error_code"]) == (500, "ModelArts.4302")
    answer = wait_for(lambda: found(server, caller, echo, "instance.restarting"), 30, "the program to be ended")
    record = server.record(answer.headers["x-request-id"])
    assert "nothing listens on 127.0.0.1:" in record["evidence"]["last_end"]
    wait_for(lambda: call(server, caller, echo.path).status == 200, 60, "the program to be started again")
    events = server.manage("GET", f"/v1/{{project}}/services/{echo.id}/events")["events"]
    again = [event["event_info"] for event in events if "is started again" in event["event_info"]]
    assert len(again) == 1 and "nothing listens on 127.0.0.1:" in again[0], again


ONE_AT_A_TIME = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Patient(BaseHTTPRequestHandler):
    # Connections stay open, and the only thread waits on the one that it has for the next request.
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_OPTIONS = do_POST

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Patient).serve_forever()
"""


def test_a_program_that_serves_one_connection_at_a_time(new_server, tmp_path):
    """Kept connections of one worker keep neither the other's calls out nor the question whether the program answers."""
    server = new_server({"gateway.threads": 2, "throttle.default_per_second": 0}).start()
    service = server.deploy("patient", programs.package(tmp_path, "patient", ONE_AT_A_TIME))
    caller = TokenHolder(server.token())
    began = time.monotonic()
    # Each on a connection of its own, so that both workers get some.
    answers = [call(server, caller, service.path, body=b"x") for _ in range(40)]
    assert Counter(answer.status for answer in answers) == {200: 40}
    assert time.monotonic() - began < 20, "a call waits for no kept connection once that is known"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: call(server, caller, service.path, body=b"x"), range(40)))
    assert Counter(answer.status for answer in answers) == {200: 40}
    events = server.manage("GET", f"/v1/{{project}}/services/{service.id}/events")["events"]
    assert not [event for event in events if "does not answer" in event["event_info"]], events


def test_a_deployment_says_what_it_waits_for(new_server, tmp_path):
    package = tmp_path / "sleeper"
    (package / "model").mkdir(parents=True)
    config = {"model_type": "Command", "model_algorithm": "none", "command": ["sleep", "1000"], "apis": [{"url": "/", "method": "post"}]}
    (package / "model/config.json").write_text(json.dumps(config))
    server = new_server().start()
    sleeper = server.deploy("sleeper", package, wait=False)
    path = f"/v1/{{project}}/services/{sleeper.id}"
    cause = "is not ready yet: nothing listens on 127.0.0.1:"
    shown = wait_for(lambda: server.manage("GET", path).get("error_msg"), 20, "a cause")
    assert cause in shown
    assert server.manage("GET", path)["status"] == "deploying"
    answer = call(server, TokenHolder(server.token()), sleeper.path)
    assert answer.headers["x-adyton-reason"] == "service.deploying"
    assert cause in server.record(answer.headers["x-request-id"])["evidence"]["note"]
    events = server.manage("GET", f"{path}/events")["events"]
    assert len([event for event in events if cause in event["event_info"]]) == 1, events


def test_a_program_that_is_being_restarted(new_server):
    """Nobody answers meanwhile: the refusal says so, says how the program ended, and when to come back; then it is true."""
    server = new_server({"throttle.default_per_second": 0}).start()
    echo = server.deploy("echo", ECHO)
    caller = TokenHolder(server.token())
    for ends in range(1, 4):
        assert call(server, caller, echo.path + "/die").headers["x-adyton-reason"] == "instance.closed"
        answer = wait_for(lambda: found(server, caller, echo, "instance.restarting"), 10, "a refusal during the pause")
        assert (answer.status, json.loads(answer.body)["error_code"]) == (503, "ModelArts.4503")
        record = server.record(answer.headers["x-request-id"])
        evidence = record["evidence"]
        assert (evidence["restarts"], evidence["last_end"]) == (ends, "it ended with exit code 3")
        printed = server.run("explain", answer.headers["x-request-id"]).stdout
        assert "exit code 3" in printed and "Do not send it before the next start" in printed, printed
        wait = answer.headers.get("retry-after")
        assert wait, "the next start is known during the pause"
        # The pause doubles with every end, from half a second; a start takes about as long as the first one did.
        assert 1 <= int(wait) <= 2 ** (ends - 1) + 5
        wait_for(lambda: call(server, caller, echo.path).status == 200, 30, "the program to be back")


def found(server, caller, service, reason):
    answer = call(server, caller, service.path)
    return answer if answer.headers.get("x-adyton-reason") == reason else None


def test_a_body_that_stops_arriving(new_server):
    server = new_server({"gateway.body_timeout": "1s"}).start()
    echo = server.deploy("echo", ECHO)
    with Connection(server.gateway) as connection:
        connection.send_head("POST", echo.path, {"X-Auth-Token": server.token(), "Content-Length": "10"})
        connection.send(b"12345")
        answer = connection.read_answer()
    assert (answer.status, answer.headers["x-adyton-reason"]) == (408, "body.too_slow")
    assert json.loads(answer.body)["error_code"] == "ModelArts.4205"


def test_a_broken_chunk(server, echo, admin):
    headers = {"X-Auth-Token": admin.token, "Transfer-Encoding": "chunked"}
    answer = exchange(server.gateway, "POST", echo.path, headers, b"zz\r\nno size\r\n0\r\n\r\n")
    assert (answer.status, answer.headers["x-adyton-reason"]) == (400, "body.broken")
    assert "chunk size" in json.dumps(server.record(answer.headers["x-request-id"])["evidence"]), "what is wrong with it is said"


def test_more_predictions_than_can_wait(new_server):
    """The queue of the inference threads is bounded: what does not fit is refused at once, and what fits is answered."""
    server = new_server({"throttle.default_per_second": 0}).start()
    vision = server.deploy("vision", ROOT / ".cache/samples/vision")
    body = (ROOT / "samples/vision/request.json").read_bytes()
    # One model may fill half of the queue's 1024 places.
    connections = [Connection(server.gateway) for _ in range(700)]
    head = {"X-Auth-Token": server.token(), "Content-Length": str(len(body))}
    # All are sent but for their last byte, and then completed at once.
    for connection in connections:
        connection.send_head("POST", vision.path, head)
        connection.send(body[:-1])
    for connection in connections:
        connection.send(body[-1:])
    answers = []
    for connection in connections:
        connection.socket.settimeout(120)
        answers.append(connection.read_answer())
        connection.socket.close()
    statuses = Counter((answer.status, answer.headers.get("x-adyton-reason")) for answer in answers)
    assert set(statuses) == {(200, None), (429, "service.queue_full")}, statuses
    refused = next(answer for answer in answers if answer.status == 429)
    assert json.loads(refused.body)["error_code"] == "ModelArts.4206"


@pytest.mark.parametrize(
    "text",
    [
        b"GARBAGE\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        b"POST /v1/infers HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"POST /v1/infers HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n",
        b"\x00" * 200 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["no HTTP", "version", "two lengths", "length and chunks", "header with a space", "zeros", "TLS"],
)
def test_what_is_no_http(server, echo, admin, text):
    with Connection(server.gateway) as connection:
        connection.send(text)
        connection.socket.settimeout(5)
        try:
            said = connection.socket.recv(1000)
        except TimeoutError:
            said = b""
        except ConnectionError:
            said = b""
    assert said == b"" or said.startswith(b"HTTP/1.1 4"), said
    assert call(server, admin, echo.path).status == 200


def test_two_requests_at_once_on_one_connection(server, echo, admin):
    with Connection(server.gateway) as connection:
        head = f"POST {echo.path} HTTP/1.1\r\nHost: {connection.host}\r\nX-Auth-Token: {admin.token}\r\nContent-Length: 2\r\n\r\n{{}}"
        connection.send((head * 3).encode())
        assert [connection.read_answer().status for _ in range(3)] == [200, 200, 200]


def test_a_connection_is_kept_after_a_refusal(server, echo, admin):
    with Connection(server.gateway) as connection:
        for _ in range(3):
            connection.send_head("POST", echo.path, {"X-Auth-Token": "wrong", "Content-Length": "2"})
            connection.send(b"{}")
            assert connection.read_answer().status == 401
            connection.send_head("POST", echo.path, {"X-Auth-Token": admin.token, "Content-Length": "2"})
            connection.send(b"{}")
            assert connection.read_answer().status == 200
