"""SIGHUP: what may change while the server runs changes, and no request is lost for it."""

import signal

from harness.callers import TokenHolder, call
from harness.raw import Connection
from harness.server import ECHO, wait_for


def test_a_reload_changes_limits_and_throttles_of_a_running_server(new_server):
    server = new_server()
    config = server.folder / "adyton.toml"
    config.write_text("[limits]\naddress_body = 1000\n")
    server.start("--config", str(config))
    echo = server.deploy("echo", ECHO)
    owner = TokenHolder(server.token())

    def status(length: int) -> int:
        return call(server, owner, echo.path, body=b"x" * length).status

    def reload() -> None:
        server.process.send_signal(signal.SIGHUP)

    assert (status(1000), status(1001)) == (200, 413)
    with Connection(server.gateway) as kept:
        config.write_text("[limits]\naddress_body = 2000\n\n[throttle]\ndefault_per_second = 1\n")
        reload()
        wait_for(lambda: status(1001) != 413, 5, "the new limit")
        answers = [status(2000) for _ in range(3)]
        assert 429 in answers, "the new throttle"
        request = f"GET /healthz/live HTTP/1.1\r\nHost: {server.gateway.removeprefix('http://')}\r\n\r\n"
        kept.send(request.encode())
        assert kept.read_answer().status == 200, "a connection from before the reload"

    config.write_text("[limits]\naddress_body = 3000\nnonsense = 1\n")
    reload()
    wait_for(lambda: "the configuration was not reloaded" in server.log(), 5, "the refusal of the broken file")
    assert "nonsense" in server.log()
    wait_for(lambda: status(2000) == 200, 5, "a turn")
    assert status(2001) in (413, 429), "the old limit holds"
