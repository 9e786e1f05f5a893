"""The programs that the console shows for calling a service: made by its own sources, run as a person would run them.

What a program needs is installed once, with the very commands that it names, into `.cache/snippets`; a registry that is slow is asked again.
"""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from .server import BINARY, ROOT

SOURCES = ROOT / "console/src/snippets"
CACHE = ROOT / ".cache/snippets"
TYPESCRIPT = "typescript@6.0.3"
# A module proxy may take minutes for what nobody has asked it for today.
INSTALL_SECONDS = 300
RUN_SECONDS = 120
TRIES = 3
GENERATE = """
import { readFileSync, writeFileSync } from "node:fs";
import { AUTHS, languages, snippet } from "./index.js";
const calls = JSON.parse(readFileSync(0));
const all = (call) => AUTHS.flatMap((auth) => languages(auth).map((language) => ({ auth, language, ...snippet(call, auth, language) })));
console.log(JSON.stringify(calls.map(all)));
"""


@dataclass
class File:
    """A file of a program."""

    name: str
    text: str


@dataclass
class Snippet:
    """A program, and what it needs."""

    auth: str
    language: str
    file: str = ""
    text: str = ""
    title: str = ""
    run: str = ""
    needs: dict = field(default_factory=dict)
    placeholders: list[dict] = field(default_factory=list)
    missing: dict | None = None

    @property
    def programs(self) -> list[str]:
        return self.needs["programs"]

    def files(self) -> list["File"]:
        """The program, and what stands beside it."""
        return [File(self.file, self.text), *(File(**file) for file in self.needs["files"])]

    def folder(self) -> Path:
        """Where what it needs is installed: the same for all that need the same."""
        files, install = self.needs["files"], self.needs["install"]
        name = hashlib.sha256(json.dumps([files, install]).encode()).hexdigest()[:12]
        return CACHE / f"{self.language}-{name}"


@dataclass
class Ran:
    """How a program ended."""

    status: int
    printed: str
    said: str


# The tests' environment may bring Node.js too.
PATH = ":".join([str(BINARY.parent), str(ROOT / ".venv/bin"), os.environ["PATH"]])


def needed(program: str) -> str:
    """A program's path; skips a test whose program is not here."""
    found = shutil.which(program, path=PATH)
    if not found:
        pytest.skip(f"{program} is not installed")
    return found


def environment() -> dict[str, str]:
    """The environment of whoever runs the tests (caches and registries of the tools), with the programs of the tests first."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ADYTON_")} | {"PATH": PATH, "CGO_ENABLED": "0"}


def repeated(command: list[str], folder: Path) -> None:
    """Runs a command that fetches; what a registry did not answer in time it may answer at the next try."""
    for attempt in range(1, TRIES + 1):
        try:
            done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=INSTALL_SECONDS, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            continue
        if done.returncode == 0:
            return
        assert attempt < TRIES, f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    pytest.fail(f"{' '.join(command)}: no answer within {TRIES} × {INSTALL_SECONDS} s")


@cache
def compiled() -> Path:
    """The console's sources as JavaScript, checked strictly."""
    own = ROOT / "console/node_modules/.bin/tsc"
    if own.exists():
        compiler = own
    else:
        needed("npm")
        folder = CACHE / "typescript"
        compiler = folder / "node_modules/.bin/tsc"
        if not compiler.exists():
            folder.mkdir(parents=True, exist_ok=True)
            repeated(["npm", "install", "--no-audit", "--no-fund", "--prefix", ".", TYPESCRIPT], folder)
    out = CACHE / "compiled"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    settings = {
        "compilerOptions": {
            "target": "ES2022",
            "lib": ["ES2023"],
            "module": "ESNext",
            "moduleResolution": "bundler",
            "types": [],
            "strict": True,
            "noUncheckedIndexedAccess": True,
            "exactOptionalPropertyTypes": True,
            "noUnusedLocals": True,
            "noUnusedParameters": True,
            "verbatimModuleSyntax": True,
            "rootDir": str(SOURCES),
            "outDir": str(out),
        },
        "files": [str(SOURCES / "index.ts")],
    }
    (out / "tsconfig.json").write_text(json.dumps(settings))
    done = subprocess.run([str(compiler), "-p", str(out)], env=environment(), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    (out / "package.json").write_text('{"type": "module"}')
    (out / "generate.js").write_text(GENERATE)
    return out


def snippets(calls: list[dict]) -> list[list[Snippet]]:
    """For each call all its programs."""
    done = subprocess.run([needed("node"), "generate.js"], cwd=compiled(), input=json.dumps(calls), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [[Snippet(**one) for one in all_of_one] for all_of_one in json.loads(done.stdout)]


def installed(snippet: Snippet) -> Path:
    """Installs what a program needs, with the commands that it names."""
    for program in snippet.programs:
        needed(program)
    folder = snippet.folder()
    stamp = folder / ".installed"
    if not stamp.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in snippet.needs["files"]:
            (folder / file["name"]).write_text(file["text"])
        for command in snippet.needs["install"]:
            # The tests' environment has these, pinned.
            if not command.startswith("pip install "):
                repeated(command.split(), folder)
        stamp.touch()
    return folder


def beside(snippet: Snippet, folder: Path) -> None:
    """Puts what a program needs into a folder."""
    for entry in installed(snippet).iterdir():
        if not (folder / entry.name).exists():
            (folder / entry.name).symlink_to(entry) if entry.is_dir() else shutil.copy(entry, folder / entry.name)


def ready(snippet: Snippet, folder: Path) -> Path:
    """The program in a folder of its own, beside what it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    beside(snippet, folder)
    (folder / snippet.file).write_text(snippet.text)
    return folder


def run(snippet: Snippet, folder: Path, secrets: dict[str, str]) -> Ran:
    """Runs a program with the secrets that it reads."""
    done = subprocess.run(
        ["sh", "-c", snippet.run],
        cwd=ready(snippet, folder),
        env=environment() | secrets,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
