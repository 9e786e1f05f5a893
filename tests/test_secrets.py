"""No secret appears anywhere but where it was promised: logs, journal, database, errors and explanations are searched."""

import json
from uuid import uuid4

import pytest

from harness.callers import App, AppCodeHolder, KeyHolder, KeyPairHolder, TokenHolder, call
from harness.raw import fresh_source
from harness.server import ECHO

# bootstrap.json is where the first secrets are handed over; the master key seals all the others.
HOLDS_SECRETS = {"bootstrap.json", "master.key"}

# How a key of a query can be written: its reader decodes it, maybe twice.
IN_URLS = ["token={}", "Token={}", "%74oken={}", "acc%65ss_token={}", "%2574oken={}", "+token={}", "token[]={}", "a=1%26token={}"]


@pytest.fixture
def told(new_server, tmp_path):
    """A server that has seen all kinds of secrets, right and wrong; with everything that it said to clients."""
    server = new_server({"log.filter": "debug", "journal.access_log": tmp_path / "own/access.log"}).start()
    echo = server.deploy("echo", ECHO)
    app = App.create(server, "secretive", echo)
    first = server.bootstrap
    wrong = {name: f"wrong-{name}-{uuid4().hex}".replace(" ", "-") for name in ("token", "secret", "code", "password", "secret in a URL")}
    said: list[str] = []
    callers = [
        TokenHolder(server.token()),
        KeyHolder(first["access_key"], first["secret_key"]),
        KeyHolder(app.key, app.secret),
        AppCodeHolder(app.code),
        KeyPairHolder(app.key, app.secret),
        TokenHolder(wrong["token"]),
        KeyHolder(first["access_key"], wrong["secret"]),
        KeyHolder(app.key, wrong["secret"]),
        AppCodeHolder(wrong["code"]),
        KeyPairHolder(app.key, wrong["secret"]),
    ]
    for caller in callers:
        for path in ("", "/undeclared"):
            answer = call(server, caller, echo.path + path, source=fresh_source())
            said.append(str(answer.headers))
            # The echo model shows what reached it, so that its answers are searched too.
            said.append(answer.body.decode())
            said.append(json.dumps(server.record(answer.headers["x-request-id"])))
            said.append(server.run("explain", answer.headers["x-request-id"]).stdout)
    for query in IN_URLS:
        answer = call(server, callers[0], f"{echo.path}?{query.format(wrong['secret in a URL'])}", source=fresh_source())
        said.append(json.dumps(server.record(answer.headers["x-request-id"])))
        said.append(server.run("explain", answer.headers["x-request-id"]).stdout)
    said.append(server.ask_token(password=wrong["password"]).text)
    said.append(server.call("GET", "/adyton/v1/{project}/requests").text)
    said.append(server.http.get(server.control + "/metrics").text)
    secrets = {
        "password": first["password"],
        "secret key": first["secret_key"],
        "AppSecret": app.secret,
        "AppCode": app.code,
        "token": server.token(),
    } | {f"wrong {name}": value for name, value in wrong.items()}
    assert server.stop() == 0
    return server, secrets, said


def test_no_secret_appears(told):
    server, secrets, said = told
    places = {"what was said to clients": "\n".join(said).encode(), "server.log": (server.folder / "server.log").read_bytes()}
    places["access.log"] = (server.folder / "access.log").read_bytes()
    for file in sorted(server.data.rglob("*")):
        if file.is_file() and file.name not in HOLDS_SECRETS:
            places[str(file.relative_to(server.data))] = file.read_bytes()
    found = [f"{name} in {place}" for place, content in places.items() for name, secret in secrets.items() if secret.encode() in content]
    assert found == []


def test_files_are_for_their_owner_only(told):
    server, _, _ = told
    readable = [str(file) for file in server.data.rglob("*") if file.stat().st_mode & 0o077 and not server.data / "packages" in file.parents]
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert [file for file in readable if file.endswith((".json", ".key", ".db", ".sqlite"))] == []
