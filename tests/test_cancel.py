"""A client that leaves: its work is cancelled at once, and the record says so."""

import time
from uuid import uuid4

from harness.raw import Connection
from harness.server import wait_for


def seen(server, echo, admin, name):
    response = server.http.get(server.gateway + echo.path + "/seen", headers={"X-Auth-Token": admin.token})
    return next((entry for entry in response.json()["seen"] if entry["name"] == name), None)


def start_slow(server, echo, admin, connection, name):
    body = b'{"seconds": 20, "name": "%s"}' % name.encode()
    connection.send_head("POST", echo.path + "/slow", {"X-Auth-Token": admin.token, "Content-Length": str(len(body))})
    connection.send(body)
    wait_for(lambda: seen(server, echo, admin, name), 5, "the model to begin")


def test_the_work_of_a_client_that_left_is_cancelled(server, echo, admin):
    name = uuid4().hex
    with Connection(server.gateway) as connection:
        start_slow(server, echo, admin, connection, name)
        left = time.monotonic()
    noticed = wait_for(lambda: seen(server, echo, admin, name)["left"], 5, "the model to be left alone")
    assert noticed - left < 0.1

    def recorded():
        page = server.call("GET", f"/adyton/v1/{{project}}/requests?service={echo.id}&status=499").json()
        return [record for record in page["requests"] if record["path"].endswith("/slow") and record["reason"] == "client.closed"]

    record = server.record(wait_for(recorded, 5, "the record")[0]["id"])
    assert record["status"] == 499


def test_a_client_that_only_stops_sending_is_answered(server, echo, admin):
    """Half a connection may be closed (as `nc` does) by who still wants the answer, or by who has left: the answer wins if it is quick."""
    import socket

    with Connection(server.gateway) as connection:
        connection.send_head("POST", echo.path, {"X-Auth-Token": admin.token, "Content-Length": "2", "Connection": "close"})
        connection.send(b"{}")
        answer = connection.read_answer()
        connection.socket.shutdown(socket.SHUT_WR)
    assert answer.status == 200
