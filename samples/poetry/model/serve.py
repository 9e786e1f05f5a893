#!/usr/bin/env python3
"""Serves the poetry sample: `POST /predictions/poetry` continues a line of verse, `GET /health` says that it is up.

A `Command` model: it needs only the standard library of Python 3, listens on 127.0.0.1:$PORT, reads its model from
$MODEL_PATH (else from the folder of this file), keeps connections open and ends on SIGTERM once open requests are answered.

The model is a table of word n-grams (see ../train.py). The next word is drawn from all contexts that match what is there
so far, the longer ones weighing more (absolute discounting). The same text gives the same answer unless `seed` says otherwise.
"""

import gzip
import json
import os
import random
import re
import signal
import socket
import sys
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ORDER = 3
DISCOUNT = 0.75
LINE_END = "\n"
NO_SPACE_BEFORE = set(",.;:?!")

TEXT_MAX = 2_000
LINES_MAX = 20
WORDS_BEFORE_PAUSE = 7
WORDS_PER_LINE_MAX = 24
BODY_MAX = 64 * 1024


class BadInput(Exception):
    """What is wrong with the caller's input, said so that the caller can mend it."""


class Poet:
    """The n-gram table, and the drawing of words from it."""

    def __init__(self, path: Path):
        lines = gzip.decompress(path.read_bytes()).decode().split("\n")
        self.words = [LINE_END if word == "\\n" else word for word in lines[0].split(" ")]
        self.number = {word: place for place, word in enumerate(self.words)}
        self.known_lower = {word.lower(): word for word in reversed(self.words)}
        self.table: dict[tuple[int, ...], dict[int, int]] = {}
        for line in lines[1:]:
            context, after = line.split("\t")
            pairs = (pair.partition(":") for pair in after.split(" "))
            self.table[tuple(map(int, context.split()))] = {int(word): int(count or 1) for word, _, count in pairs}

    def continuation(self, text: str, lines: int, temperature: float, seed: int) -> str:
        """`lines` lines of verse that go on where `text` stops; the first one completes its last line."""
        draw = random.Random(seed)
        start = self.numbers_of(text)
        history = [self.number[LINE_END], *start]
        written, line = [], []
        while len(written) < lines:
            number = self.next_word(history, temperature, draw)
            history.append(number)
            word = self.words[number]
            if word != LINE_END:
                line.append(word)
            pause = word in NO_SPACE_BEFORE and len(line) >= WORDS_BEFORE_PAUSE
            if line and (word == LINE_END or pause or len(line) >= WORDS_PER_LINE_MAX):
                written.append(joined(line, capital=bool(written) or not start))
                line = []
        return "\n".join(written)

    def numbers_of(self, text: str) -> list[int]:
        """The known words of the text's last line; an unknown word is left out, so that the words around it still count."""
        last_line = text.rstrip().rpartition("\n")[2]
        found = re.findall(r"[A-Za-z]+(?:['-][A-Za-z]+)*|[,.;:?!]", last_line)
        exact = (self.number.get(word.lower() if place == 0 else word) for place, word in enumerate(found))
        loose = (self.number.get(self.known_lower.get(word.lower(), "")) for word in found)
        return [number for number in (a if a is not None else b for a, b in zip(exact, loose)) if number is not None]

    def next_word(self, history: list[int], temperature: float, draw: random.Random) -> int:
        """One word, drawn from the interpolated distribution of all contexts that the table knows."""
        weights: dict[int, float] = {}
        left = 1.0
        for length in range(min(ORDER, len(history)), -1, -1):
            after = self.table.get(tuple(history[len(history) - length :]))
            if after is None:
                continue
            total = sum(after.values())
            discount = DISCOUNT if length else 0.0
            for word, count in after.items():
                weights[word] = weights.get(word, 0.0) + left * (count - discount) / total
            left *= discount * len(after) / total
        if temperature == 0:
            return max(weights, key=lambda word: (weights[word], -word))
        sharpened = [weight ** (1 / temperature) for weight in weights.values()]
        return draw.choices(list(weights), sharpened)[0]


def joined(words: list[str], capital: bool) -> str:
    """Words and punctuation as text."""
    line = ""
    for word in words:
        line += word if not line or word in NO_SPACE_BEFORE else " " + word
    return line[:1].upper() + line[1:] if capital else line


def answer(poet: Poet, body: bytes) -> dict:
    """The answer to one request body."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(f'the body is not JSON ({error}); send {{"text": "The moon"}}') from None
    if not isinstance(asked, dict):
        raise BadInput('the body must be an object such as {"text": "The moon"}')
    unknown = sorted(set(asked) - {"text", "lines", "temperature", "seed"})
    if unknown:
        raise BadInput(f"unknown field {unknown[0]!r}; known are text, lines, temperature and seed")
    text = asked.get("text")
    if not isinstance(text, str):
        raise BadInput("text: a string is needed")
    if len(text) > TEXT_MAX:
        raise BadInput(f"text: at most {TEXT_MAX} characters, got {len(text)}")
    lines = number(asked, "lines", 4, 1, LINES_MAX, int)
    temperature = number(asked, "temperature", 0.8, 0, 2, (int, float))
    seed = number(asked, "seed", int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:6], "big"), 0, 2**53, int)
    # Below this the n-th root overflows, and the likeliest word is drawn anyway.
    temperature = 0 if temperature < 0.01 else temperature
    return {"text": text, "continuation": poet.continuation(text, lines, temperature, seed)}


def number(asked: dict, name: str, default, low, high, kind):
    """A number field of the request, or its default."""
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        whole = "a whole number" if kind is int else "a number"
        raise BadInput(f"{name}: {whole} from {low} to {high} is needed")
    return value


class Handler(BaseHTTPRequestHandler):
    """HTTP around `answer`."""

    protocol_version = "HTTP/1.1"
    timeout = 200
    poet: Poet

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        finally:
            self.server.finished(self)

    def parse_request(self) -> bool:
        self.server.began(self)
        return super().parse_request()

    def do_GET(self) -> None:
        if self.path.partition("?")[0] == "/health":
            self.reply(200, {"status": "up"})
        else:
            self.refuse(404, "this model serves POST /predictions/poetry and GET /health")

    def do_POST(self) -> None:
        body = self.body()
        if body is None:
            return
        if self.path.partition("?")[0] != "/predictions/poetry":
            self.refuse(404, "this model serves POST /predictions/poetry and GET /health")
            return
        try:
            self.reply(200, answer(self.poet, body))
        except BadInput as problem:
            self.refuse(400, str(problem))

    def body(self) -> bytes | None:
        """The whole body, or none where the request was already answered."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self.chunked_body()
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            return self.refuse(400, "Content-Length: a number is needed", close=True)
        if int(length) > BODY_MAX:
            return self.refuse(413, f"the body is over {BODY_MAX} bytes", close=True)
        return self.rfile.read(int(length))

    def chunked_body(self) -> bytes | None:
        body = b""
        while True:
            try:
                size = int(self.rfile.readline(100).partition(b";")[0], 16)
            except ValueError:
                return self.refuse(400, "the chunked body is malformed", close=True)
            if size < 0 or len(body) + size > BODY_MAX:
                return self.refuse(413, f"the body is over {BODY_MAX} bytes", close=True)
            body += self.rfile.read(size)
            self.rfile.readline(10)
            if size == 0:
                return body

    def refuse(self, status: int, message: str, close: bool = False) -> None:
        self.close_connection = self.close_connection or close
        self.reply(status, {"error": message})

    def reply(self, status: int, content: dict) -> None:
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code="-", size="-") -> None:
        """Probes come every few seconds and would bury everything else in the log; those that fail are worth a line."""
        if self.path != "/health" or code != 200:
            super().log_request(code, size)

    def log_message(self, template: str, *values) -> None:
        print(template % values, flush=True)


class Server(ThreadingHTTPServer):
    """Listens on the loopback address; one thread a connection, none of which keeps the process alive."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.changed = threading.Condition()
        self.busy: set[Handler] = set()

    def began(self, handler: Handler) -> None:
        """A request line has arrived on this connection."""
        with self.changed:
            self.busy.add(handler)

    def finished(self, handler: Handler) -> None:
        """Its answer is out, or its connection is gone."""
        with self.changed:
            self.busy.discard(handler)
            self.changed.notify_all()

    def wait_until_answered(self, seconds: float) -> None:
        """Returns when no request is open, or when the time is over; connections without a request do not count."""
        with self.changed:
            self.changed.wait_for(lambda: not self.busy, seconds)

    def get_request(self):
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


def main() -> None:
    folder = Path(os.environ.get("MODEL_PATH") or Path(__file__).parent)
    file = folder / "poetry.ngrams.gz"
    Handler.poet = Poet(file if file.exists() else Path(__file__).with_name(file.name))
    # Without buffering a reply leaves in two pieces, and the second waits for the caller's acknowledgement of the first.
    Handler.wbufsize = -1
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"poetry: {len(Handler.poet.table)} contexts, listening on {server.server_address[0]}:{server.server_address[1]}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    server.wait_until_answered(seconds=30)


if __name__ == "__main__":
    if "PORT" not in os.environ:
        sys.exit("PORT: the port to listen on is needed, for example: PORT=9000 python3 serve.py")
    main()
