"""The error catalogue, as `adyton errors` prints it: complete, unique, and provoked."""

import pytest

from harness import provoked
from harness.server import ROOT

# Reasons that no request can cause on purpose: they mean a defect of Adyton.
DEFECTS = {"gateway.internal", "manage.internal", "modelarts.internal", "apig.internal", "iam.internal"}


@pytest.fixture(scope="module")
def errors(server):
    return server.json("errors")["errors"]


def test_every_code_has_a_page_with_cause_and_fix(errors):
    for error in errors:
        for reason in error["reasons"]:
            section = error["page"].partition(f"## {reason['reason']}\n")[2].partition("\n## ")[0]
            assert "Cause:" in section and "Fix:" in section, f"{error['error_code']}: {reason['reason']}"
            assert len(section.partition("Fix:")[2].strip()) > 20, f"{reason['reason']}: the fix says nothing"


def test_no_two_causes_share_a_sub_code(errors):
    reasons = [reason["reason"] for error in errors for reason in error["reasons"]]
    assert len(reasons) == len(set(reasons)) > 80


def test_a_code_or_a_sub_code_is_looked_up(server):
    for name in ("APIG.0301", "apig.0301", "token.undecryptable"):
        run = server.run("errors", name)
        assert run.returncode == 0
        assert "APIG.0301" in run.stdout and "token.undecryptable" in run.stdout
    unknown = server.run("errors", "APIG.9998")
    assert unknown.returncode == 2 or unknown.returncode == 1
    assert "APIG.9998" in unknown.stderr


def named_in_rust_tests() -> str:
    """The tests of gateway and control plane are over sockets too; what needs a second user or another clock is provoked there."""
    return "".join(file.read_text() for file in ROOT.glob("crates/*/tests/**/*.rs"))


def variant(reason: str) -> str:
    """`app.key_pair_unknown` as Rust names it."""
    return "Reason::" + "".join(word.capitalize() for word in reason.replace(".", "_").split("_"))


@pytest.mark.last
def test_every_reason_is_provoked_over_a_socket(errors, request):
    """A reason that can be caused needs a test that causes it. Counts what all other tests of this run have seen."""
    seen, here = provoked.by_all({item.path for item in request.session.items})
    missing = sorted(file.name for file in request.path.parent.glob("test_*.py") if file not in here)
    if missing and not provoked.FOLDER:
        pytest.skip("only part of the tests was run")
    assert not missing, "the folder of what was provoked is for runs of all tests"
    rust = named_in_rust_tests()
    reasons = {reason["reason"] for error in errors for reason in error["reasons"]}
    elsewhere = {reason for reason in reasons if f'"{reason}"' in rust or variant(reason) in rust}
    assert sorted(reasons - seen - elsewhere - DEFECTS) == []
