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
    wait_for(lambda: "reload failed; keeping the current configuration" in server.log(), 5, "the refusal of the broken file")
    assert "nonsense" in server.log()
    wait_for(lambda: status(2000) == 200, 5, "a turn")
    assert status(2001) in (413, 429), "the old limit holds"

    # Both are in the audit trail: what was applied, and what was refused.
    refused, applied = server.json("audit", "--domain", "--operation", "reload")["records"]
    assert applied["kind"] == "change" and applied["caller"]["way"] == "signal"
    changes = {change["field"]: (change["from"], change["to"]) for change in applied["changes"]}
    assert changes == {"limits.address_body": ("1000", "2000"), "throttle.default_per_second": ("200", "1")}
    assert refused["kind"] == "refusal" and "unknown key `limits.nonsense`" in refused["refusal"]["message"]
    assert server.run("explain", refused["request_id"]).stdout.startswith("reload: refused\n")


def test_a_reload_changes_who_is_let_in_at_the_control_listener(new_server):
    server = new_server()
    token = server.folder / "metrics-token"
    token.write_text("the-first-token-of-the-scraper\n")
    config = server.folder / "adyton.toml"
    always = f'metrics_token_file = "{token}"\n'
    config.write_text(f"[control]\n{always}")
    server.start("--config", str(config))

    def told(path: str, **headers: str) -> tuple[int, str]:
        answer = server.http.get(server.control + path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return answer.status_code, answer.headers.get("X-Adyton-Reason", "")

    def reload(text: str, says: str) -> None:
        seen = server.log().count(says)
        config.write_text(f"[control]\n{always}{text}")
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: server.log().count(says) > seen, 5, says)

    assert told("/v3", Host="adyton:8081") == (400, "iam.host")
    assert told("/metrics")[0] == 200
    reload('hosts = ["adyton"]\nmetrics = "token"\n', "configuration reloaded")
    assert told("/v3", Host="adyton:8081")[0] in (200, 300)
    assert told("/metrics") == (401, "manage.metrics")
    assert told("/metrics", Authorization="Bearer the-first-token-of-the-scraper")[0] == 200

    # A token that was changed counts from the next reload on.
    token.write_text("another-token-of-the-scraper\n")
    reload('metrics = "token"\n', "configuration reloaded")
    assert told("/metrics", Authorization="Bearer the-first-token-of-the-scraper") == (401, "manage.metrics")
    assert told("/metrics", Authorization="Bearer another-token-of-the-scraper")[0] == 200
    assert told("/v3", Host="adyton:8081") == (400, "iam.host"), "what is not said any more does not count"

    # A token that cannot be read changes nothing, and says so.
    token.unlink()
    reload('metrics = "token"\nhosts = ["adyton"]\n', "reload failed; keeping the current configuration")
    assert told("/v3", Host="adyton:8081") == (400, "iam.host")
    assert told("/metrics", Authorization="Bearer another-token-of-the-scraper")[0] == 200

    # What needs a restart is named.
    token.write_text("another-token-of-the-scraper\n")
    reload("sign_ins = 9\n", "configuration reloaded")
    assert "control.sign_ins" in server.log() and "takes effect after a restart" in server.log()
    assert "token-of-the-scraper" not in server.log()


def test_a_reload_with_certificates_that_cannot_be_used_changes_nothing(new_server):
    server = new_server()
    config, authorities = server.folder / "adyton.toml", server.folder / "authorities.pem"
    config.write_text("[limits]\naddress_body = 1000\n")
    server.start("--config", str(config))
    echo = server.deploy("echo", ECHO)
    owner = TokenHolder(server.token())
    authorities.write_text("no certificate")
    config.write_text(f"[limits]\naddress_body = 2000\n\n[gateway]\nbackend_ca_file = '{authorities}'\n")
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "reload failed; keeping the current configuration" in server.log(), 5, "the refusal of the file")
    assert "authorities.pem: no certificate is in it" in server.log()
    assert call(server, owner, echo.path, body=b"x" * 1001).status == 413, "the old limit holds"


def test_problems_of_a_reload_are_logged_in_english_whatever_the_locale(new_server):
    server = new_server()
    server.more["ADYTON_LANG"] = "zh"
    config = server.folder / "adyton.toml"
    config.write_text("[limits]\naddress_body = 1000\n")
    server.start("--config", str(config))
    config.write_text('[limits]\naddress_body = "many"\n')
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "reload failed; keeping the current configuration" in server.log(), 5, "the refusal")
    assert "address_body" in server.log() and server.log().isascii(), server.log()
