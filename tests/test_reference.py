"""The reference pages on what a server writes for machines: metrics, and lines of the access log."""

import json
import os
import re
from pathlib import Path

from harness.callers import App, AppCodeHolder
from harness.server import ECHO, ROOT, Server, wait_for

PAGES = ROOT / "docs/reference"
RENEW = "write it anew: `ADYTON_WRITE_REFERENCE=1 .venv/bin/python -m pytest tests/test_reference.py`"
OPENING = """# Metrics

<!-- Written by `ADYTON_WRITE_REFERENCE=1 pytest tests/test_reference.py` from what a server answers. Do not edit. -->

`GET /metrics` of the control listener, in Prometheus' text format. `control.metrics` says who may read it: callers on the same
machine (`loopback`, the default), whoever shows the token of `control.metrics_token_file` (`token`), or everybody (`open`). A name
is never given another meaning or unit; new names and label values may be added. Values of labels are bounded: they are never a
path, a user or an id of a request.

| name | kind | labels | what it counts |
| --- | --- | --- | --- |
"""


def metrics_page(text: str) -> str:
    """The page for the metrics that a server shows, in its order."""
    helps = dict(re.findall(r"^# HELP (\S+) (.*)$", text, re.MULTILINE))
    kinds = dict(re.findall(r"^# TYPE (\S+) (.*)$", text, re.MULTILINE))
    assert set(helps) == set(kinds)
    labels: dict[str, set[str]] = {name: set() for name in helps}
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        name, inside = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? \S+", line).groups()
        family = name if name in helps else re.sub(r"_(bucket|sum|count)$", "", name)
        assert family in helps, f"{name} has no HELP"
        labels[family] |= {label for label in re.findall(r'([a-z_]+)="', inside or "") if label != "le"}
    return OPENING + "".join(
        f"| `{name}` | {kinds[name]} | {', '.join(f'`{label}`' for label in sorted(labels[name])) or '–'} | {said} |\n" for name, said in helps.items()
    )


def test_every_metric_of_a_server_is_on_its_page(new_server) -> None:
    server = new_server().start()
    iris = server.deploy("iris", ROOT / "samples/iris")
    # Instances with processes of their own.
    server.deploy("echo", ECHO)
    app = App.create(server, "caller", iris)
    headers = AppCodeHolder(app.code).headers("POST", server.gateway + iris.path, {"Content-Type": "application/json"}, b"{}")
    # One answer of each kind, so that each metric with labels has a line.
    server.http.post(server.gateway + iris.path, headers=headers, data=b"{}")
    server.http.post(server.gateway + "/nowhere")

    def counted() -> bool:
        return "route" in server.http.get(f"{server.control}/metrics").text

    wait_for(counted, 10, "the counts")
    page = metrics_page(server.http.get(f"{server.control}/metrics").text)
    if os.environ.get("ADYTON_WRITE_REFERENCE"):
        (PAGES / "metrics.md").write_text(page)
    assert (PAGES / "metrics.md").read_text() == page, RENEW


def test_a_line_of_the_access_log_has_the_fields_of_the_page(new_server, tmp_path: Path) -> None:
    log = tmp_path / "own/access.log"
    server: Server = new_server({"journal.access_log": log}).start()
    server.http.get(server.gateway + "/nowhere")
    wait_for(lambda: log.exists() and log.read_text().endswith("\n"), 10, "a line of the access log")
    of_requests = (PAGES / "records.md").read_text().partition("\n## ")[0]
    rows = re.findall(r"^\| `[a-z_]+` \|.*\| ([^|]*) \|$", of_requests, re.MULTILINE)
    documented = [name for row in rows for name in re.findall(r"`([a-z_]+)`", row)]
    assert sorted(json.loads(log.read_text().splitlines()[0])) == sorted(documented)
