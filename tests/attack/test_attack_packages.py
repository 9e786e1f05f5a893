"""Damaged model packages, on both runtimes: refused or taken, and nothing left outside; the server lives."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

from harness.server import ROOT, Server

IRIS = ROOT / "samples/iris/model"


def archives() -> list[bytes]:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        tar.add(IRIS, "model")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(IRIS.iterdir()):
            file.write(path, f"model/{path.name}")
    return [plain.getvalue(), gzip.compress(plain.getvalue(), mtime=0), zipped.getvalue()]


def damaged(content: bytes, chance) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"7777", b"../."])
            case 2:
                del changed[at : at + chance.randrange(1, 600)]
            case _:
                changed[at:at] = changed[at : at + chance.randrange(1, 600)]
        if not changed:
            return b"\0"
    return bytes(changed)


def outside(server: Server) -> set[str]:
    """All files of the server's folder but packages, what is known of them, the journal and the database."""
    ours = ("packages", "trials", "uploads", "journal", "tmp", "adyton.db")
    found = set()
    for folder, _, files in os.walk(server.folder):
        relative = Path(folder).relative_to(server.folder)
        if not any(part.startswith(ours) for part in relative.parts):
            found |= {str(relative / file) for file in files if not file.startswith(ours)}
    return found


def test_damaged_packages(importer, chance, times):
    seeds = archives()
    before = outside(importer)
    headers = {"Content-Type": "application/octet-stream"}
    for number in range(60 * times):
        answer = importer.call("POST", "/adyton/v1/{project}/packages", data=damaged(chance.choice(seeds), chance), headers=headers)
        assert answer.status_code in (200, 201, 400, 413), f"{number}: {answer.status_code} {answer.text[:300]}"
        if answer.status_code < 300:
            body = {"model_name": f"damaged-{number}", "model_version": "1.0.0", "source_location": answer.json()["location"], "model_type": "ONNX"}
            told = importer.call("POST", "/v1/{project}/models", json=body)
            assert told.status_code < 500, told.text
    assert outside(importer) == before
    packages = importer.data / "packages"
    for folder, folders, files in os.walk(packages):
        for name in folders + files:
            about = (Path(folder) / name).lstat()
            assert about.st_mode & 0o170000 in (0o040000, 0o100000) and not about.st_mode & 0o7000, Path(folder) / name
    # A good one is taken all the same.
    importer.import_model("good", ROOT / "samples/iris")
