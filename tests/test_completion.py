"""Shells complete verbs, options and names: real ones, on a terminal, with the scripts that `adyton completion` prints."""

import os
import pty
import re
import select
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest

from harness.hostile import HOSTILE, RAW, HostileServer
from harness.server import BINARY, ROOT, Server

SECONDS = 20
# What moves the cursor, colours, and tells a terminal of modes.
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78cDEHMNOZ])")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("completion")).start()
    try:
        server.deploy("iris-one", ROOT / "samples/iris")
        server.import_model("iris-one", ROOT / "samples/iris", version="1.0.1")
        server.in_project("vision")
        assert server.run("app", "create", "reader").returncode == 0
        yield server
    finally:
        server.close()


@pytest.fixture
def home(server, tmp_path) -> dict[str, str]:
    """The environment of somebody who is signed in; a shell finds the program by its name."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/adyton").symlink_to(BINARY)
    environment = {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "LANG": "C.UTF-8", "TERM": "xterm"}
    signed_in = subprocess.run(["adyton", "login", "--data", str(server.data)], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert signed_in.returncode == 0, signed_in.stderr
    return environment


class Shell:
    """A shell on a terminal of its own."""

    def __init__(self, environment: dict[str, str], *command: str):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(environment["HOME"])
            os.execvpe(command[0], list(command), environment)
        self.shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def until(self, wanted: str) -> str:
        """What is shown from here on, once it has this text."""
        end = time.monotonic() + SECONDS
        while wanted not in self.plain():
            left = end - time.monotonic()
            assert left > 0, f"waited in vain for {wanted!r}: {self.plain()!r}"
            if select.select([self.terminal], [], [], left)[0]:
                read = os.read(self.terminal, 65536)
                # Some shells ask what the terminal is.
                if b"\x1b[c" in read or b"\x1b[0c" in read:
                    os.write(self.terminal, b"\x1b[?62c")
                self.shown += read.decode(errors="replace")
        return self.plain()

    def plain(self) -> str:
        return ESCAPES.sub("", self.shown).replace("\r", "")

    def ready(self, mark: str) -> None:
        """Waits until the shell has done all that was typed so far. The mark is put together, so that the echo is none."""
        self.type(f"echo {mark[:1]}''{mark[1:]}\n")
        self.until(f"\n{mark}")
        self.shown = ""


def shell_of(kind: str, environment: dict[str, str], script: str) -> Shell:
    home = Path(environment["HOME"])
    match kind:
        case "bash":
            (home / "inputrc").write_text("set bell-style none\nset show-all-if-ambiguous on\nset enable-bracketed-paste off\nset page-completions off\n")
            (home / "rc").write_text(f"PS1='$ '\n{script}")
            return Shell(environment | {"INPUTRC": str(home / "inputrc")}, "bash", "--noprofile", "--rcfile", str(home / "rc"), "-i")
        case "zsh":
            # From a folder of functions, as packages put it.
            (home / "functions").mkdir()
            (home / "functions/_adyton").write_text(script)
            (home / ".zshrc").write_text(
                f"PS1='$ '\nunsetopt beep prompt_sp zle_bracketed_paste\nfpath=({home}/functions $fpath)\nautoload -U compinit\ncompinit -u -D\n"
            )
            return Shell(environment, "zsh", "-i")
        case _:
            (home / ".config/fish/completions").mkdir(parents=True)
            (home / ".config/fish/completions/adyton.fish").write_text(script)
            (home / ".config/fish/config.fish").write_text("function fish_prompt; echo '$ '; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n")
            return Shell(environment, "fish", "-i")


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_a_real_shell_completes_names_and_what_it_completes_can_be_run(home, server, kind):
    script = subprocess.run(["adyton", "completion", kind], env=home, capture_output=True, text=True, check=True).stdout
    with shell_of(kind, home, script) as shell:
        shell.ready("begun")
        # A verb, a name, and the line runs.
        shell.type("adyton serv\t")
        shell.until("adyton serv")
        shell.type("\x15")
        shell.ready("verb")
        shell.type("adyton service show iri\t")
        shell.until("adyton service show iris-one")
        shell.type("\n")
        shell.until("running")
        shell.ready("shown")
        # A name with a blank is one word, whatever that takes.
        assert server.run("service", "tag", "iris-one", "Till 7=here").returncode == 0
        shell.type("adyton service tag iris-one --delete Til\t")
        shell.until("7")
        shell.type("\n")
        shell.ready("tag")
        assert "Till 7" not in server.run("service", "tag", "iris-one").stdout
        # What stands behind a colon.
        shell.type("adyton model show iris-one:1.0.1\t")
        shell.type("\n")
        shell.until("published")
        shell.ready("model")
        shell.type("adyton whoami --project vis\t")
        shell.until("--project vision")


def complete(environment: dict[str, str], line: str, **more: str) -> subprocess.CompletedProcess:
    """What bash is told about the end of a line."""
    word = re.split(r"[\s:=]", line)[-1]
    asked = {"ADYTON_COMPLETE": "bash", "_ADYTON_LINE": line, "_ADYTON_WORD": word}
    return subprocess.run(["adyton", "--", "adyton"], env=environment | asked | more, capture_output=True, text=True, cwd=environment["HOME"], timeout=30)


def offered(environment: dict[str, str], line: str, **more: str) -> list[str]:
    told = complete(environment, line, **more)
    assert (told.returncode, told.stderr) == (0, ""), told
    return told.stdout.splitlines()


def test_every_kind_of_name_is_offered(home, server):
    first = server.bootstrap
    service = server.json("service", "show", "iris-one")["service_id"]
    refused = server.http.post(f"{server.gateway}/v1/infers/{service}", json={}).headers["X-Request-Id"]
    code = server.json("app", "code", "reader")["id"]
    assert server.run("service", "tag", "iris-one", "team=vision", "My tag=x").returncode == 0
    for line, wanted in [
        ("adyton ", "service"),
        ("adyton serv", "serve"),
        ("adyton service ", "deploy"),
        ("adyton service show ", "iris-one"),
        ("adyton service delete iris-one i", "iris-one"),
        ("adyton predict iris-one /", "/"),
        ("adyton requests --service=", "iris-one"),
        ("adyton requests --code tok", "token.expired"),
        ("adyton requests --code APIG.03", "APIG.0301"),
        ("adyton requests --status 4", "4xx"),
        ("adyton requests --step auth", "authenticate"),
        ("adyton errors route.", "route.undeclared_path"),
        ("adyton explain ", refused),
        ("adyton model show iris-one:", "1.0.1"),
        ("adyton service deploy iris", "iris-one:1.0.1"),
        ("adyton service traffic iris-one iris-one:1.0.1", "1.0.1="),
        ("adyton service update iris-one --model=iris-one:1.0.", "1.0.1"),
        ("adyton service tag iris-one --delete t", "team"),
        ("adyton service list --tag team=", "vision"),
        ("adyton app show ", "reader"),
        ("adyton service tag iris-one --delete M", r"My\ tag"),
        ("adyton service tag iris-one --delete 'M", "My tag"),
        ("adyton app authorize reader ", "iris-one"),
        ("adyton app delete-code reader ", code),
        ("adyton user disable ", "admin"),
        ("adyton role grant admin ", "operator"),
        ("adyton key disable ", first["access_key"]),
        ("adyton quota set m", "models"),
        ("adyton audit --operation apps", "apps_create"),
        ("adyton audit --thing rea", "reader"),
        ("adyton context use ", "default"),
        ("adyton --context loc", "local"),
        ("adyton --lang ", "zh"),
        ("adyton --project ", "vision"),
        ("adyton service show iris-one --pro", "--project"),
        ("adyton completion ", "fish"),
        ("adyton serve --data ", "bin/"),
        ("adyton predict iris-one --data @", "@bin/"),
        ("ADYTON_LANG=zh adyton service sh", "show"),
        ("adyton sign P", "POST"),
    ]:
        assert wanted in offered(home, line), (line, offered(home, line))
    # Options come once a dash is typed.
    assert not [one for one in offered(home, "adyton service show ") if one.startswith("-")]
    # Whose names they are: of the project, and of the server, that the line and the environment say.
    assert offered(home, "adyton --project vision service show ") in ([], ["--help"]) or "iris-one" not in offered(
        home, "adyton --project vision service show "
    )
    assert "iris-one" not in offered(home, "adyton service show ", ADYTON_CONTEXT="nowhere")
    assert "iris-one" not in offered(home, "adyton --context nowhere service show ")
    assert "iris-one" not in offered(home, "adyton --profile nowhere service show ")
    assert offered(home, "adyton key create --description ") in ([], ["--help"]) or "iris-one" not in offered(home, "adyton key create --description ")


def test_nothing_that_is_offered_steers_a_terminal_or_runs_a_command(home, server):
    commands = ["$(touch ran)", "`touch ran`", "a;touch ran", "a&&touch ran", "--help", "a|b>c", "x'y\"z"]
    for name in commands:
        # Some of them no server takes.
        server.call("POST", f"/v2/{{project}}/apigw/instances/{server.project}/apps", json={"name": name})
        server.call("POST", "/v3/users", json={"user": {"name": name, "password": "Correct-horse-1"}})
    lines = ["app show ", "user disable ", "service show ", "model show ", "explain ", "audit --thing ", "--project ", "key disable ", "role grant "]
    with HostileServer(server.control) as hostile, HostileServer(server.control, everything=True) as worse:
        for url in (server.control, hostile.url, worse.url):
            keys = {
                "ADYTON_CONTROL_URL": url,
                "ADYTON_PROJECT_ID": server.project,
                "ADYTON_ACCESS_KEY": server.bootstrap["access_key"],
                "ADYTON_SECRET_KEY": server.bootstrap["secret_key"],
            }
            for line in lines:
                for shell in ("bash", "zsh", "fish"):
                    words = ["adyton", *line.split(), ""]
                    told = subprocess.run(
                        ["adyton", "--", *words],
                        env=home
                        | keys
                        | {"ADYTON_COMPLETE": shell, "_CLAP_COMPLETE_INDEX": str(len(words) - 1)}
                        | ({"_ADYTON_LINE": f"adyton {line}", "_ADYTON_WORD": ""} if shell == "bash" else {}),
                        capture_output=True,
                        timeout=30,
                        cwd=home["HOME"],
                    )
                    assert told.returncode == 0 and told.stderr == b""
                    text = told.stdout.decode()
                    assert HOSTILE not in text and not RAW.search(text), (url, line, shell, text)
                    if shell == "bash":
                        # Each is one word to a shell, and names what it says.
                        for offer in text.splitlines():
                            assert shlex.split(offer) and len(shlex.split(offer)) == 1 and not re.search(r"(?<!\\)[$`;&|<>()]", offer), offer
    assert not (Path(home["HOME"]) / "ran").exists()


def test_a_server_that_does_not_answer_costs_a_second_and_says_nothing(home, server):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        keys = {"ADYTON_CONTROL_URL": url, "ADYTON_PROJECT_ID": server.project, "ADYTON_ACCESS_KEY": "A" * 20, "ADYTON_SECRET_KEY": "b"}
        began = time.monotonic()
        assert "iris-one" not in offered(home, "adyton service show ", **keys)
        assert time.monotonic() - began < 5
        # What needs no server is there.
        assert "route.undeclared_path" in offered(home, "adyton errors route.", **keys)
    # Wrong files and wrong words break nothing.
    (Path(home["HOME"]) / ".config/adyton/config.toml").write_text("not [ toml")
    for line in (
        "adyton service show ",
        "adyton context use ",
        "adyton nonsense ",
        "adyton --project ",
        "",
        "adyton 'open",
        "adyton service show --project=x --context ",
        'adyton predict "',
        "adyton \\",
    ):
        assert complete(home, line).returncode == 0 and complete(home, line).stderr == ""
    for shell in ("zsh", "fish", "elvish", "1", "../bash"):
        told = subprocess.run(
            ["adyton", "--", "adyton", "service", "show", ""],
            env=home | {"ADYTON_COMPLETE": shell, "_CLAP_COMPLETE_INDEX": "99999999999999999999"},
            capture_output=True,
            timeout=30,
        )
        assert told.returncode == 0 and told.stderr == b"", told
