"""Data that the first version wrote is opened by this one: SQLite, PostgreSQL and the journal (fixtures/first-light)."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from harness.callers import AppCodeHolder, KeyHolder, TokenHolder, call
from harness.postgres import Postgres
from harness.server import ROOT, Server

FIXTURE = Path(__file__).parent / "fixtures/first-light"
# The fixture grows older than journals are kept.
SETTINGS = {"journal.keep_days": 36500}


class Old:
    """A server of today on a copy of what was kept."""

    def __init__(self, folder: Path, kind: str):
        self.known = json.loads((FIXTURE / f"{kind}.json").read_text())
        self.server = Server(folder, SETTINGS)
        shutil.copytree(FIXTURE / kind, self.server.data)
        self.server.data.chmod(0o700)
        self.database = None
        self.arguments: list[str] = []
        if kind == "postgres":
            self.on_postgres()
        self.server.start(*self.arguments)

    def on_postgres(self) -> None:
        self.database = Postgres().start()
        self.database.restore(gzip.decompress((FIXTURE / "postgres/dump.sql.gz").read_bytes()))
        key = self.server.folder / "shared.key"
        shutil.move(self.server.data / "shared.key", key)
        (self.server.data / "dump.sql.gz").unlink()
        config = self.server.folder / "adyton.toml"
        config.write_text(f'master_key_file = "{key}"\n')
        self.server.settings["database_url"] = self.database.url
        self.arguments = ["--config", str(config)]

    def close(self) -> None:
        self.server.close()
        if self.database:
            self.database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def old(request, tmp_path_factory):
    old = Old(tmp_path_factory.mktemp(f"first-light-{request.param}"), request.param)
    yield old
    old.close()


def test_its_users_sign_in(old):
    member = old.known["member"]
    assert old.server.new_token()
    assert old.server.new_token(user=member["name"], password=member["password"])
    assert old.server.ask_token(user=member["name"], password="another").status_code == 401


def test_its_services_models_and_apps_answer(old):
    server, known = old.server, old.known
    services = {service["service_name"]: service for service in server.manage("GET", "/v1/{project}/services", params={"limit": 100})["services"]}
    assert set(services) == set(known["services"])
    models = {model["model_id"] for model in server.manage("GET", "/v1/{project}/models", params={"limit": 100})["models"]}
    assert models == {service["model"] for service in known["services"].values()}
    for name in ("echo", "iris", "gather"):
        server.wait_for_status(known["services"][name]["id"], "running")
    assert services["stopped"]["status"] == "stopped"
    echo, iris = (f"/v1/infers/{known['services'][name]['id']}" for name in ("echo", "iris"))
    friend, member = known["apps"]["friend"], known["member"]
    assert call(server, KeyHolder(friend["key"], friend["secret"]), echo).status == 200
    assert call(server, KeyHolder(member["access_key"], member["secret_key"]), echo).status == 200
    assert call(server, AppCodeHolder(friend["code"]), echo).status == 200
    answer = call(server, TokenHolder(server.token()), iris, body=(ROOT / "samples/iris/request.json").read_bytes())
    assert (answer.status, answer.headers["x-adyton-answered-by"]) == (200, "model")


def test_what_it_revoked_stays_revoked(old):
    answer = call(old.server, TokenHolder(old.known["revoked_token"]), f"/v1/infers/{old.known['services']['echo']['id']}")
    assert answer.status == 401
    # Its time is over by now, unless this runs on the day on which it was made.
    assert answer.headers["x-adyton-reason"] in ("token.revoked", "token.expired", "token.unknown_key")


def test_every_record_of_its_journal_is_listed_and_explained(old):
    listed = set()
    page: dict = {}
    while True:
        answer = old.server.manage("GET", "/adyton/v1/{project}/requests", params={"limit": 1000} | page)
        listed |= {record["id"] for record in answer["requests"]}
        if not answer["next"]:
            break
        page = {"before": answer["next"]}
    assert set(old.known["listed"]) <= listed
    # Records of requests that belong to no project are found by their id.
    for request in old.known["requests"]:
        response = old.server.call("GET", f"/adyton/v1/{{project}}/requests/{request['id']}")
        assert response.status_code == 200, (request, response.text)
        found = response.json()
        assert (found["request"]["status"], found["request"]["reason"], found["request"]["door"]) == (request["status"], request["reason"], request["door"])
        assert found["explanation"]
    refused = next(request for request in old.known["requests"] if request["reason"] == "aksk.signing_mistake")
    explained = old.server.run("explain", refused["id"])
    assert explained.returncode == 0 and "aksk.signing_mistake" in explained.stdout


def test_it_is_changed_and_starts_again(old):
    prefix = f"/v2/{{project}}/apigw/instances/{old.known['instance']}"
    made = old.server.manage("POST", f"{prefix}/apps", json={"name": "made-by-a-later-version"})
    assert old.server.stop() == 0
    old.server.start(*old.arguments)
    assert old.server.manage("GET", f"{prefix}/apps/{made['id']}")["name"] == "made-by-a-later-version"
