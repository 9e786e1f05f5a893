"""Right answers: ONNX's conformance cases in both runtimes, and the page that says what each of them can do."""

import os
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import conformance
from harness import conformance_known as known
from harness.conformance import Case, Verdict
from harness.server import ROOT

PAGE = ROOT / "docs/reference/onnx.md"


def tolerance(case: Case) -> float:
    wider = [atol for pattern, atol, _ in known.ROUNDING if re.search(pattern, case.name)]
    return max([case.atol, *wider])


def excused(verdict: Verdict, reasons: list[tuple[str, str]]) -> bool:
    return any(re.search(pattern, verdict.case.base) for pattern, _ in reasons)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Verdict]]]:
    assert conformance.DRIVER.is_file(), "build the driver: `cargo build --workspace --example conformance`"
    folder = tmp_path_factory.mktemp("conformance")
    cases = conformance.all_cases()
    assert len(cases) > 1_000
    conformance.write(cases, folder)
    with ThreadPoolExecutor(len(conformance.RUNTIMES)) as threads:
        done = threads.map(lambda runtime: conformance.run(cases, folder, runtime, tolerance), conformance.RUNTIMES)
        yield dict(zip(conformance.RUNTIMES, done))


def listed(found: list[Verdict]) -> str:
    return "\n".join(f"{verdict.case.name}: {verdict.kind}: {verdict.text}" for verdict in found)


@pytest.mark.parametrize("runtime", conformance.RUNTIMES)
def test_every_answer_is_right(verdicts: dict[str, list[Verdict]], runtime: str) -> None:
    wrong = [one for one in verdicts[runtime] if one.kind in ("wrong", "died") and not excused(one, known.WRONG[runtime])]
    assert not wrong, listed(wrong)
    right = sum(one.kind == "right" for one in verdicts[runtime])
    assert right > len(verdicts[runtime]) / 2


@pytest.mark.parametrize("runtime", conformance.RUNTIMES)
def test_what_is_not_answered_is_refused_at_import(verdicts: dict[str, list[Verdict]], runtime: str) -> None:
    failed = [one for one in verdicts[runtime] if one.kind == "failed" and not excused(one, known.AT_THE_CALL[runtime])]
    assert not failed, listed(failed)


@pytest.mark.parametrize("runtime", conformance.RUNTIMES)
def test_refusals_name_what_they_refuse(verdicts: dict[str, list[Verdict]], runtime: str) -> None:
    unnamed = [one for one in verdicts[runtime] if one.kind == "refused" and not conformance.names_something(one) and not excused(one, known.UNNAMED[runtime])]
    assert not unnamed, listed(unnamed)


@pytest.mark.parametrize("runtime", conformance.RUNTIMES)
def test_no_reason_stands_for_nothing(verdicts: dict[str, list[Verdict]], runtime: str) -> None:
    for kind, reasons in [("wrong", known.WRONG[runtime]), ("failed", known.AT_THE_CALL[runtime])]:
        for reason in reasons:
            used = [one for one in verdicts[runtime] if one.kind == kind and excused(one, [reason])]
            assert used, f"{reason} is not needed any more"


# Every case whose name has a digest that this divides: a process for each takes its time. 1 for all.
EACH = int(os.environ.get("ADYTON_CONFORMANCE_EACH", "40"))


@pytest.mark.parametrize("runtime", conformance.RUNTIMES)
def test_in_a_process_of_its_own_a_model_says_the_same(verdicts: dict[str, list[Verdict]], tmp_path: Path, runtime: str) -> None:
    chosen = [one for one in verdicts[runtime] if zlib.crc32(one.case.name.encode()) % EACH == 0]
    cases = [one.case for one in chosen]
    conformance.write(cases, tmp_path)
    isolated = conformance.run(cases, tmp_path, runtime, tolerance, isolated=True)
    random = r"test_(training_dropout|bernoulli)"
    differ = [
        f"{other.case.name}: {other.kind} for {one.kind}: {other.text} | {one.text}"
        for one, other in zip(chosen, isolated)
        if not may_differ(one, other) and not re.search(random, one.case.base)
    ]
    assert not differ, "\n".join(differ)


def may_differ(server: Verdict, isolated: Verdict) -> bool:
    """What is refused in the server since it could crash that is answered in a process of its own, rightly or with an error; all else is the same."""
    if server.kind == "refused" and re.search("crash|ends the process", server.text):
        return isolated.kind != "wrong"
    return (server.kind, plain(server.text)) == (isolated.kind, plain(isolated.text))


def plain(text: str) -> str:
    """Without the numbers that differ from run to run."""
    return re.sub(r"\s+", " ", text)


def test_the_page_says_what_the_runtimes_did(verdicts: dict[str, list[Verdict]]) -> None:
    uncounted = [(pattern, reason) for pattern, reason in known.UNCOUNTED]
    page = conformance.page(verdicts, lambda case: excused(Verdict(case, ""), uncounted))
    if os.environ.get("ADYTON_WRITE_REFERENCE"):
        PAGE.write_text(page)
    there = PAGE.read_text() if PAGE.is_file() else ""
    assert there == page, "write it anew: `ADYTON_WRITE_REFERENCE=1 .venv/bin/python -m pytest tests/test_conformance.py`"
