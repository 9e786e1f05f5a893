"""The kinds of callers, as types: each knows how it shows who it is.

A caller gives the headers that go with one request; what it signs, it signs with harness.signing.
"""

from dataclasses import dataclass
from typing import Protocol

from .raw import Answer, exchange
from .server import Server, Service
from .signing import Request, Signer

RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID"


class Caller(Protocol):
    """Someone who calls an API address."""

    def headers(self, method: str, url: str, headers: dict[str, str], body: bytes) -> dict[str, str]: ...


class Nobody:
    """Sends no credentials."""

    def headers(self, method, url, headers, body):
        return headers


@dataclass
class TokenHolder:
    """Sends an IAM token."""

    token: str

    def headers(self, method, url, headers, body):
        return headers | {"X-Auth-Token": self.token}


@dataclass
class KeyHolder:
    """Signs with an access key, or with an app's key and secret."""

    key: str
    secret: str
    signer: type[Signer] = Signer

    def headers(self, method, url, headers, body):
        return self.signer(self.key, self.secret).sign(Request(method, url, dict(headers), body)).headers


@dataclass
class AppCodeHolder:
    """Sends an AppCode."""

    code: str

    def headers(self, method, url, headers, body):
        return headers | {"X-Apig-AppCode": self.code}


@dataclass
class KeyPairHolder:
    """Sends AppKey and AppSecret as they are."""

    key: str
    secret: str

    def headers(self, method, url, headers, body):
        return headers | {"X-HW-ID": self.key, "X-HW-AppKey": self.secret}


def call(
    server: Server, caller: Caller, path: str, method: str = "POST", headers: dict[str, str] | None = None, body: bytes = b"{}", source: str = "127.0.0.1"
) -> Answer:
    """One call at the gateway, the path sent exactly as given."""
    pairs = caller.headers(method, server.gateway + path, {"Content-Type": "application/json"} | (headers or {}), body)
    host = not any(name.lower() == "host" for name in pairs)
    return exchange(server.gateway, method, path, pairs, body, host=host, source=source)


@dataclass
class App:
    """An app of the first project."""

    id: str
    key: str
    secret: str
    code: str

    @classmethod
    def create(cls, server: Server, name: str, service: Service | None = None) -> "App":
        """Makes an app with an AppCode, authorised for the service if there is one."""
        prefix = "/v2/{project}/apigw/instances/" + instance_id(server)
        made = server.manage("POST", f"{prefix}/apps", json={"name": name})
        code = server.manage("PUT", f"{prefix}/apps/{made['id']}/app-codes")["app_code"]
        app = cls(made["id"], made["app_key"], made["app_secret"], code)
        if service:
            app.authorize(server, service)
        return app

    def authorize(self, server: Server, service: Service) -> None:
        body = {"env_id": RELEASE, "app_ids": [self.id], "api_ids": [api_id(server, service)]}
        server.manage("POST", f"/v2/{{project}}/apigw/instances/{instance_id(server)}/app-auths", json=body)


def api_id(server: Server, service: Service) -> str:
    """The id of the one API that a service is."""
    path = f"/v2/{{project}}/apigw/instances/{instance_id(server)}/apis"
    found = server.manage("GET", path, params={"name": service.name, "precise_search": "name"})["apis"]
    return found[0]["id"]


def instance_id(server: Server) -> str:
    """The id of the one gateway instance that a server has."""
    return server.manage("GET", "/v2/{project}/apigw/instances")["instances"][0]["id"]
