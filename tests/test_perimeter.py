"""The control listener against web pages and strangers, and what goes on working with it: clients, curl, containers, proxies, scrapers."""

import json
import shutil
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest
from keystoneauth1 import session
from keystoneauth1.identity import v3

from harness.raw import Connection, fresh_source

# As Prometheus 3 asks.
SCRAPE = {
    "User-Agent": "Prometheus/3.5.0",
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "X-Prometheus-Scrape-Timeout-Seconds": "10",
}


def refused(response, status: int, reason: str) -> None:
    assert (response.status_code, response.headers.get("X-Adyton-Reason")) == (status, reason), response.text


def sign_in(server, password: str) -> str:
    first = server.bootstrap
    user = {"name": first["user"]["name"], "password": password, "domain": {"name": first["domain"]["name"]}}
    return json.dumps({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}})


# Web pages


def test_a_page_of_another_origin_can_neither_read_nor_try(server):
    url = f"{server.control}/v3/auth/tokens"
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": server.gateway},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        page = {"Content-Type": "text/plain"} | headers
        refused(server.http.post(url, data=sign_in(server, "wrong"), headers=page), 403, "iam.origin")
        refused(server.http.get(f"{server.control}/metrics", headers=headers), 403, "manage.origin")
    # Older browsers tell nothing of the page; a form still cannot say that it sends JSON.
    for _ in range(6):
        refused(server.http.post(url, data=sign_in(server, "wrong"), headers={"Content-Type": "text/plain"}), 415, "iam.media_type")
    assert server.ask_token().status_code == 201, "nothing counted towards the lock"


def test_a_name_that_was_made_to_point_here_is_refused(server):
    rebound = server.http.get(f"{server.control}/metrics", headers={"Host": "evil.example:8081"})
    refused(rebound, 400, "manage.host")
    assert "control.hosts" in rebound.json()["error_msg"]
    rebound = server.http.post(
        f"{server.control}/v3/auth/tokens", data=sign_in(server, "wrong"), headers={"Host": "evil.example", "Content-Type": "application/json"}
    )
    refused(rebound, 400, "iam.host")
    assert server.http.get(f"{server.control}/healthz/ready", headers={"Host": "10-1-2-3.pods"}).status_code == 200


# Programs


def test_the_machines_own_name_is_known(server):
    for host in (socket.gethostname(), "localhost", "192.0.2.1:8081", "[::1]:8081"):
        headers = {"Host": host, "X-Auth-Token": server.token()}
        assert server.http.get(f"{server.control}/adyton/v1/whoami", headers=headers).status_code == 200, host


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_plain_curl_needs_a_content_type_only_to_sign_in(server):
    def curl(*arguments: str) -> tuple[str, str]:
        run = subprocess.run(["curl", "-sS", "--noproxy", "*", "-w", "\n%{http_code}", *arguments], capture_output=True, text=True, timeout=30, check=True)
        body, _, status = run.stdout.rpartition("\n")
        return status, body

    url = f"{server.control}/v3/auth/tokens"
    status, body = curl("-d", sign_in(server, server.bootstrap["password"]), url)
    assert status == "415" and "Content-Type: application/json" in body
    assert curl("-H", "Content-Type: application/json", "-d", sign_in(server, server.bootstrap["password"]), url)[0] == "201"
    user = json.dumps({"user": {"name": "by-curl", "password": "correct-Horse-1"}})
    assert curl("-H", f"X-Auth-Token: {server.token()}", "-d", user, f"{server.control}/v3/users")[0] == "201"


class Proxy(BaseHTTPRequestHandler):
    """Passes requests on as nginx does by default: with the server's address as Host, and with what it was told of the client."""

    upstream = ""
    protocol_version = "HTTP/1.1"

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        headers |= {"X-Forwarded-For": f"{self.headers.get('X-Test-Client', '192.0.2.1')}:5678", "X-Forwarded-Proto": "https"}
        try:
            answer = urlopen(Request(self.upstream + self.path, body or None, headers, method=self.command), timeout=30)
        except OSError as refusal:
            answer = refusal
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = do

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def proxied(new_server):
    """A server behind a proxy, with the proxy's address."""
    server = new_server({"control.trusted_proxies": "127.0.0.1", "control.public_url": "https://models.example.com"}).start()
    handler = type("Handler", (Proxy,), {"upstream": server.control})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        yield server, f"http://127.0.0.1:{proxy.server_port}"
        proxy.shutdown()
        thread.join()


def test_behind_a_proxy_clients_sign_in_and_pages_of_the_public_address_are_own(proxied):
    server, url = proxied
    first = server.bootstrap
    auth = v3.Password(
        auth_url=f"{url}/v3",
        username=first["user"]["name"],
        password=first["password"],
        user_domain_name=first["domain"]["name"],
        project_name=first["project"]["name"],
        project_domain_name=first["domain"]["name"],
    )
    assert session.Session(auth=auth).get_token()
    page = {"X-Auth-Token": server.token(), "Origin": "https://models.example.com"}
    assert server.http.get(f"{url}/adyton/v1/whoami", headers=page).status_code == 200
    refused(server.http.get(f"{url}/adyton/v1/whoami", headers=page | {"Origin": "https://evil.example"}), 403, "manage.origin")
    refused(server.http.get(f"{url}/metrics", headers=SCRAPE), 401, "manage.metrics")


def test_behind_a_proxy_each_client_locks_itself_out(proxied):
    server, url = proxied

    def attempt(client: str, password: str):
        headers = {"Content-Type": "application/json", "X-Test-Client": client}
        return server.http.post(f"{url}/v3/auth/tokens", data=sign_in(server, password), headers=headers)

    for _ in range(5):
        refused(attempt("198.51.100.7", "wrong"), 401, "iam.wrong_password")
    locked = attempt("198.51.100.7", server.bootstrap["password"])
    refused(locked, 401, "iam.account_locked")
    assert 800 < int(locked.headers["Retry-After"]) <= 900
    assert attempt("198.51.100.8", server.bootstrap["password"]).status_code == 201


def test_without_a_proxy_each_address_locks_itself_out(new_server):
    server = new_server().start()
    guesser = fresh_source()

    def attempt(source: str, password: str) -> str:
        body = sign_in(server, password).encode()
        with Connection(server.control, source) as connection:
            connection.send_head("POST", "/v3/auth/tokens", {"Content-Type": "application/json", "Content-Length": str(len(body))}, body=body)
            return connection.read_answer().headers.get("x-adyton-reason", "let in")

    assert [attempt(guesser, "wrong") for _ in range(5)] == ["iam.wrong_password"] * 5
    assert attempt(guesser, server.bootstrap["password"]) == "iam.account_locked"
    assert attempt(fresh_source(), server.bootstrap["password"]) == "let in"


# Scrapers


def test_metrics_by_loopback_by_token_and_open(new_server, tmp_path):
    own = new_server(folder="loopback").start()
    assert server_metrics(own).startswith("#")
    refused(own.http.get(f"{own.control}/metrics", headers=SCRAPE | {"X-Forwarded-For": "192.0.2.1"}), 401, "manage.metrics")

    token = tmp_path / "metrics-token"
    token.write_text("the-token-of-the-scraper\n")
    kept = new_server({"control.metrics": "token", "control.metrics_token_file": token}, folder="token").start()
    refused(kept.http.get(f"{kept.control}/metrics", headers=SCRAPE), 401, "manage.metrics")
    refused(kept.http.get(f"{kept.control}/metrics", headers=SCRAPE | {"Authorization": "Bearer another-token-entirely"}), 401, "manage.metrics")
    assert server_metrics(kept, {"Authorization": "Bearer the-token-of-the-scraper"}).startswith("#")
    assert server_metrics(kept, {"X-Auth-Token": kept.token()}).startswith("#")
    assert "the-token-of-the-scraper" not in kept.log()

    everybody = new_server({"control.metrics": "open"}, folder="open").start()
    assert server_metrics(everybody, {"X-Forwarded-For": "192.0.2.1"}).startswith("#")


def server_metrics(server, headers: dict[str, str] | None = None) -> str:
    answer = server.http.get(f"{server.control}/metrics", headers=SCRAPE | (headers or {}))
    assert answer.status_code == 200, answer.text
    return answer.text


# Revocation at the last byte


def test_an_upload_of_a_user_who_was_disabled_meanwhile_is_refused(new_server):
    server = new_server().start()
    made = server.manage("POST", "/v3/users", json={"user": {"name": "leaving", "password": "correct-Horse-1"}})["user"]
    role = server.call("PUT", f"/v3/projects/{server.project}/users/{made['id']}/roles/operator")
    assert role.status_code == 204, role.text
    token = server.new_token(user="leaving", password="correct-Horse-1")
    body = b"no archive"
    with Connection(server.control) as connection:
        head = {"X-Auth-Token": token, "Content-Length": str(len(body)), "Expect": "100-continue"}
        connection.send_head("POST", f"/adyton/v1/{server.project}/packages", head)
        assert connection.readable(30), "the head is accepted"
        connection.send(body[:-1])
        server.manage("PATCH", f"/v3/users/{made['id']}", json={"user": {"enabled": False}})
        connection.send(body[-1:])
        answer = connection.read_answer()
    assert (answer.status, answer.headers["x-adyton-reason"], answer.interim) == (401, "manage.token_user_disabled", [100])
