"""Archives made to be read in two ways, to leave their folder, or to take memory and disk: refused, or unpacked as everybody would,
and nothing outside; the server stays small.
"""

import bz2
import gzip
import io
import lzma
import stat
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest

from harness.server import Server
from test_attack_packages import IRIS, outside

FILES = {f"model/{path.name}": path.read_bytes() for path in sorted(IRIS.iterdir())}
# How much more memory an upload may take for a moment, in MiB.
ROOM = 96


def header(name: bytes, size: int | bytes = 0, kind: bytes = b"0", link: bytes = b"", prefix: bytes = b"", mode: bytes = b"0000644\0") -> bytes:
    length = size if isinstance(size, bytes) else b"%011o\0" % size
    block = bytearray(name[:100].ljust(100, b"\0") + mode + b"0000000\0" * 2 + length + b"00000000000\0" + b" " * 8 + kind)
    block += link[:100].ljust(100, b"\0") + b"ustar\x0000" + b"\0" * 80 + prefix[:155].ljust(167, b"\0")
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def entry(name: bytes, content: bytes = b"x", **more: bytes) -> bytes:
    return header(name, len(content), **more) + content + b"\0" * (-len(content) % 512)


def tar(*more: bytes) -> bytes:
    good = b"".join(entry(name.encode(), content) for name, content in FILES.items())
    return good + b"".join(more) + b"\0" * 1024


def pax(*records: tuple[bytes, bytes], kind: bytes = b"x") -> bytes:
    def record(key: bytes, value: bytes) -> bytes:
        text = b" " + key + b"=" + value + b"\n"
        length = len(text) + 1
        while len(str(length)) + len(text) != length:
            length = len(str(length)) + len(text)
        return str(length).encode() + text

    return entry(b"pax", b"".join(record(*one) for one in records), kind=kind)


def zipped(*more: tuple[str, bytes, int], method: int = zipfile.ZIP_DEFLATED, extra: bytes = b"") -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as file:
        warnings.simplefilter("ignore")
        for name, content in FILES.items():
            file.writestr(name, content)
        for name, content, mode in more:
            about = zipfile.ZipInfo(name)
            about.compress_type, about.external_attr, about.extra = method, mode << 16, extra
            file.writestr(about, content)
    return out.getvalue()


def patched(archive: bytes, signature: bytes, at: int, content: bytes) -> bytes:
    """The same with these bytes behind each signature."""
    changed, found = bytearray(archive), archive.find(signature)
    while found >= 0:
        changed[found + at : found + at + len(content)] = content
        found = archive.find(signature, found + 4)
    return bytes(changed)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def method(number: int) -> bytes:
    told = struct.pack("<H", number)
    return patched(patched(zipped(), LOCAL, 8, told), CENTRAL, 10, told)


def unicode_path(name: bytes) -> bytes:
    content = struct.pack("<BI", 1, zlib.crc32(b"model/u")) + name
    return zipped(("model/u", b"x", 0), extra=struct.pack("<HH", 0x7075, len(content)) + content)


REFUSED = {
    "tar: up": tar(entry(b"model/../../evil")),
    "tar: up in the prefix": tar(entry(b"x", prefix=b"model/../..")),
    "tar: up in a long name": tar(entry(b"././@LongLink", b"model/../../evil\0", kind=b"L"), entry(b"x")),
    "tar: up in pax": tar(pax((b"path", b"../../evil")), entry(b"x")),
    "tar: absolute in pax": tar(pax((b"path", b"/tmp/evil")), entry(b"x")),
    "tar: NUL in pax": tar(pax((b"path", b"model/a\0b")), entry(b"x")),
    "tar: two long names": tar(entry(b"././@LongLink", b"model/a\0", kind=b"L") * 2, entry(b"x")),
    "tar: pax for nothing": tar(pax((b"path", b"model/q"))),
    "tar: pax for all": tar(pax((b"path", b"model/q"), kind=b"g"), entry(b"model/ok")),
    "tar: size twice": tar(pax((b"size", b"99999999999")), entry(b"model/ok")),
    "tar: size below zero": tar(pax((b"size", b"-1")), entry(b"model/ok")),
    "tar: size of all ones": tar(header(b"model/ok", b"\xff" * 12)),
    "tar: sparse": tar(pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.realsize", b"99999999999")), entry(b"model/ok")),
    "tar: old sparse": tar(entry(b"model/ok", kind=b"S")),
    "tar: hard link": tar(header(b"model/ok", kind=b"1", link=b"/etc/passwd")),
    "tar: link, and a file below": tar(header(b"model/l", kind=b"2", link=b"/tmp"), entry(b"model/l/evil")),
    "tar: link in pax": tar(pax((b"linkpath", b"/etc/passwd")), header(b"model/l", kind=b"2")),
    "tar: device": tar(header(b"model/ok", kind=b"3")),
    "tar: pipe": tar(header(b"model/ok", kind=b"6")),
    "tar: the same name twice": tar(entry(b"model/z"), entry(b"model/z", b"y")),
    "tar: a file as folder": tar(entry(b"model/z"), entry(b"model/z/y")),
    "tar: deep": tar(entry(b"model/" + b"a/" * 40 + b"f")),
    "tar: steers": tar(entry(b"model/\x1b[31m\r\n")),
    "tar: cut off": tar(header(b"model/ok", 10**6))[:-1024],
    "tar: a second one": tar() + tar(entry(b"model/second")),
    "gzip: checksum": gzip.compress(tar())[:-8] + b"\0" * 8,
    "gzip: cut off": gzip.compress(tar())[:-20],
    "gzip: twice": gzip.compress(gzip.compress(tar())),
    "gzip: 50 MB of a file": gzip.compress(tar(entry(b"model/big", b"\0" * 50_000_000))),
    "gzip: 50 MB of a name": gzip.compress(tar(entry(b"././@LongLink", b"a" * 50_000_000, kind=b"L"), entry(b"x"))),
    "gzip: 50 MB behind the end": gzip.compress(tar() + b"\0" * 50_000_000),
    "zip: up": zipped(("model/../../evil", b"x", 0)),
    "zip: absolute": zipped(("/tmp/evil", b"x", 0)),
    "zip: the other slash": zipped(("model\\..\\..\\evil", b"x", 0)),
    "zip: link": zipped(("model/l", b"/etc/passwd", stat.S_IFLNK | 0o777)),
    "zip: device": zipped(("model/l", b"", stat.S_IFCHR | 0o644)),
    "zip: the same name twice": zipped(("model/z", b"1", 0), ("model/z", b"2", 0)),
    "zip: another name in Unicode": unicode_path(b"../../evil"),
    "zip: encrypted": patched(patched(zipped(), LOCAL, 6, b"\1\0"), CENTRAL, 8, b"\1\0"),
    "zip: bzip2": zipped(method=zipfile.ZIP_BZIP2),
    "zip: LZMA": zipped(method=zipfile.ZIP_LZMA),
    "zip: Zstandard": method(93),
    "zip: AES": method(99),
    "zip: less than there is": patched(zipped(), CENTRAL, 24, b"\1\0\0\0"),
    "zip: another checksum": patched(patched(zipped(), LOCAL, 14, b"abcd"), CENTRAL, 16, b"abcd"),
    "zip: another name before the content": zipped().replace(b"model/config.json", b"model/donfig.json", 1),
    "zip: entries at one place": patched(zipped(), CENTRAL, 42, b"\0\0\0\0"),
    "zip: entries somewhere else": patched(zipped(), CENTRAL, 42, b"\xff\xff\xff\x0f"),
    "zip: more entries": patched(zipped(), END, 10, b"\xff\x7f"),
    "zip: of several": patched(zipped(), END, 4, b"\1\0"),
    "zip: something before it": LOCAL + b"j" * 100 + zipped(),
    "zip: 50 MB of a file": zipped(("model/big", b"\0" * 50_000_000, 0)),
    "bzip2": bz2.compress(tar()),
    "xz": lzma.compress(tar()),
    "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 600,
    "nothing": b"",
}
TAKEN = {
    "tar: attributes": tar(pax((b"SCHILY.xattr.user.a", b"b")), entry(b"model/ok")),
    "tar: a long name and a path": tar(entry(b"././@LongLink", b"model/a\0", kind=b"L"), pax((b"path", b"model/ok")), entry(b"model/c")),
    "tar: set-user-id": tar(entry(b"model/ok", mode=b"0006755\0")),
    "tar: letters of both kinds": tar(entry(b"model/OK"), entry(b"model/ok")),
    "gzip: in members": gzip.compress(tar(entry(b"model/ok"))[:700]) + gzip.compress(tar(entry(b"model/ok"))[700:]),
    "gzip: empty members": gzip.compress(b"") * 2000 + gzip.compress(tar(entry(b"model/ok"))),
    "zip: set-user-id": zipped(("model/ok", b"x", stat.S_IFREG | 0o6755)),
    "zip: not compressed": zipped(("model/ok", b"x", 0), method=zipfile.ZIP_STORED),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    made = Server(tmp_path_factory.mktemp("archives"), {"onnx.library": "builtin"}).start()
    yield made
    assert made.process.poll() is None, made.log()[-4000:]
    made.close()


def largest(server: Server) -> int:
    """The most memory that it ever had, in MiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def unpacked(server: Server) -> set[Path]:
    """Everything that lies where packages are unpacked."""
    return set((server.data / "packages").rglob("*"))


def send(server: Server, archive: bytes):
    headers = {"Content-Type": "application/octet-stream"}
    return server.call("POST", "/adyton/v1/{project}/packages", data=archive, headers=headers)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(server: Server, name: str):
    send(server, tar())
    before, memory, packages = outside(server), largest(server), unpacked(server)
    answer = send(server, REFUSED[name])
    assert answer.status_code in (400, 413), f"{answer.status_code} {answer.text}"
    assert answer.json()["error_msg"]
    assert outside(server) == before and not Path("/tmp/evil").exists()
    assert unpacked(server) == packages
    assert largest(server) < memory + ROOM


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken(server: Server, name: str):
    answer = send(server, TAKEN[name])
    assert answer.status_code == 200, answer.text
    digest = answer.json()["location"].rsplit("/", 1)[-1]
    taken = next((server.data).rglob(digest))
    told = taken / "model/ok" if taken.is_dir() else taken
    assert told.exists() and not told.stat().st_mode & 0o7000
