"""The clock of the machine is set, far ahead and far back, under a running server and before a start: no revocation, no record and
no sign-in is lost."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from harness.callers import KeyHolder, TokenHolder, call
from harness.faked_clock import FakedClock
from harness.server import ROOT, wait_for

IRIS = ROOT / "samples/iris"
BODY = (IRIS / "request.json").read_bytes()


@pytest.fixture
def timed(new_server):
    """A server that keeps records for a day, and its clock."""
    server = new_server({"throttle.default_per_second": 0, "journal.keep_days": 1})
    clock = FakedClock(server)
    server.start()
    yield server, clock
    server.close()


def test_a_clock_that_jumps_loses_no_revocation_no_record_and_no_sign_in(timed):
    server, clock = timed
    iris = server.deploy("iris", IRIS)
    first = server.bootstrap

    def told(token: str) -> str:
        answer = call(server, TokenHolder(token), iris.path, body=BODY)
        return "200" if answer.status == 200 else answer.headers["x-adyton-reason"]

    def revoke(token: str) -> None:
        gone = server.http.delete(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": token})
        assert gone.status_code == 204, gone.text

    def explained(record: str, reader: str) -> bool:
        return server.http.get(f"{server.control}/adyton/v1/{server.project}/requests/{record}", headers={"X-Auth-Token": reader}).status_code == 200

    def says(days: int) -> None:
        """Both listeners say what time it is now."""

        def is_said(url: str) -> bool:
            date = server.http.get(url + "/healthz/live").headers["Date"]
            return abs(parsedate_to_datetime(date) - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)

        for url in (server.gateway, server.control):
            wait_for(lambda url=url: is_said(url), 5, f"the date of {url}")

    honest, stolen = server.new_token(), server.new_token()
    answer = call(server, TokenHolder(honest), iris.path, body=BODY)
    record = answer.headers["x-request-id"]
    revoke(stolen)
    assert (told(honest), told(stolen)) == ("200", "token.revoked")

    clock.set("+3d")
    ahead, stolen_ahead = server.new_token(), server.new_token()
    says(3)
    assert (told(ahead), told(honest), told(stolen)) == ("200", "token.expired", "token.expired")
    revoke(stolen_ahead)
    assert told(stolen_ahead) == "token.revoked"
    # Its day is over by the clock, and the record is there.
    assert explained(record, ahead)
    wait_for(lambda: "the clock jumped" in server.log(), 15, "the jump to be told")

    clock.set("+0")
    says(0)
    assert (told(honest), told(stolen)) == ("200", "token.revoked")
    assert {told(ahead), told(stolen_ahead)} == {"token.not_yet_valid"}
    assert call(server, KeyHolder(first["access_key"], first["secret_key"]), iris.path, body=BODY).status == 200
    assert explained(record, honest)

    clock.set("-5d")
    behind = server.new_token()
    says(-5)
    assert told(behind) == "200" and told(stolen) != "200"
    assert explained(record, behind)

    # The same for a server that starts while it is wrong, and lives on while it is put right.
    assert server.stop() == 0
    server.start()
    server.wait_for_status(iris.id, "running")
    assert told(server.token()) == "200" and told(stolen) != "200"
    clock.set("+0")
    says(0)
    assert (told(honest), told(stolen)) == ("200", "token.revoked")
    assert explained(record, honest)
    assert server.new_token()
