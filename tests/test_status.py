"""What the command line tells of services: how all of them do, what became of their calls, their tags and logs, bodies that fit them."""

import json
import subprocess

from harness.callers import TokenHolder, call
from harness.server import BINARY, ECHO, ROOT, wait_for

PRINTING = ROOT / "samples/poetry"


def test_calls_are_in_the_metrics_of_their_service_and_in_the_overview(new_server):
    server = new_server().start()
    iris = server.deploy("iris", ROOT / "samples/iris")
    server.deploy("echo", ECHO)
    body = (ROOT / "samples/iris/request.json").read_bytes()
    for _ in range(5):
        assert call(server, TokenHolder(server.token()), iris.path, body=body).status == 200
    refused = call(server, TokenHolder("nonsense"), iris.path, body=body)
    assert refused.status == 401

    def counted() -> dict | None:
        found = server.json("service", "metrics", "iris")
        return found if found["total"]["calls"] == 6 else None

    found = wait_for(counted, 20, "six calls in the metrics")
    assert found["total"]["failures"] == {"APIG.0301": 1}
    assert found["total"]["failed"] == 1
    assert sum(point["calls"] for point in found["points"]) == 6
    assert found["points"][-1]["instances"] == 1
    assert found["total"]["p50_ms"] > 0
    table = server.run("service", "metrics", "iris").stdout
    assert "APIG.0301 ×1" in table and table.splitlines()[-1].startswith("total"), table
    # What nobody called still took something.
    uncalled = server.json("service", "metrics", "echo", "--range", "5m")
    assert uncalled["total"]["calls"] == 0 and all(point["calls"] == 0 for point in uncalled["points"]), uncalled

    everything = server.json("status")
    assert everything["services"]["by_status"] == {"running": 2}
    assert everything["services"]["ready_instances"] == everything["services"]["wanted_instances"] == 2
    assert (everything["calls"]["calls"], everything["calls"]["failed"]) == (6, 1)
    assert everything["refused"] == [{"code": "APIG.0301", "count": 1, "reason": "token.malformed", "request_id": refused.headers["x-request-id"]}]
    assert {change["operation"] for change in everything["changes"]} >= {"service_deploy_deploy", "model_import_create"}
    assert everything["server"]["ready"] and everything["server"]["disk_free_bytes"] > 0
    page = server.run("status").stdout
    for part in ("ready, up", "2 running; 2 of 2 instances ready", "6 calls, 1 failed", "Most frequent refusals", "token.malformed", "Last changed"):
        assert part in page, page
    assert "Needs attention" not in page
    chinese = server.run("status", "--lang", "zh").stdout
    assert "最常见的拒绝" in chinese and "6 次调用，1 次失败" in chinese, chinese


def test_services_are_tagged_and_listed_by_their_tags(server, echo, iris):
    run = server.run("service", "tag", "echo", "env=test", "团队=甲")
    assert run.returncode == 0 and "团队" in run.stdout, run.stderr
    assert server.json("service", "tag", "echo", "env=prod", "--delete", "团队") == {"tags": [{"key": "env", "value": "prod"}]}
    listed = server.json("service", "list", "--tag", "env=prod")["services"]
    assert [one["service_id"] for one in listed] == [echo.id]
    assert server.json("service", "list", "--tag", "env", "--tag", "team")["services"] == []
    assert "No service has these tags." in server.run("service", "list", "--tag", "team").stdout
    assert "env=prod" in server.run("service", "show", "echo").stdout
    assert server.json("service", "show", "iris")["tags"] == []
    wrong = server.run("service", "tag", "echo", "_sys_a=1")
    assert wrong.returncode == 1 and "tags[0].key: must not begin with `_sys_`" in wrong.stderr, wrong.stderr
    assert server.run("service", "tag", "echo", "env").returncode == 2
    records = server.json("audit", "--operation", "service_tags_create", "--thing", "echo")["records"]
    changed = next(one["changes"] for one in records if one["kind"] == "change")
    assert changed == [{"field": "tags.env", "from": "test", "to": "prod", "is_secret": False}]
    assert server.json("service", "tag", "echo", "--delete", "env") == {"tags": []}


def test_a_log_is_searched_and_followed_until_the_service_is_gone(new_server):
    server = new_server().start()
    server.deploy("poetry", PRINTING)
    found = server.json("service", "logs", "poetry", "--grep", "LISTENING")["lines"]
    assert len(found) == 1 and "listening on" in found[0]["text"]
    assert server.json("service", "logs", "poetry", "--until", "1h")["lines"] == []
    command = [str(BINARY), "service", "logs", "poetry", "--follow", "--json"]
    follower = subprocess.Popen(command, env=server.client_environment(), cwd=server.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        lines = [json.loads(follower.stdout.readline()) for _ in range(2)]
        assert any("listening on" in line["text"] for line in lines), lines
        assert server.run("service", "delete", "poetry").returncode == 0
        _, told = follower.communicate(timeout=20)
        assert follower.returncode == 0 and "the service was deleted" in told, told
    finally:
        follower.kill()
        follower.wait()


def test_an_example_is_a_body_that_the_service_answers(server, iris, poetry):
    for service in (iris, poetry):
        body = server.run("predict", service.name, "--example")
        assert body.returncode == 0, body.stderr
        answer = server.run("predict", service.name, "--data", body.stdout)
        assert answer.returncode == 0, f"{service.name}: {body.stdout}\n{answer.stdout}{answer.stderr}"
    shown = server.call("GET", f"/adyton/v1/{{project}}/services/{iris.id}/example").json()
    assert shown["from"] == "apis" and "req_data" in shown["body"]["data"]
    nowhere = server.run("predict", "poetry", "/nowhere", "--example")
    assert nowhere.returncode == 1 and "POST /predictions/poetry" in nowhere.stderr, nowhere.stderr
