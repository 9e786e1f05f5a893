"""A real Prometheus scrapes the metrics, with the token that it is given; what it stores is what the server counted."""

import json
import re
import socket
import subprocess

import pytest

from harness.callers import TokenHolder, call
from harness.server import ECHO, ROOT, wait_for

TOKEN = "the-token-of-a-real-scraper"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def scraped(new_server, tmp_path):
    """A server whose metrics need a token, a Prometheus that has it, and one that has not."""
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    server = new_server({"control.metrics": "token", "control.metrics_token_file": token}).start()
    target = server.control.removeprefix("http://")
    job = "  - job_name: {name}\n    scrape_interval: 200ms\n    scrape_timeout: 200ms\n{more}    static_configs: [{{targets: ['{target}']}}]\n"
    jobs = [
        job.format(name="known", target=target, more=f"    authorization: {{credentials_file: '{token}'}}\n"),
        job.format(name="unknown", target=target, more=""),
    ]
    config = tmp_path / "prometheus.yml"
    config.write_text("scrape_configs:\n" + "".join(jobs))
    url = f"http://127.0.0.1:{free_port()}"
    options = [f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'tsdb'}", f"--web.listen-address={url.removeprefix('http://')}"]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(["prometheus", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=tmp_path)
    yield server, url
    process.terminate()
    process.wait(30)


def test_a_real_prometheus_stores_what_was_counted(scraped):
    server, url = scraped
    echo = server.deploy("echo", ECHO)
    assert [call(server, TokenHolder(server.token()), echo.path, body=b"x").status for _ in range(3)] == [200, 200, 200]
    assert call(server, TokenHolder("nonsense"), echo.path, body=b"x").status == 401

    def stored(query: str) -> dict[tuple[tuple[str, str], ...], float]:
        try:
            found = server.http.get(f"{url}/api/v1/query", params={"query": query}).json()
        except OSError:
            # It does not listen yet.
            return {}
        return {tuple(sorted(one["metric"].items())): float(one["value"][1]) for one in found["data"]["result"]}

    def number(query: str) -> float | None:
        return next(iter(stored(query).values()), None)

    requests = "adyton_gateway_requests_total"
    wait_for(lambda: number(f'sum({requests}{{answered_by="model"}})') == 3, 20, "three predictions to be stored")
    assert number(f'sum({requests}{{reason="token.malformed",code="APIG.0301"}})') == 1
    assert number('adyton_gateway_request_seconds_count{part="gateway"}') == 4
    assert number('histogram_quantile(0.5, adyton_gateway_request_seconds_bucket{part="gateway"})') > 0
    # By name, and by instance; what was refused before a version was chosen has none.
    services = "adyton_service_requests_total"
    assert number(f'{services}{{project="default",service="echo",model="echo 1.0.0",status="200"}}') == 3
    assert number(f'{services}{{service="echo",model="",code="APIG.0301",reason="token.malformed"}}') == 1
    assert number('adyton_instance_requests_total{service="echo"}') == 3
    assert number('adyton_service_model_seconds_total{service="echo"}') > 0
    assert number("adyton_audit_records_total") > 0 and number("adyton_audit_lost_total") == 0
    assert number("adyton_store_writable") == 1
    assert number('up{job="known"}') == 1
    wait_for(lambda: number('up{job="unknown"}') == 0, 10, "the other to be refused")
    targets = server.http.get(f"{url}/api/v1/targets").json()["data"]["activeTargets"]
    assert {target["scrapePool"]: target["health"] for target in targets} == {"known": "up", "unknown": "down"}
    assert "401" in next(target["lastError"] for target in targets if target["scrapePool"] == "unknown")


def test_promtool_finds_nothing_to_complain_of(server):
    text = server.http.get(f"{server.control}/metrics").text
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_rules_and_dashboard_name_metrics_that_there_are():
    folder = ROOT / "docs/monitoring"
    checked = subprocess.run(["promtool", "check", "rules", str(folder / "alerts.yml")], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    # The page holds each metric of a server, with its labels: `test_reference.py` compares it with one.
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \|", (ROOT / "docs/reference/metrics.md").read_text(), re.MULTILINE)
    known = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    panels = json.loads((folder / "dashboard.json").read_text())["panels"]
    # With what is written beside each line of a panel.
    expressions = [(target["expr"], target.get("legendFormat", "")) for panel in panels for target in panel["targets"]]
    expressions += [(expression, "") for expression in re.findall(r"expr: (.*)", (folder / "alerts.yml").read_text())]
    assert len(expressions) > 25
    for expression, legend in expressions:
        named = re.findall(r"\b((?:adyton|process)_\w+)(?:\{(.*?)\})?", expression)
        assert named or expression.startswith("up{"), expression
        had = {"instance", "job"}
        for name, matched in named:
            family = name if name in known else re.sub(r"_(bucket|sum|count)$", "", name)
            assert family in known, f"{name} is no metric of the server: {expression}"
            labels = set(re.findall(r"(\w+)(?:=~|!=|=)", matched)) - {"instance", "job"}
            assert labels <= known[family][1], f"{name} has no such labels: {expression}"
            had |= known[family][1] | ({"le"} if name.endswith("_bucket") else set())
        grouped = set(re.findall(r"\w+", " ".join(re.findall(r"\b(?:by|on|without|ignoring) ?\(([^)]*)\)", expression))))
        assert grouped | set(re.findall(r"\{\{ ?(\w+) ?\}\}", legend)) <= had, f"no such labels: {expression} {legend}"


def test_a_real_prometheus_answers_each_rule_and_panel(scraped, tmp_path):
    server, url = scraped

    def ask(query: str) -> dict:
        try:
            return server.http.get(f"{url}/api/v1/query", params={"query": query}).json()
        except OSError:
            # It does not listen yet.
            return {"status": "starting", "data": {"result": []}}

    wait_for(lambda: ask("process_resident_memory_bytes > 0")["data"]["result"], 20, "a scrape")
    for query in ("adyton_build_info", "process_cpu_seconds_total >= 0", "process_open_fds > 10", "process_threads > 1", "process_start_time_seconds > 1.6e9"):
        assert ask(query)["data"]["result"], query
    panels = json.loads((ROOT / "docs/monitoring/dashboard.json").read_text())["panels"]
    for expression in [target["expr"] for panel in panels for target in panel["targets"]]:
        assert ask(expression.replace("$instance", ".*"))["status"] == "success", expression
