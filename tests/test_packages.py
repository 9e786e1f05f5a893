"""Broken packages: each import or deployment fails and names file and cause; nothing stays behind; the others are unharmed."""

import io
import json
import subprocess
import tarfile
import zipfile

import pytest

from harness.callers import call
from harness.server import ROOT, copy_package, wait_for

IRIS = ROOT / "samples/iris"


def config(package, **changes):
    """Rewrites fields of config.json; None removes one."""
    file = package / "model/config.json"
    content = json.loads(file.read_text())
    for name, value in changes.items():
        if value is None:
            content.pop(name)
        else:
            content[name] = value
    file.write_text(json.dumps(content))


def no_model_folder(package):
    (package / "model").rename(package / "modle")


def no_config(package):
    (package / "model/config.json").unlink()


def config_not_json(package):
    (package / "model/config.json").write_text('{\n  "model_type": "ONNX",\n  oops\n}')


def config_not_an_object(package):
    (package / "model/config.json").write_text('["ONNX"]')


def no_model_file(package):
    (package / "model/model.onnx").unlink()


def garbage_model(package):
    (package / "model/model.onnx").write_bytes(b"this is no model" * 100)


def cut_model(package):
    file = package / "model/model.onnx"
    file.write_bytes(file.read_bytes()[:400])


def empty_model(package):
    (package / "model/model.onnx").write_bytes(b"")


def two_configs(package):
    (package / "model/more").mkdir()
    (package / "model/more/config.json").write_text("{}")


BROKEN = {
    "two config.json": (two_configs, ["more/config.json"]),
    "no model folder": (no_model_folder, ["model/"]),
    "no config.json": (no_config, ["config.json"]),
    "config.json is not JSON": (config_not_json, ["config.json", "3"]),
    "config.json is a list": (config_not_an_object, ["config.json"]),
    "no model_type": (lambda package: config(package, model_type=None), ["config.json", "model_type"]),
    "an unknown model_type": (lambda package: config(package, model_type="Onyx"), ["config.json", "model_type", "Onyx"]),
    "an engine that does not run here": (lambda package: config(package, model_type="MXNet"), ["model_type", "MXNet"]),
    "no model_algorithm": (lambda package: config(package, model_algorithm=None), ["config.json", "model_algorithm"]),
    "a bad model_algorithm": (lambda package: config(package, model_algorithm="<b>"), ["config.json", "model_algorithm"]),
    "apis is no list": (lambda package: config(package, apis={"url": "/"}), ["config.json", "apis"]),
    "a path without slash": (lambda package: config(package, apis=[{"url": "predict", "method": "post"}]), ["config.json", "apis", "url"]),
    "a method that is none": (lambda package: config(package, apis=[{"url": "/", "method": "SHOUT"}]), ["config.json", "apis", "method"]),
    "one path twice": (lambda package: config(package, apis=[{"url": "/", "method": "post"}] * 2), ["config.json", "apis"]),
    "no model file": (no_model_file, ["model/", ".onnx"]),
    "a model file of garbage": (garbage_model, ["model.onnx"]),
    "a model file cut short": (cut_model, ["model.onnx"]),
    "an empty model file": (empty_model, ["model.onnx"]),
    "a program without command": (lambda package: config(package, model_type="Command"), ["config.json", "command"]),
    "a program that is not there": (lambda package: config(package, model_type="Command", command=["./missing.sh"]), ["config.json", "command", "missing.sh"]),
}


def published(server):
    """The models that can be deployed. One that failed stays in the list, with its cause, as the documented API has it."""
    models = server.manage("GET", "/v1/{project}/models", params={"limit": 1000})["models"]
    for model in models:
        assert model["model_status"] == "published" or (model["model_status"] == "failed" and model["error_msg"]), model
    return {model["model_id"] for model in models if model["model_status"] == "published"}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_package_is_refused_with_its_cause(server, iris, admin, tmp_path, case):
    spoil, named = case
    package = copy_package(IRIS, tmp_path / "broken")
    spoil(package)
    before = published(server)
    run = server.run("model", "import", str(package), "--name", "broken")
    assert run.returncode in (1, 2), run.stdout + run.stderr
    for part in named:
        assert part in run.stderr, run.stderr
    assert "panic" not in run.stderr
    assert published(server) == before, "something half-imported stayed"
    assert call(server, admin, iris.path, body=(IRIS / "request.json").read_bytes()).status == 200


def upload(server, content, kind):
    return server.call("POST", "/adyton/v1/{project}/packages", data=content, headers={"Content-Type": kind})


def tar_with(name, content=b"x", kind=tarfile.REGTYPE, link=""):
    """A good package with one more member."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        tar.add(IRIS / "model", "model")
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, link, len(content) if kind == tarfile.REGTYPE else 0
        tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


@pytest.mark.parametrize(
    "content, named",
    [
        (lambda: tar_with("../escaped"), "../escaped"),
        (lambda: tar_with("/tmp/escaped"), "escaped"),
        (lambda: tar_with("model/link", kind=tarfile.SYMTYPE, link="/etc/passwd"), "link"),
        (lambda: tar_with("model/hard", kind=tarfile.LNKTYPE, link="/etc/passwd"), "hard"),
        (lambda: tar_with("model/device", kind=tarfile.CHRTYPE), "device"),
        (lambda: b"\x1f\x8b" + b"garbage" * 50, ""),
        (lambda: b"", ""),
    ],
    ids=["out of the folder", "absolute", "symbolic link", "hard link", "device", "garbage", "nothing"],
)
def test_a_hostile_archive_is_refused(server, tmp_path, content, named):
    check_refused(upload(server, content(), "application/gzip"), named)
    assert not (server.folder / "escaped").exists()


def test_a_bomb_is_refused(server):
    """Hundreds of times larger than its archive, and given up long before it is whole."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
        bomb.write(IRIS / "model/config.json", "model/config.json")
        with bomb.open("model/model.onnx", "w") as member:
            for _ in range(256):
                member.write(bytes(1024 * 1024))
    assert len(archive.getvalue()) < 256 * 1024 * 1024 / 200
    response = upload(server, archive.getvalue(), "application/zip")
    check_refused(response, "model.onnx")


def check_refused(response, named):
    assert response.status_code == 400, response.text
    assert named in response.text


def test_zip_and_tar_and_a_top_folder_are_the_same_package(server):
    plain, zipped, nested = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        tar.add(IRIS / "model", "model")
    with tarfile.open(fileobj=nested, mode="w:gz") as tar:
        tar.add(IRIS / "model", "iris-1.0/model")
    with zipfile.ZipFile(zipped, "w") as archive:
        for file in sorted((IRIS / "model").iterdir()):
            archive.write(file, f"model/{file.name}")
    kinds = [(plain, "application/x-tar"), (nested, "application/gzip"), (zipped, "application/zip")]
    locations = {upload(server, content.getvalue(), kind).json()["location"] for content, kind in kinds}
    assert len(locations) == 1 and locations.pop().startswith("package://sha256/")


def program(package, text, **changes):
    (package / "model/run.sh").write_text("#!/bin/sh\n" + text)
    (package / "model/run.sh").chmod(0o755)
    config(package, model_type="Command", command=["./run.sh"], **changes)


@pytest.mark.parametrize(
    "text, named",
    [
        ("echo 'the disk is on fire' >&2\nexit 3\n", "the disk is on fire"),
        ("exec sleep 60\n", "ready"),
        ("kill -SEGV $$\n", "signal"),
    ],
    ids=["ends at once", "never listens", "crashes"],
)
def test_a_program_that_does_not_start_fails_its_service(server, iris, admin, tmp_path, text, named):
    package = copy_package(IRIS, tmp_path / "broken")
    program(package, text)
    service = server.deploy(f"broken-{abs(hash(text))}", package, wait=False, deploy_timeout_in_seconds=3)
    wait_for(lambda: server.status_of(service.id) == "failed", 40, "the service to fail")
    events = json.dumps(server.manage("GET", f"/v1/{{project}}/services/{service.id}/events"))
    assert named in events
    refused = call(server, admin, service.path)
    assert (refused.status, refused.headers["x-adyton-reason"]) == (400, "service.failed")
    assert call(server, admin, iris.path, body=(IRIS / "request.json").read_bytes()).status == 200
    server.manage("DELETE", f"/v1/{{project}}/services/{service.id}")


def test_an_upload_onto_a_full_disk_says_so(new_server, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no small file system can be mounted here")
    try:
        server = new_server()
        server.data = disk / "data"
        server.start()
        answer = upload(server, b"x" * (120 << 20), "application/x-tar")
        assert (answer.status_code, answer.headers["x-adyton-reason"]) == (507, "manage.no_space"), answer.text
        assert "no space is left" in answer.text and str(120 << 20) in answer.text, answer.text
        # What had arrived is gone again.
        answer = upload(server, (IRIS / "model/config.json").read_bytes(), "application/x-tar")
        assert answer.headers["x-adyton-reason"] == "modelarts.bad_package", answer.text
        server.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=False)
