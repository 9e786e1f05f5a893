"""The pages of the guide and the README: every command on them is run as it stands, and answers what the page shows.

What stands behind the language of a fenced block says what it is; no reader sees it:

- ```` ```sh ```` is run. A page's blocks run in order, in one shell, beside a fresh server with its data in `./adyton-data`. A command that
  fails fails the page, unless the fence says `exit=1`, or `needs=PROGRAM` and the program is not on this machine, or `imports=PACKAGE` and
  the tests' Python has no such package.
- ```` ```sh no-run: REASON ```` is not.
- ```` ```output ```` is what the block before it prints. `…` stands for anything on a line, and alone on a line for any lines; how many
  spaces stand between words makes no difference.
- ```` ```sh install=LANGUAGE ```` installs what a program in that language needs; the commands are those of the console's snippet, which
  `harness.snippets` has run.
- ```` ```json some/file.json ```` is a file, written when its turn comes. One with an absolute path is for a test of its own, below.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.callers import App, AppCodeHolder, KeyHolder, TokenHolder
from harness.server import BINARY, ECHO, ROOT, STOP_SECONDS, Server, wait_for
from harness.snippets import Snippet, beside, snippets

GUIDE = ROOT / "docs/guide"
PAGES = sorted(GUIDE.glob("*.md"))
# How long the commands of one page may take together.
SECONDS = 120
FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Languages of commands that would not be run.
UNSEEN = {"bash", "shell", "console", "zsh"}


@dataclass
class Block:
    """A fenced block of a page."""

    language: str
    said: str
    text: str
    line: int
    # What the page shows that it prints.
    shown: str | None = field(default=None)

    @property
    def is_run(self) -> bool:
        return self.language == "sh" and not self.said.startswith("no-run") and not self.lacks and not self.installs

    @property
    def fails(self) -> bool:
        return "exit=1" in self.said.split()

    @property
    def installs(self) -> str:
        """The language whose needs it installs."""
        named = re.search(r"install=(\S+)", self.said)
        return named[1] if named else ""

    @property
    def lacks(self) -> str:
        """The program or package that it needs and that is not here."""
        needed = re.search(r"needs=(\S+)", self.said)
        if needed and not shutil.which(needed[1]):
            return needed[1]
        imported = re.search(r"imports=(\S+)", self.said)
        return imported[1] if imported and not find_spec(imported[1]) else ""

    @property
    def file(self) -> str:
        """The file that it is; nothing for commands and what is only shown."""
        return "" if self.language in ("sh", "output") else self.said


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, with what they print beside them."""
    text = page.read_text()
    found: list[Block] = []
    for match in FENCE.finditer(text):
        block = Block(match[1], match[2] or "", match[3], text.count("\n", 0, match.start()) + 1)
        if block.language == "output":
            found[-1].shown = block.text
        else:
            found.append(block)
    return found


class Shell:
    """One shell beside a server, in which the commands of a page run."""

    def __init__(self, server: Server):
        self.folder = server.folder
        self.addresses = {"127.0.0.1:8080": server.gateway.removeprefix("http://"), "127.0.0.1:8081": server.control.removeprefix("http://")}
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "adyton").symlink_to(BINARY)
        (self.folder / "samples").symlink_to(ROOT / "samples")
        path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
        self.environment = {"PATH": ":".join(path), "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def here(self, text: str) -> str:
        """A text of the page with the addresses of this server."""
        for written, real in self.addresses.items():
            text = text.replace(written, real)
        return text

    def warm_up(self, go: str) -> None:
        """Compiles Go's library, once for each machine: that takes longer than a page may."""
        cache, modules = subprocess.run([go, "env", "GOCACHE", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.split()
        self.environment |= {"GOCACHE": cache, "GOMODCACHE": modules, "CGO_ENABLED": "0"}
        subprocess.run([go, "build", "net/http"], env=self.environment, check=True, timeout=300)

    def install(self, page: list[Block]) -> None:
        """Puts what the page's programs need beside them."""
        for block in page:
            if block.installs and not block.lacks:
                needs = snippet(block.installs, "app")
                commands = block.text.splitlines()
                assert commands == needs.needs["install"], f"line {block.line}: {commands} is not {needs.needs['install']}"
                beside(needs, self.folder)

    def run(self, page: list[Block]) -> None:
        """Runs what is to be run; each block's output and exit status are beside the script."""
        go = shutil.which("go")
        if go and any("needs=go" in block.said for block in page):
            self.warm_up(go)
        self.install(page)
        script = ["set -eo pipefail"]
        for number, block in enumerate(page):
            if block.file and not block.file.startswith("/"):
                source = self.folder / f"{number}.file"
                source.write_text(self.here(block.text))
                script.append(f"mkdir -p $(dirname {block.file}) && cp {source} {block.file}")
            elif block.is_run:
                group = f"{{\n{self.here(block.text)}}} >{number}.out 2>&1"
                script.append(f"set +e\n{group}\necho $? >{number}.status\nset -e" if block.fails else f"{group}\necho 0 >{number}.status")
        (self.folder / "page.sh").write_text("\n".join(script) + "\n")
        process = subprocess.Popen(
            ["bash", "page.sh"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, start_new_session=True, stdout=subprocess.DEVNULL
        )
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            # Whatever the page has left running goes with it.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def check(self, number: int, block: Block) -> None:
        """Whether a block that was run did what the page says."""
        output, status = self.folder / f"{number}.out", self.folder / f"{number}.status"
        printed = output.read_text() if output.exists() else "(it was not reached)"
        where = f"line {block.line}:\n{block.text}\nprinted:\n{printed}"
        assert status.exists(), f"failed, or took too long: {where}"
        assert status.read_text().strip() == ("1" if block.fails else "0"), where
        if block.shown is not None:
            expected = self.here(block.shown)
            assert re.fullmatch(pattern(expected), plain(printed)), f"the page shows:\n{expected}\n{where}"


def plain(text: str) -> str:
    """A text without differences that nobody sees. On a terminal an answer ends its line; in a file what is said of it follows at once."""
    # Events that a verb tells while it waits are left out on the pages, which say so.
    text = re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  (?!normal|abnormal| *\d{3} ).*\n(?: {4}.*\n)*", "", text, flags=re.MULTILINE)
    text = re.sub(r"(?<!\n)(?=\b\d{3} from the model in )", "\n", text)
    return "".join(" ".join(line.split()) + "\n" for line in text.rstrip().splitlines())


def pattern(shown: str) -> str:
    """The expression that what a page shows is."""
    lines = []
    for line in plain(shown).splitlines():
        lines.append(r"(?:.*\n)*" if line == "…" else ".*".join(re.escape(part) for part in line.split("…")) + r"\n")
    return "".join(lines)


@cache
def page_snippets() -> list[Snippet]:
    """The console's snippets for the call that the pages make."""
    body = {"kind": "text", "contentType": "application/json", "text": json.dumps({"data": {"req_data": [ROW]}})}
    (made,) = snippets([{"address": "http://127.0.0.1:8080/v1/infers/SERVICE_ID", "path": "/", "method": "POST", "body": body}])
    return made


ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


def snippet(language: str, auth: str) -> Snippet:
    (found,) = [one for one in page_snippets() if (one.auth, one.language) == (auth, language)]
    return found


@pytest.mark.parametrize(("page", "auth"), [("calling.md", "appcode"), ("signing.md", "app")])
def test_the_programs_of_a_page_are_those_of_the_console(page, auth):
    programs = {file.name: file.text for one in page_snippets() if one.auth == auth and one.language != "curl" for file in one.files()}
    shown = {block.file: block.text for block in blocks(GUIDE / page) if block.file}
    assert {name: shown.get(name) for name in programs} == programs


@pytest.fixture
def a_server(new_server):
    """A fresh server with its data where the pages have it, and a shell there."""
    server = new_server()
    server.data = server.folder / "adyton-data"
    return server.start()


def follow(page: Path, server: Server) -> None:
    found = blocks(page)
    shell = Shell(server)
    shell.run(found)
    for number, block in enumerate(found):
        if block.is_run:
            shell.check(number, block)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_commands_of_a_page_do_what_it_says(a_server, page):
    follow(page, a_server)


def test_the_commands_of_the_readme_do_what_it_says(a_server):
    # As `make demo` leaves it.
    for sample in ("iris", "poetry"):
        a_server.deploy(sample, ROOT / "samples" / sample)
    follow(ROOT / "README.md", a_server)


def test_one_page_after_the_other_can_be_followed_on_the_same_server():
    # A name that two pages gave to a thing would be taken when the second one comes; `iris` is deployed by many, which the pages say.
    made: dict[str, str] = {}
    for page in PAGES:
        commands = "\n".join(block.text for block in blocks(page) if block.language == "sh")
        for thing in re.findall(r"adyton ((?:app|user|project) create \S+)", commands):
            assert thing not in made, f"{page.name} and {made[thing]}: {thing}"
            made[thing] = page.name


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_what_is_not_run_says_why(page):
    for block in blocks(page):
        assert block.language not in UNSEEN, f"line {block.line}: call commands `sh`, so that they are run"
        if block.language == "sh" and block.said.startswith("no-run"):
            assert re.fullmatch(r"no-run: .+", block.said), f"line {block.line}: say why it is not run"


def test_every_page_is_linked_in_the_readme_and_the_summary():
    readme, summary = (ROOT / "README.md").read_text(), (ROOT / "docs/SUMMARY.md").read_text()
    for page in PAGES:
        assert f"(docs/guide/{page.name})" in readme
        assert f"(guide/{page.name})" in summary


# All pages that people read.
ALL = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "samples").rglob("*.md")),
    ROOT / "bench/README.md",
    ROOT / "tests/README.md",
]


def places(page: Path) -> set[str]:
    """The names that the headings of a page have in links."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ALL, ids=[str(page.relative_to(ROOT)) for page in ALL])
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target, place in re.findall(r"\]\(([^)#:\s]*)(?:#([^)]*))?\)", text):
        found = (page.parent / target) if target else page
        assert found.exists(), target
        assert not place or place in places(found), f"{target}#{place}"


def test_the_site_is_built_without_dead_links_and_other_hosts():
    # Where no wheel brings mdBook, `make docs` compiles it; that takes minutes, and so not here.
    if not shutil.which("mdbook") and not any((ROOT / folder / "bin/mdbook").exists() for folder in (".venv", ".tools")):
        pytest.skip("mdbook is not installed; `make docs` brings it")
    built = subprocess.run(["cargo", "xtask", "docs"], cwd=ROOT, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    assert built.returncode == 0, built.stdout + built.stderr
    site = Path(built.stdout.split("The site begins at ")[1].strip()).parent
    assert "mdbook" not in (site / "index.html").read_text()[:200]
    # An option in a line of text is not taken apart at its hyphens, and its style is there.
    deploying = (site / "docs/guide/deploying.html").read_text()
    assert '<code><span class="word">--timeout</span></code>' in deploying and "site-" in deploying
    assert {"index.html", "docs", "SECURITY.html"} <= {path.name for path in site.iterdir()}
    assert list(site.glob("searchindex*.js"))


TEXTS = {page.name: page.read_text() for page in [*PAGES, ROOT / "README.md", ROOT / "SECURITY.md"]}


def reference(name: str) -> str:
    return (ROOT / "docs/reference" / name).read_text()


@pytest.mark.parametrize("page", TEXTS)
def test_settings_and_metrics_that_a_page_names_exist(page):
    settings = set(re.findall(r"^### `(.+)`$", reference("configuration.md"), re.MULTILINE))
    sections = "|".join(sorted({name.partition(".")[0] for name in settings if "." in name}))
    named = set(re.findall(rf"`((?:{sections})\.[a-z_]+)(?=[` ])", TEXTS[page]))
    assert named <= settings, named - settings
    metrics = set(re.findall(r"^\| `(adyton_[a-z_]+)`", reference("metrics.md"), re.MULTILINE))
    named = set(re.findall(r"\badyton_[a-z_]*[a-z]\b(?!_)(?!…)", TEXTS[page]))
    assert named <= metrics, named - metrics


@pytest.mark.parametrize("page", TEXTS)
def test_commands_and_options_that_a_page_names_exist(page):
    sections = re.split(r"^#+ `adyton(.*)`$", reference("command-line.md"), flags=re.MULTILINE)[1:]
    helps = {name.strip(): text for name, text in zip(sections[::2], sections[1::2], strict=True)}
    # A line goes on after a backslash; inline code ends with its mark.
    for said in re.findall(r"(?:^ *|[`$|(] *|bin/)adyton ((?:--)?[a-z][^`|)#\n]*)", TEXTS[page].replace("\\\n", " "), re.MULTILINE):
        words = [word for word in said.split() if re.fullmatch(r"[a-z-]+", word)]
        command = next((name for name in (" ".join(words[:2]), words[0]) if name in helps), "")
        assert command or words[0].startswith("--"), f"adyton {said}"
        # Where a verb has verbs of its own, one of them is meant.
        assert not any(name.startswith(f"{command} ") for name in helps) or not command or len(words) == 1, f"adyton {said}"
        for option in re.findall(r"(?<=\s)--[a-z-]+", f" {said}"):
            assert f"{option} " in helps[command] or f"{option}\n" in helps[command], f"adyton {said}: no {option}"


def file_of(page: str, path: str) -> str:
    """A file that a page shows with its absolute path."""
    (found,) = [block.text for block in blocks(GUIDE / page) if block.file == path]
    return found


@pytest.mark.parametrize("unit", ["adyton.service", "adyton.socket"])
def test_the_units_of_the_page_are_those_of_the_packages(unit):
    # That these are whole, and run, asks test_package.py.
    path = f"packaging/systemd/{unit}"
    assert file_of("operating.md", path) == (ROOT / path).read_text()


@pytest.fixture
def proxied(new_server, tmp_path):
    """A server behind the nginx of the page; the proxy's address."""
    server = new_server({"gateway.trusted_proxies": "127.0.0.1"}).start()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True, timeout=30)
    site = file_of("operating.md", "/etc/nginx/conf.d/adyton.conf")
    for written, real in {
        "127.0.0.1:8080": server.gateway.removeprefix("http://"),
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/adyton/fullchain.pem": str(certificate),
        "/etc/ssl/adyton/privkey.pem": str(key),
    }.items():
        assert written in site
        site = site.replace(written, real)
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"daemon off;\npid {tmp_path}/nginx.pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    nginx = subprocess.Popen([shutil.which("nginx") or "", "-e", "stderr", "-c", str(tmp_path / "nginx.conf")], stderr=subprocess.PIPE, text=True)

    def listens() -> bool:
        assert nginx.poll() is None, nginx.stderr.read()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    wait_for(listens, 10, "nginx")
    server.http.verify = str(certificate)
    yield server, f"https://localhost:{port}"
    nginx.terminate()
    nginx.wait(STOP_SECONDS)


@pytest.mark.skipif(shutil.which("nginx") is None or shutil.which("openssl") is None, reason="nginx or openssl is not installed")
def test_behind_the_pages_proxy_every_kind_of_caller_is_let_in_and_limits_are_the_gateways(proxied):
    server, address = proxied
    echo = server.deploy("echo", ECHO)
    app = App.create(server, "caller", echo)
    first = server.bootstrap
    url = f"{address}{echo.path}/only/post?b=2&a=1"
    for caller in (TokenHolder(server.token()), KeyHolder(first["access_key"], first["secret_key"]), KeyHolder(app.key, app.secret), AppCodeHolder(app.code)):
        headers = caller.headers("POST", url, {"Content-Type": "application/json"}, b"{}")
        answer = server.http.post(url, headers=headers, data=b"{}")
        assert answer.status_code == 200, answer.text
    sent = {name: value for name, value in answer.json()["headers"]}
    assert sent["x-forwarded-proto"] == "https"

    def status(length: int) -> tuple[int, str | None]:
        answer = server.http.post(url, headers={"X-Auth-Token": server.token()}, data=b"x" * length)
        return answer.status_code, answer.headers.get("X-Adyton-Reason")

    assert status(12 << 20) == (200, None)
    assert status((12 << 20) + 1) == (413, "body.too_large")
