"""The console's sessions, from outside: the cookie opens the control listener and its Prediction tab, and nothing at the gateway."""

import json
import subprocess

import pytest
import requests

from harness.server import BINARY


class Page:
    """A page of the console: keeps cookies as a browser does, and says what it is."""

    def __init__(self, server):
        self.server = server
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"X-Adyton-Console": "1", "Origin": server.control, "Sec-Fetch-Site": "same-origin"})

    def call(self, method: str, path: str, **more) -> requests.Response:
        return self.http.request(method, f"{self.server.control}{path}", **more)

    def sign_in(self, user: str, password: str) -> "Page":
        answer = self.call("POST", "/adyton/v1/session", json={"user": user, "password": password})
        assert answer.status_code == 201, answer.text
        return self


@pytest.fixture
def page(server) -> Page:
    first = server.bootstrap
    return Page(server).sign_in(first["user"]["name"], first["password"])


def console_link(server, *options: str) -> str:
    run = subprocess.run(
        [str(BINARY), "console", *options],
        cwd=server.folder,
        capture_output=True,
        text=True,
        timeout=60,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(server.folder),
            "ADYTON_CONTROL_URL": server.control,
            "ADYTON_GATEWAY_URL": server.gateway,
            "ADYTON_PROJECT_ID": server.project,
            "ADYTON_ACCESS_KEY": server.bootstrap["access_key"],
            "ADYTON_SECRET_KEY": server.bootstrap["secret_key"],
        },
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_who_is_signed_in_predicts_through_the_tab_and_the_record_says_so(server, echo, page):
    path = f"/adyton/v1/{server.project}/services/{echo.id}/predict"
    answer = page.call("POST", path, json={"a": 1})
    assert answer.status_code == 200, answer.text
    seen = {name.lower() for name, _ in json.loads(answer.text)["headers"]}
    assert not seen & {"cookie", "x-adyton-console"}, "what is the console's does not reach a model"
    record = server.record(answer.headers["X-Request-Id"])
    assert record["caller"]["way"] == "console"
    assert "adyton_session" not in json.dumps(record)


def test_the_cookie_opens_nothing_at_the_gateway(server, echo, page):
    for path in (echo.path, "/adyton/v1/requests/" + "0" * 32):
        answer = requests.get(f"{server.gateway}{path}", headers={"X-Adyton-Console": "1"}, cookies=page.http.cookies.get_dict())
        assert answer.status_code in (401, 404), answer.text
        assert answer.headers["X-Adyton-Reason"] in ("credentials.missing", "route.wrong_method"), answer.headers
    sent = page.http.cookies["adyton_session"]
    answer = requests.post(f"{server.gateway}{echo.path}", headers={"X-Auth-Token": sent}, json={})
    assert (answer.status_code, answer.headers["X-Adyton-Reason"]) == (401, "token.malformed")


def test_a_form_of_another_site_gets_nowhere(server, page):
    cookies = page.http.cookies.get_dict()
    foreign = {"Origin": "http://evil.example", "Content-Type": "text/plain"}
    forged = requests.post(f"{server.control}/v3/projects", headers=foreign, cookies=cookies, data='{"project":{"name":"forged"}}')
    assert forged.status_code == 403
    without = requests.post(f"{server.control}/v3/projects", cookies=cookies, json={"project": {"name": "forged"}})
    assert (without.status_code, without.headers["X-Adyton-Reason"]) == (403, "iam.console_header")


def test_a_link_of_the_command_line_signs_in_once(server):
    url = console_link(server)
    address, _, secret = url.partition("#")
    assert address == f"{server.control}/console/sign-in"
    page = Page(server)
    first = page.call("POST", "/adyton/v1/session/link", json={"secret": secret})
    assert first.status_code == 201, first.text
    assert page.call("GET", "/adyton/v1/session").json()["user"]["name"] == server.bootstrap["user"]["name"]
    second = Page(server).call("POST", "/adyton/v1/session/link", json={"secret": secret})
    assert (second.status_code, second.headers["X-Adyton-Reason"]) == (401, "manage.sign_in_link")
    cookie = page.http.cookies["adyton_session"]
    assert page.call("DELETE", "/adyton/v1/session").status_code == 204
    assert "adyton_session" not in page.http.cookies
    assert page.call("GET", "/adyton/v1/session").status_code == 401
    for text in (secret, cookie):
        assert text not in server.log()


def test_a_session_outlives_a_restart_and_a_spent_link_stays_spent(new_server):
    server = new_server().start()
    secret = console_link(server).partition("#")[2]
    page = Page(server)
    assert page.call("POST", "/adyton/v1/session/link", json={"secret": secret}).status_code == 201
    cookie = page.http.cookies["adyton_session"]
    server.stop()
    server.start()
    again = Page(server)
    assert again.call("POST", "/adyton/v1/session/link", json={"secret": secret}).status_code == 401
    again.http.cookies.set("adyton_session", cookie)
    assert again.call("GET", "/adyton/v1/session").status_code == 200
