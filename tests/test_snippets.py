"""The programs that the console shows for calling a service, each run against a live one, in every language and with every kind of caller."""

import hashlib
import json

import pytest

from harness.callers import App
from harness.snippets import Snippet, run, snippets

LANGUAGES = {
    "token": ["curl", "python", "javascript", "go", "java"],
    "aksk": ["curl", "python-sdk", "javascript", "go", "java"],
    "app": ["curl", "python-sdk", "javascript", "go", "java"],
    "appcode": ["curl", "python", "javascript", "go", "java"],
}
EACH = [(auth, language) for auth, languages in LANGUAGES.items() for language in languages]
ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
# What a wrong secret of each kind of caller is answered with.
REFUSED = {"token": "401 APIG.0301", "aksk": "401 APIG.0301", "app": "400 APIG.1009", "appcode": "401 APIG.0303"}
# A body whose texts and numbers a language could spoil.
NASTY = {
    "text": 'It\'s $HOME `id` \\ """ ${x} #{y} \u2028 月 😀 */ \\u0041 \t',
    "key'\"`": [True, False, None, -0.5, 1e3, 12345678901234567890],
    "__proto__": {"nested": ["x" * 120]},
    "lines": "a\nb \n\n  c",
}


def text(value: object, content_type: str = "application/json") -> dict:
    return {"kind": "text", "contentType": content_type, "text": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def of(call: dict, auth: str, language: str) -> Snippet:
    (all_of_it,) = snippets([call])
    (found,) = [one for one in all_of_it if (one.auth, one.language) == (auth, language)]
    return found


@pytest.fixture(scope="session")
def secrets(server, iris, echo):
    """The secrets of each kind of caller, as the programs read them."""
    caller = App.create(server, "snippets", iris)
    caller.authorize(server, echo)
    first = server.bootstrap
    return {
        "token": {"ADYTON_TOKEN": server.token()},
        "aksk": {"ADYTON_ACCESS_KEY": first["access_key"], "ADYTON_SECRET_KEY": first["secret_key"]},
        "app": {"ADYTON_APP_KEY": caller.key, "ADYTON_APP_SECRET": caller.secret},
        "appcode": {"ADYTON_APP_CODE": caller.code},
    }


def test_every_kind_of_caller_has_every_language(iris):
    (made,) = snippets([{"address": iris.address, "path": "/", "method": "POST", "body": text({})}])
    found: dict[str, list[str]] = {}
    for snippet in made:
        assert snippet.missing is None, snippet
        found.setdefault(snippet.auth, []).append(snippet.language)
    assert {auth: sorted(languages) for auth, languages in found.items()} == {auth: sorted(languages) for auth, languages in LANGUAGES.items()}


@pytest.mark.parametrize(("auth", "language"), EACH)
def test_a_snippet_prints_the_prediction_and_fails_when_it_is_refused(iris, secrets, tmp_path, auth, language):
    snippet = of({"address": iris.address, "path": "/", "method": "POST", "body": text({"data": {"req_data": [ROW]}})}, auth, language)
    assert {placeholder["variable"] for placeholder in snippet.placeholders} == set(secrets[auth])
    assert not any(secret in snippet.text for secret in secrets[auth].values())
    good = run(snippet, tmp_path, secrets[auth])
    assert good.status == 0, good
    assert json.loads(good.printed)["data"]["resp_data"][0]["predictresult"] == "setosa"

    *_, secret = secrets[auth]
    wrong = secrets[auth] | {secret: "0" * len(secrets[auth][secret])}
    bad = run(snippet, tmp_path, wrong)
    status, code = REFUSED[auth].split()
    assert bad.status != 0
    # What curl prints has the code alone; --fail-with-body says the status.
    assert code in bad.printed + bad.said and status in bad.printed + bad.said, bad


# The kinds of proof: a secret in a header, and a signature.
PROOFS = [(auth, language) for auth, language in EACH if auth in ("appcode", "app")]


@pytest.mark.parametrize(("auth", "language"), PROOFS)
def test_what_a_body_says_is_not_spoilt_by_a_language(echo, secrets, tmp_path, auth, language):
    for number, (body, content_type) in enumerate(
        [(NASTY, "application/json"), ("plain 'text' with \"signs\" and \\ and 月\n", "text/plain"), ("{not JSON", "application/json")]
    ):
        call = {"address": echo.address, "path": "/only/post", "method": "POST", "body": text(body, content_type)}
        ran = run(of(call, auth, language), tmp_path / str(number), secrets[auth])
        assert ran.status == 0, ran
        seen = json.loads(ran.printed)
        assert dict(seen["headers"])["content-type"].startswith(content_type)
        if content_type == "text/plain" or body != NASTY:
            sent = str(body).encode()
            assert (seen["body_bytes"], seen["body_sha256"]) == (len(sent), hashlib.sha256(sent).hexdigest())
        else:
            assert seen["body_bytes"] > 200


@pytest.mark.parametrize(("auth", "language"), PROOFS)
def test_a_call_without_a_body_and_paths_with_escapes(echo, secrets, tmp_path, auth, language):
    for number, (method, path, sent) in enumerate(
        [
            ("GET", "/only/get", "/only/get"),
            ("DELETE", "/anything", "/anything"),
            ("POST", "/grüße", "/gr%C3%BC%C3%9Fe"),
            ("POST", "/with%20space", "/with%20space"),
        ]
    ):
        snippet = of({"address": echo.address, "path": path, "method": method}, auth, language)
        if snippet.missing:
            # Its signer escapes what is escaped once more.
            assert (language, path) == ("javascript", "/with%20space") and snippet.missing["zh"]
            continue
        ran = run(snippet, tmp_path / str(number), secrets[auth])
        assert ran.status == 0, ran
        seen = json.loads(ran.printed)
        assert (seen["method"], seen["path"], seen["body_bytes"]) == (method, sent, 0)


@pytest.mark.parametrize(("auth", "language"), PROOFS)
def test_a_form_with_files_is_uploaded(echo, secrets, tmp_path, auth, language):
    fields = [
        {"name": "note", "file": False, "value": 'it\'s 月; "x"'},
        {"name": "image", "file": True, "value": "cat.png"},
        {"name": "mask", "file": True, "value": "mask.png"},
    ]
    snippet = of({"address": echo.address, "path": "/only/post", "method": "POST", "body": {"kind": "form", "fields": fields}}, auth, language)
    if snippet.missing:
        assert (auth, language) == ("app", "curl")
        return
    for name in ("cat.png", "mask.png"):
        (tmp_path / name).write_bytes(b"\x89PNG" + bytes(1000))
    ran = run(snippet, tmp_path, secrets[auth])
    assert ran.status == 0, ran
    seen = json.loads(ran.printed)
    assert dict(seen["headers"])["content-type"].startswith("multipart/form-data; boundary=")
    assert seen["body_bytes"] > 2 * 1000
