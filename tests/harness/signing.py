"""SDK-HMAC-SHA256 written down a second time, in Python, so that a test can sign wrongly in exactly one way.

The official signers are tested in test_official_signers.py; this one exists for the mistakes.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, urlsplit


def now(offset: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + offset).strftime("%Y%m%dT%H%M%SZ")


def encode(text: str) -> str:
    return quote(text, safe="~")


@dataclass
class Request:
    """A request to be signed: what is sent. Headers keep their order."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __post_init__(self):
        self.headers = {"Host": urlsplit(self.url).netloc, "X-Sdk-Date": now()} | self.headers


class Signer:
    """Signs as the specification says. A mistake is a subclass that overrides one step."""

    algorithm = "SDK-HMAC-SHA256"

    def __init__(self, key: str, secret: str):
        self.key = key
        self.secret = secret

    def sign(self, request: Request) -> Request:
        signature = hmac.new(self.secret_bytes(), self.string_to_sign(request).encode(), hashlib.sha256).hexdigest()
        request.headers["Authorization"] = self.authorization(request, signature)
        return request

    def authorization(self, request: Request, signature: str) -> str:
        names = ";".join(self.signed_headers(request))
        return f"{self.algorithm} Access={self.key}, SignedHeaders={names}, Signature={signature}"

    def secret_bytes(self) -> bytes:
        return self.secret.encode()

    def string_to_sign(self, request: Request) -> str:
        digest = hashlib.sha256(self.canonical_request(request).encode()).hexdigest()
        return f"{self.algorithm}\n{self.date(request)}\n{digest}"

    def date(self, request: Request) -> str:
        return request.headers["X-Sdk-Date"]

    def canonical_request(self, request: Request) -> str:
        parts = [
            self.method(request),
            self.path(request),
            self.query(request),
            self.header_block(request),
            ";".join(self.signed_headers(request)),
            self.body_digest(request),
        ]
        return "\n".join(parts)

    def method(self, request: Request) -> str:
        return request.method.upper()

    def path(self, request: Request) -> str:
        path = "/".join(encode(segment) for segment in unquote(urlsplit(request.url).path or "/").split("/"))
        return path if path.endswith("/") else path + "/"

    def query_pairs(self, request: Request) -> list[tuple[str, str]]:
        query = urlsplit(request.url).query
        pairs = (part.partition("=") for part in query.split("&") if part)
        return [(unquote(name), unquote(value)) for name, _, value in pairs]

    def query(self, request: Request) -> str:
        return "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(self.query_pairs(request)))

    def signed_headers(self, request: Request) -> list[str]:
        return sorted(name.lower() for name in request.headers if name.lower() != "authorization" and "_" not in name)

    def header_value(self, name: str, value: str) -> str:
        return value.strip()

    def header_block(self, request: Request) -> str:
        values = {name.lower(): value for name, value in request.headers.items()}
        return "".join(f"{name}:{self.header_value(name, values[name])}\n" for name in self.signed_headers(request))

    def body_digest(self, request: Request) -> str:
        for name, value in request.headers.items():
            if name.lower() == "x-sdk-content-sha256":
                return value
        return hashlib.sha256(request.body).hexdigest()
