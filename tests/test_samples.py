"""The three samples: real predictions, by every way of showing who one is, at both doors and by the command line."""

import hashlib
import json
import subprocess
import sys

import pytest

from harness.callers import App, AppCodeHolder, KeyHolder, KeyPairHolder, TokenHolder, call
from harness.raw import exchange
from harness.server import ROOT

IRIS = (ROOT / "samples/iris/request.json").read_bytes()
POETRY = (ROOT / "samples/poetry/request.json").read_bytes()
VISION = (ROOT / "samples/vision/request.json").read_bytes()


@pytest.fixture(scope="module")
def ways(server, iris, poetry, vision, admin, admin_key):
    app = App.create(server, "all-samples", iris)
    app.authorize(server, poetry)
    app.authorize(server, vision)
    return {
        "token": admin,
        "aksk": admin_key,
        "app signature": KeyHolder(app.key, app.secret),
        "AppCode": AppCodeHolder(app.code),
        "key pair": KeyPairHolder(app.key, app.secret),
    }


WAYS = ["token", "aksk", "app signature", "AppCode", "key pair"]


@pytest.mark.parametrize("way", WAYS)
def test_iris(server, iris, ways, way):
    answer = call(server, ways[way], iris.path, body=IRIS)
    assert (answer.status, answer.headers["x-adyton-answered-by"]) == (200, "model")
    first, second = json.loads(answer.body)["data"]["resp_data"]
    assert first["sepal_length"] == 5.1, "the columns come back"
    assert (first["predictresult"], second["predictresult"]) == ("setosa", "virginica")
    assert first["probabilities"]["setosa"] == pytest.approx(0.98166, abs=1e-4)


@pytest.mark.parametrize("media", ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded"])
def test_a_form_that_iris_does_not_read_is_called_a_form(server, iris, admin, media):
    answer = exchange(server.gateway, "POST", iris.path, {"X-Auth-Token": admin.token, "Content-Type": media}, b"--b\r\n\r\nx=1\r\n--b--\r\n")
    assert answer.status == 400
    assert "a form" in json.loads(answer.body)["msg"] and "send JSON" in json.loads(answer.body)["msg"], answer.body
    explained = " ".join(server.run("explain", answer.headers["x-request-id"]).stdout.split())
    assert f"a form (`{media.partition(';')[0]}`)" in explained


@pytest.mark.parametrize("way", WAYS)
def test_poetry(server, poetry, ways, way):
    answer = call(server, ways[way], poetry.path + "/predictions/poetry", body=POETRY)
    assert (answer.status, answer.headers["x-adyton-answered-by"]) == (200, "model")
    content = json.loads(answer.body)
    assert content["text"] == "The moon"
    assert len(content["continuation"].splitlines()) == 4


@pytest.mark.parametrize("way", WAYS)
def test_vision(server, vision, ways, way):
    answer = call(server, ways[way], vision.path, body=VISION)
    assert answer.status == 200, answer.body
    ((upright, upside_down),) = next(iter(json.loads(answer.body)["outputs"].values()))
    assert upside_down > 0.9 > upright


def test_the_meta_of_a_request_comes_back(server, iris, admin):
    body = json.dumps({"meta": {"uuid": "10eb0091-887f-4839-9929-cbc884f1e20e"}} | json.loads(IRIS)).encode()
    answer = call(server, admin, iris.path, body=body)
    assert json.loads(answer.body)["meta"]["uuid"] == "10eb0091-887f-4839-9929-cbc884f1e20e"


def test_one_row_or_many(server, iris, admin):
    row = json.loads(IRIS)["data"]["req_data"][0]
    for count in (1, 2, 100):
        answer = call(server, admin, iris.path, body=json.dumps({"data": {"req_data": [row] * count}}).encode())
        assert len(json.loads(answer.body)["data"]["resp_data"]) == count


@pytest.mark.parametrize(
    "body, named",
    [
        (b"", None),
        (b"not json", "`not json`"),
        (b"[]", None),
        (b'{"data":{"req_data":[{"sepal_length":1}]}}', "sepal_width"),
        (b'{"data":{"req_data":[{"sepal_length":"x","sepal_width":1,"petal_length":1,"petal_width":1}]}}', "sepal_length"),
    ],
)
def test_iris_says_what_is_wrong_with_its_input(server, iris, admin, body, named):
    answer = call(server, admin, iris.path, body=body)
    assert answer.status == 400, answer.body
    if named:
        explained = server.run("explain", answer.headers["x-request-id"]).stdout
        assert named in explained


def test_a_wrong_shape_is_named_with_its_field(server, vision, admin):
    answer = call(server, admin, vision.path, body=b'{"inputs":{"x":[[1,2,3]]}}')
    assert answer.status == 400
    explained = server.run("explain", answer.headers["x-request-id"]).stdout
    assert "inputs.x" in explained and "[1,3]" in explained.replace(" ", "")


def test_what_the_model_itself_says_passes_untouched(server, poetry, admin):
    answer = call(server, admin, poetry.path + "/predictions/poetry", body=b'{"text": 3}')
    assert (answer.status, answer.headers["x-adyton-answered-by"]) == (400, "model")
    assert json.loads(answer.body) == {"error": "text: a string is needed"}
    assert "x-adyton-reason" not in answer.headers


@pytest.mark.parametrize("sample, path, body", [("iris", "", IRIS), ("poetry", "predictions/poetry", POETRY), ("vision", "", VISION)])
def test_the_other_door(server, admin, request, sample, path, body):
    service = request.getfixturevalue(sample)
    url = f"/adyton/v1/{server.project}/services/{service.id}/predict/{path}"
    answer = exchange(server.control, "POST", url, {"X-Auth-Token": admin.token, "Content-Type": "application/json"}, body)
    assert (answer.status, answer.headers["x-adyton-answered-by"]) == (200, "model")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert server.record(answer.headers["x-request-id"])["door"] == "prediction_tab"


@pytest.mark.parametrize("auth", [[], ["--auth", "aksk"]], ids=["as it likes", "aksk"])
def test_the_command_line_predicts(server, iris, poetry, auth):
    answer = server.json("predict", "iris", "--data", f"@{ROOT / 'samples/iris/request.json'}", *auth)
    assert answer["data"]["resp_data"][0]["predictresult"] == "setosa"
    answer = server.json("predict", "poetry", "/predictions/poetry", "--data", '{"text":"The moon"}', *auth)
    assert answer["continuation"]


def test_the_answer_of_poetry_depends_on_text_and_seed_only(server, poetry, admin):
    def continuation(**fields):
        body = json.dumps({"text": "The moon"} | fields).encode()
        return json.loads(call(server, admin, poetry.path + "/predictions/poetry", body=body).body)["continuation"]

    assert continuation() == continuation()
    assert continuation(seed=1) == continuation(seed=1) != continuation(seed=2)


def test_the_compiled_in_runtime_gives_the_same_answers(new_server):
    server = new_server({"onnx.library": "builtin"}).start()
    caller = TokenHolder(server.token())
    iris = server.deploy("iris", ROOT / "samples/iris")
    rows = json.loads(call(server, caller, iris.path, body=IRIS).body)["data"]["resp_data"]
    assert [row["predictresult"] for row in rows] == ["setosa", "virginica"]
    assert rows[0]["probabilities"]["setosa"] == pytest.approx(0.98166, abs=1e-4)
    vision = server.deploy("vision", ROOT / ".cache/samples/vision")
    ((_, upside_down),) = next(iter(json.loads(call(server, caller, vision.path, body=VISION).body)["outputs"].values()))
    assert upside_down == pytest.approx(0.98243606, abs=1e-3)


def test_the_drawn_request_is_what_the_script_draws():
    drawn = subprocess.run([sys.executable, ROOT / "samples/vision/draw.py"], capture_output=True, check=True).stdout
    assert hashlib.sha256(drawn).digest() == hashlib.sha256(VISION).digest()


def test_forged_headers_of_a_model_do_not_get_out(server, echo, admin):
    answer = call(server, admin, echo.path + "/forged")
    assert answer.headers["x-model"] == "kept"
    assert "x-adyton-reason" not in answer.headers
    assert answer.headers["x-adyton-answered-by"] == "model"
    assert answer.headers["x-request-id"] != "0" * 32


def test_what_reaches_the_model(server, echo, admin):
    answer = call(
        server, admin, echo.path + "/only/post?a=1&b=x%20y", headers={"X-Mine": "kept", "X-Forwarded-For": "6.6.6.6", "Connection": "X-Hop", "X-Hop": "gone"}
    )
    seen = json.loads(answer.body)
    assert seen["path"] == "/only/post?a=1&b=x%20y"
    headers = dict(seen["headers"])
    assert headers["x-mine"] == "kept"
    assert "x-auth-token" not in headers and "x-hop" not in headers
    assert headers["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize(
    "path, body, status, reason",
    [
        ("/drop", b"{}", 500, "instance.closed"),
        ("/garbage", b"{}", 500, "instance.bad_answer"),
    ],
)
def test_a_model_that_misbehaves(server, echo, admin, path, body, status, reason):
    answer = call(server, admin, echo.path + path, body=body)
    assert (answer.status, answer.headers["x-adyton-reason"]) == (status, reason)
    assert json.loads(answer.body)["error_code"] == "ModelArts.4503"
    assert server.record(answer.headers["x-request-id"])["answered_by"] == "gateway"


def test_an_error_of_the_model_is_the_models(server, echo, admin):
    answer = call(server, admin, echo.path + "/status", body=b'{"status": 503}')
    assert (answer.status, answer.headers["x-adyton-answered-by"]) == (503, "model")
    assert json.loads(answer.body) == {"asked": {"status": 503}}


def test_a_prediction_that_takes_too_long(new_server):
    from harness.server import ECHO

    server = new_server({"gateway.prediction_timeout": "1s"}).start()
    echo = server.deploy("echo", ECHO)
    answer = call(server, TokenHolder(server.token()), echo.path + "/slow", body=b'{"seconds": 20, "name": "late"}')
    assert (answer.status, answer.headers["x-adyton-reason"]) == (504, "prediction.timeout")
    assert json.loads(answer.body)["error_code"] == "ModelArts.4503"
