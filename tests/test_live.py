"""What happens in a project, as it happens: real requests and services, at pages that are open."""

import http.client
import json
import socket
import threading

from harness.callers import TokenHolder, call
from harness.server import ECHO, wait_for


class Page:
    """A page that listens, in a thread."""

    def __init__(self, server, query: str = ""):
        address = f"{server.control}/adyton/v1/{server.project}/live{query}"
        host, _, path = address.removeprefix("http://").partition("/")
        self.connection = http.client.HTTPConnection(host, timeout=60)
        self.connection.request("GET", "/" + path, headers={"X-Auth-Token": server.token()})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        self.events: list[tuple[str, dict]] = []
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self) -> None:
        name = ""
        while line := self.answer.readline():
            text = line.decode().rstrip("\n")
            if text.startswith("event: "):
                name = text.removeprefix("event: ")
            elif text.startswith("data: "):
                self.events.append((name, json.loads(text.removeprefix("data: "))))

    def heard(self, name: str) -> list[dict]:
        return [event for own, event in self.events if own == name]

    def close(self) -> None:
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_twenty_pages_hear_of_a_call_and_of_a_refusal(server, echo):
    pages = [Page(server) for _ in range(19)] + [Page(server, f"?services={echo.id}&only=refused")]
    passed = call(server, TokenHolder(server.token()), echo.path)
    refused = call(server, TokenHolder("nonsense"), echo.path)
    ids = [answer.headers["x-request-id"] for answer in (passed, refused)]
    for page in pages:
        wait_for(lambda: ids[1] in [one["id"] for one in page.heard("request")], 10, "the refused call")
    for page in pages[:-1]:
        assert ids[0] in [one["id"] for one in page.heard("request")]
    assert ids[0] not in [one["id"] for one in pages[-1].heard("request")]
    told = next(one for one in pages[0].heard("request") if one["id"] == ids[1])
    assert told == server.record(ids[1]), "as the list and the explanation show it"
    for page in pages:
        page.close()


def test_a_page_sees_a_service_come_and_go(new_server):
    server = new_server().start()
    page = Page(server)
    echo = server.deploy("echo", ECHO)
    states = wait_for(
        lambda: [one["status"] for one in page.heard("service") if one["service_id"] == echo.id and one["status"] == "running"], 30, "a running service"
    )
    assert states
    server.call("DELETE", f"/v1/{{project}}/services/{echo.id}")
    wait_for(lambda: [one for one in page.heard("service") if one["status"] == "deleted"], 30, "that it is gone")
    # The stream ends with the server, and holds nothing up.
    assert server.stop() == 0
    page.thread.join(10)
    assert not page.thread.is_alive()
