"""Fills the data folder of a server that is stopped with thousands of things at once: rows and records as a server writes them, copied.

One thing of each kind must be there; its copies differ in what must differ. Ten thousand calls would take minutes.
"""

import json
import sqlite3
import struct
import uuid
import zlib
from pathlib import Path

HEADER = 16
HEAD = 8
ID_AT = 8
TIME_AT = 24


def services_models_and_apps(data: Path, count: int) -> None:
    """So many services (`many-00000` and on, stopped), models and apps of these names."""
    with sqlite3.connect(data / "adyton.db") as database:
        database.row_factory = sqlite3.Row
        one = {table: dict(database.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()) for table in ("services", "models", "apps")}
        seal = SameSeal((data / "master.key").read_bytes(), one["apps"]["sealed"])
        for number in range(count):
            name = f"many-{number:05}"
            service, model, app = str(uuid.uuid4()), str(uuid.uuid4()), uuid.uuid4().hex
            insert(database, "models", one["models"] | {"id": model, "name": name, "created_at": one["models"]["created_at"] + number})
            versions = json.dumps([json.loads(one["services"]["versions"])[0] | {"model": model}])
            changed = {"id": service, "name": name, "api_id": uuid.uuid4().hex, "versions": versions, "wanted": "stopped"}
            insert(database, "services", one["services"] | changed)
            insert(database, "service_models", {"service_id": service, "model_id": model})
            insert(database, "apps", one["apps"] | {"id": app, "name": name, "app_key": uuid.uuid4().hex, "sealed": seal.for_row(app)})
    database.close()


def insert(database: sqlite3.Connection, table: str, row: dict) -> None:
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def requests(data: Path, count: int) -> None:
    """So many records of calls, a millisecond apart, before those that are there."""
    for file in sorted((data / "journal").glob("segment-*.log")):
        content = file.read_bytes()
        payloads = list(payloads_of(content))
        if payloads:
            break
    else:
        raise AssertionError("no call is in the journal yet")
    first_at = struct.unpack_from("<q", payloads[0], TIME_AT)[0] - count * 1000 - 1000
    out = bytearray(content[:HEADER])
    for number in range(count):
        payload = bytearray(payloads[number % len(payloads)])
        at = first_at + number * 1000
        # A request's id begins with its time in milliseconds.
        payload[ID_AT : ID_AT + 6] = (at // 1000).to_bytes(6, "big")
        struct.pack_into("<q", payload, TIME_AT, at)
        out += framed(payload)
    for payload in payloads:
        out += framed(payload)
    # Without its index, which the server makes again.
    file.write_bytes(out)


def payloads_of(content: bytes):
    at = HEADER
    while at + HEAD <= len(content):
        length, checksum = struct.unpack_from("<II", content, at)
        payload = content[at + HEAD : at + HEAD + length]
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return
        yield payload
        at += HEAD + length


def framed(payload: bytes | bytearray) -> bytes:
    return struct.pack("<II", len(payload), zlib.crc32(payload)) + payload


class SameSeal:
    """Seals the secret of a sealed cell again for other rows of its column: with the nonce that it has, only the tag differs."""

    def __init__(self, key_file: bytes, sealed: bytes):
        self.head, self.ciphertext = sealed[:-16], sealed[25:-16]
        nonce = sealed[1:25]
        # 64 hex digits.
        words = list(struct.unpack("<8I", bytes.fromhex(key_file.decode())))
        mixed = chacha_rounds([*CONSTANTS, *words, *struct.unpack("<4I", nonce[:16])])
        subkey = [*mixed[:4], *mixed[12:]]
        block = [*CONSTANTS, *subkey, 0, 0, *struct.unpack("<2I", nonce[16:])]
        stream = struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(chacha_rounds(block), block, strict=True)))
        self.r = int.from_bytes(stream[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
        self.s = int.from_bytes(stream[16:32], "little")

    def for_row(self, row: str, cell: str = "apps\0sealed") -> bytes:
        associated = f"adyton\0{cell}\0{row}".encode()
        text = padded(associated) + padded(self.ciphertext) + struct.pack("<QQ", len(associated), len(self.ciphertext))
        sum_ = 0
        for at in range(0, len(text), 16):
            sum_ = (sum_ + int.from_bytes(text[at : at + 16] + b"\1", "little")) * self.r % ((1 << 130) - 5)
        return self.head + ((sum_ + self.s) & ((1 << 128) - 1)).to_bytes(16, "little")


CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
ROUNDS = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]


def chacha_rounds(words: list[int]) -> list[int]:
    state = list(words)
    for _ in range(10):
        for a, b, c, d in ROUNDS:
            for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                state[x] = (state[x] + state[y]) & 0xFFFFFFFF
                mixed = state[z] ^ state[x]
                state[z] = ((mixed << turn) | (mixed >> (32 - turn))) & 0xFFFFFFFF
    return state


def padded(text: bytes) -> bytes:
    return text + bytes(-len(text) % 16)
