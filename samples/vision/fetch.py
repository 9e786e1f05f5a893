"""Fetches the vision sample's model into a package folder: `python3 fetch.py FOLDER`.

The model is PaddleOCR's classifier of text direction (mobile, version 2.0; Apache-2.0), as the Python package
`rapidocr-onnxruntime` (Apache-2.0) ships it. It is taken out of that package's wheel and checked against a fixed
SHA-256; nothing is installed. With the right file in place already, nothing is fetched.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "rapidocr-onnxruntime==1.4.4"
MEMBER = "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx"
SHA256 = "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python3 fetch.py FOLDER   (makes FOLDER/model/model.onnx and FOLDER/model/config.json)")
    model = Path(sys.argv[1]) / "model"
    model.mkdir(parents=True, exist_ok=True)
    target = model / "model.onnx"
    if not target.exists() or digest(target.read_bytes()) != SHA256:
        content = fetch()
        if digest(content) != SHA256:
            sys.exit(f"{PACKAGE}: {MEMBER} has SHA-256 {digest(content)}, expected {SHA256}; not used")
        partial = target.with_suffix(".partial")
        partial.write_bytes(content)
        partial.rename(target)
        print(f"fetched {target} ({len(content)} bytes) from {PACKAGE}")
    shutil.copyfile(Path(__file__).with_name("config.json"), model / "config.json")


def fetch() -> bytes:
    """The model file, out of the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check", "-d", folder, PACKAGE]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"could not fetch {PACKAGE} (is the package index reachable?):\n{run.stderr.strip()[-2000:]}")
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(MEMBER)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
