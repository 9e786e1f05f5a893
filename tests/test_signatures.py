"""Signatures wrong in more than twenty ways, by access keys and by apps: right code, right sub-code, right explanation.

Every case calls from a loopback address of its own, because failures lock a key for their source.
"""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest

from harness.callers import App, KeyHolder, call
from harness.raw import exchange, fresh_source
from harness.signing import Request, Signer, now

PATH = "/with%20space"
QUERY = "?b=two%20words&a=1&empty"
BODY = b'{"text": "The moon", "lines": 2}'


class NoTrailingSlash(Signer):
    def path(self, request):
        return super().path(request).rstrip("/")


class PathDecoded(Signer):
    def path(self, request):
        return unquote(super().path(request))


class PathEncodedTwice(Signer):
    def path(self, request):
        return super().path(request).replace("%", "%25")


class SlashesEncoded(Signer):
    def path(self, request):
        return super().path(request).replace("/", "%2F")


class FullUrl(Signer):
    def path(self, request):
        return request.url.partition("?")[0]


class QueryNotSigned(Signer):
    def query(self, request):
        return ""


class QueryAsSent(Signer):
    def query(self, request):
        return urlsplit(request.url).query


class QueryPlus(Signer):
    def query(self, request):
        return super().query(request).replace("%20", "+")


class QueryNoEquals(Signer):
    def query(self, request):
        return super().query(request).replace("empty=", "empty")


class EmptyBodyHash(Signer):
    def body_digest(self, request):
        return hashlib.sha256(b"").hexdigest()


class EmptyObjectHash(Signer):
    def body_digest(self, request):
        return hashlib.sha256(b"{}").hexdigest()


class OtherSpacing(Signer):
    def body_digest(self, request):
        return hashlib.sha256(json.dumps(json.loads(request.body), separators=(",", ":")).encode()).hexdigest()


class HashUpperCase(Signer):
    def body_digest(self, request):
        return super().body_digest(request).upper()


class NoEmptyLine(Signer):
    def header_block(self, request):
        return super().header_block(request).rstrip("\n")


class SpaceAfterColon(Signer):
    def header_value(self, name, value):
        return " " + value


class NamesNotLowered(Signer):
    def header_block(self, request):
        block = super().header_block(request)
        return "".join(
            "-".join(part.capitalize() for part in line.partition(":")[0].split("-")) + line[len(line.partition(":")[0]) :] for line in block.splitlines(True)
        )


class HostWithoutPort(Signer):
    def header_value(self, name, value):
        return value.partition(":")[0] if name == "host" else value.strip()


class LowerCaseMethod(Signer):
    def method(self, request):
        return request.method.lower()


class WindowsLineEnds(Signer):
    def canonical_request(self, request):
        return super().canonical_request(request).replace("\n", "\r\n")

    def string_to_sign(self, request):
        return super().string_to_sign(request).replace("\n", "\r\n")


class TrailingNewline(Signer):
    def canonical_request(self, request):
        return super().canonical_request(request) + "\n"


class NotHashed(Signer):
    def string_to_sign(self, request):
        return f"{self.algorithm}\n{self.date(request)}\n{self.canonical_request(request)}"


class NoAlgorithm(Signer):
    def string_to_sign(self, request):
        return super().string_to_sign(request).partition("\n")[2]


class SecretWithNewline(Signer):
    def secret_bytes(self):
        return super().secret_bytes() + b"\n"


class SecretQuoted(Signer):
    def secret_bytes(self):
        return b'"' + super().secret_bytes() + b'"'


class KeyAsSecret(Signer):
    def secret_bytes(self):
        return self.key.encode()


class DerivedKey(Signer):
    def secret_bytes(self):
        return base64.b64encode(super().secret_bytes())


MISTAKES = {
    "path.no_trailing_slash": NoTrailingSlash,
    "path.not_encoded": PathDecoded,
    "path.encoded_twice": PathEncodedTwice,
    "path.slashes_encoded": SlashesEncoded,
    "path.full_url": FullUrl,
    "query.missing": QueryNotSigned,
    "query.as_sent": QueryAsSent,
    "query.plus_for_space": QueryPlus,
    "query.no_equals": QueryNoEquals,
    "body.empty_hash": EmptyBodyHash,
    "body.empty_object_hash": EmptyObjectHash,
    "body.json_spacing": OtherSpacing,
    "body.hash_upper_case": HashUpperCase,
    "headers.no_empty_line": NoEmptyLine,
    "headers.space_after_colon": SpaceAfterColon,
    "headers.names_not_lower_case": NamesNotLowered,
    "host.port": HostWithoutPort,
    "method.lower_case": LowerCaseMethod,
    "canonical.line_ends": WindowsLineEnds,
    "canonical.trailing_newline": TrailingNewline,
    "string_to_sign.not_hashed": NotHashed,
    "string_to_sign.no_algorithm": NoAlgorithm,
    "secret.trailing_newline": SecretWithNewline,
    "secret.quoted": SecretQuoted,
    "secret.is_access_key": KeyAsSecret,
    "secret.base64": DerivedKey,
}

KINDS = {
    "aksk": ("APIG.0301", 401, "Incorrect IAM authentication information: verify aksk signature fail"),
    "app": ("APIG.0303", 401, "Incorrect app authentication information: verify signature fail"),
}


@pytest.fixture(params=["aksk", "app"])
def kind(request):
    return request.param


@pytest.fixture
def holder(kind, admin_key, app: App):
    """Key and secret of a caller who may call the echo service."""
    return admin_key if kind == "aksk" else KeyHolder(app.key, app.secret)


def refusal(answer):
    content = json.loads(answer.body)
    return answer.status, content["error_code"], answer.headers["x-adyton-reason"]


def test_the_signer_of_these_tests_is_right(server, echo, holder):
    answer = call(server, holder, echo.path + PATH + QUERY, body=BODY)
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("mistake", MISTAKES.keys())
def test_a_mistake_of_the_client_is_named(server, echo, holder, kind, mistake):
    wrong = KeyHolder(holder.key, holder.secret, MISTAKES[mistake])
    answer = call(server, wrong, echo.path + PATH + QUERY, body=BODY, source=fresh_source())
    code, status, message = KINDS[kind]
    reason = f"{kind}.signing_mistake"
    if kind == "app" and mistake.startswith("secret."):
        # AppKey and AppSecret do not match, however they came not to.
        code, status, message, reason = "APIG.1009", 400, "AppKey or AppSecret is invalid", "app.secret_mistake"
    assert refusal(answer) == (status, code, reason)
    assert json.loads(answer.body)["error_msg"] == message
    evidence = server.record(answer.headers["x-request-id"])["evidence"]
    assert evidence["mistake"] == mistake
    explanation = server.json("explain", answer.headers["x-request-id"])["explanation"]
    assert explanation["signature"]["advice"] == explanation["fix"][0]


def test_another_secret(server, echo, holder, kind):
    wrong = KeyHolder(holder.key, "some-other-secret-of-the-same-person")
    answer = call(server, wrong, echo.path + PATH + QUERY, body=BODY, source=fresh_source())
    expected = (401, "APIG.0301", "aksk.bad_signature") if kind == "aksk" else (400, "APIG.1009", "app.bad_signature")
    assert refusal(answer) == expected
    evidence = server.record(answer.headers["x-request-id"])["evidence"]
    assert evidence["canonical_request"].startswith(f"POST\n{echo.path}/with%20space/\na=1&b=two%20words&empty=\n")
    assert evidence.get("mistake") is None


def signed(holder, server, path, headers=None, body=BODY, signer=Signer):
    """Headers of a rightly signed request, to be spoilt afterwards."""
    return signer(holder.key, holder.secret).sign(Request("POST", server.gateway + path, {"Content-Type": "application/json"} | (headers or {}), body)).headers


def send(server, echo, headers, body=BODY, path=PATH + QUERY):
    return exchange(server.gateway, "POST", echo.path + path, headers, body, host=False, source=fresh_source())


def test_a_body_that_was_changed_on_the_way(server, echo, holder, kind):
    headers = signed(holder, server, echo.path + PATH + QUERY)
    answer = send(server, echo, headers, BODY.replace(b"moon", b"noon"))
    expected = (401, "APIG.0301", "aksk.bad_signature") if kind == "aksk" else (400, "APIG.1009", "app.bad_signature")
    assert refusal(answer) == expected


def test_a_body_that_is_not_the_declared_one(server, echo, holder, kind):
    declared = hashlib.sha256(BODY).hexdigest()
    headers = signed(holder, server, echo.path + PATH + QUERY, {"X-Sdk-Content-Sha256": declared})
    assert send(server, echo, headers).status == 200
    answer = send(server, echo, headers, BODY.replace(b"moon", b"noon"))
    assert refusal(answer) == (401, KINDS[kind][0], f"{kind}.body_digest")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_wrong(server, echo, holder, kind, minutes):
    headers = signed(holder, server, echo.path + PATH + QUERY, {"X-Sdk-Date": now(timedelta(minutes=minutes))})
    answer = send(server, echo, headers)
    assert refusal(answer) == (401, KINDS[kind][0], f"{kind}.clock_skew")
    assert "signature expired, signature time:" in json.loads(answer.body)["error_msg"] or kind == "aksk"


def test_a_clock_that_is_a_little_wrong(server, echo, holder):
    headers = signed(holder, server, echo.path + PATH + QUERY, {"X-Sdk-Date": now(timedelta(minutes=-14))})
    assert send(server, echo, headers).status == 200


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda headers: headers.pop("X-Sdk-Date"), "date_missing"),
        (lambda headers: headers.update({"X-Sdk-Date": "yesterday"}), "date_malformed"),
        (lambda headers: headers.update({"Authorization": headers["Authorization"].replace(";x-sdk-date", "")}), "date_not_signed"),
        (lambda headers: headers.update({"Authorization": headers["Authorization"].replace("host;", "host;x-absent;")}), "signed_header_missing"),
        (lambda headers: headers.update({"Authorization": headers["Authorization"].replace(", Signature=", ", ")}), "malformed"),
    ],
    ids=["no date", "no time stamp", "date not signed", "signed header not sent", "no signature"],
)
def test_a_spoilt_head(server, echo, holder, kind, spoil, reason):
    headers = signed(holder, server, echo.path + PATH + QUERY)
    spoil(headers)
    answer = send(server, echo, headers)
    assert refusal(answer) == (401, KINDS[kind][0], f"{kind}.{reason}")


def test_an_algorithm_that_is_not_offered(server, echo, holder, kind):
    headers = signed(holder, server, echo.path + PATH + QUERY)
    headers["Authorization"] = headers["Authorization"].replace("SDK-HMAC-SHA256", "SDK-HMAC-SM3")
    answer = send(server, echo, headers)
    assert refusal(answer) == (401, KINDS[kind][0], f"{kind}.unsupported_algorithm")


def test_keys_that_nobody_has(server, echo):
    unknown_ak = KeyHolder("ADYTONUNKNOWN0000000", "secret")
    answer = call(server, unknown_ak, echo.path, source=fresh_source())
    assert refusal(answer) == (401, "APIG.0301", "aksk.unknown_key")
    unknown_app = KeyHolder("0" * 32, "secret")
    answer = call(server, unknown_app, echo.path, source=fresh_source())
    assert refusal(answer) == (401, "APIG.0303", "app.unknown_key")


def test_an_app_that_is_not_authorised(server, echo, iris):
    # The first authorisation of any app enables apps for a service; iris has none yet, so authorise another one.
    App.create(server, "for-iris", iris)
    stranger = App.create(server, "stranger")
    answer = call(server, KeyHolder(stranger.key, stranger.secret), iris.path, source=fresh_source())
    assert refusal(answer) == (403, "APIG.0304", "app.not_authorised")


def test_six_failures_lock_an_access_key_for_their_source_only(server, echo, admin_key):
    wrong, source = KeyHolder(admin_key.key, "wrong"), fresh_source()
    reasons = [call(server, wrong, echo.path, source=source).headers["x-adyton-reason"] for _ in range(8)]
    assert reasons == ["aksk.bad_signature"] * 6 + ["aksk.locked"] * 2
    assert call(server, admin_key, echo.path, source=source).headers["x-adyton-reason"] == "aksk.locked"
    assert call(server, admin_key, echo.path, source=fresh_source()).status == 200


def test_a_hundred_failures_lock_an_app_for_their_source_only(server, echo):
    app = App.create(server, "locked-out", echo)
    wrong, right, source = KeyHolder(app.key, "wrong"), KeyHolder(app.key, app.secret), fresh_source()
    reasons = [call(server, wrong, echo.path, source=source).headers["x-adyton-reason"] for _ in range(102)]
    assert reasons == ["app.bad_signature"] * 100 + ["app.locked"] * 2
    assert call(server, right, echo.path, source=source).headers["x-adyton-reason"] == "app.locked"
    assert call(server, right, echo.path, source=fresh_source()).status == 200


def test_the_pasted_canonical_request_is_compared(server, echo, admin_key, tmp_path):
    url = server.gateway + echo.path + PATH + QUERY
    request = Request("POST", url, {"Content-Type": "application/json"}, BODY)
    Signer(admin_key.key, "wrong").sign(request)
    answer = send(server, echo, request.headers)
    canonical = Signer(admin_key.key, "wrong").canonical_request(request).replace("a=1&", "")
    (tmp_path / "canonical").write_text(canonical)
    run = server.run("explain", answer.headers["x-request-id"], "--canonical", f"@{tmp_path / 'canonical'}")
    assert run.returncode == 0, run.stderr
    assert "a=1&" in run.stdout


def test_what_adyton_sign_prints_is_accepted(server, echo, admin_key):
    printed = server.json("sign", "GET", server.gateway + echo.path + "/only/get?a=1")
    headers = dict(printed["headers"])
    answer = exchange(server.gateway, "GET", echo.path + "/only/get?a=1", headers, host="host" not in {name.lower() for name in headers})
    assert answer.status == 200, answer.body
    # Keep the import honest: the printed signature is an HMAC of what is printed.
    mac = hmac.new(admin_key.secret.encode(), printed["string_to_sign"].encode(), hashlib.sha256).hexdigest()
    assert mac in headers["Authorization"]
