"""A model that says what reached it, byte for byte, and answers with whatever bytes it is asked for.

`/seen` tells all heads that have come. `/raw` answers with the bytes that the body holds as hex digits, and closes if they begin with `!`.
Everything else is answered with its own head and body.
"""

import json
import os
import socket
import threading

SEEN: list[str] = []


def serve(connection: socket.socket) -> None:
    buffer = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in buffer:
                piece = connection.recv(65536)
                if not piece:
                    return
                buffer += piece
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            lengths = [line.partition(b":")[2] for line in head.split(b"\r\n")[1:] if line.lower().startswith(b"content-length:")]
            length = int(lengths[0]) if lengths else 0
            while len(buffer) < length:
                piece = connection.recv(65536)
                if not piece:
                    return
                buffer += piece
            body, buffer = buffer[:length], buffer[length:]
            text = head.decode("latin-1")
            path = text.split(" ")[1].partition("?")[0]
            if path not in ("/seen", "/raw"):
                SEEN.append(text)
            if path == "/raw":
                asked = body.decode()
                connection.sendall(bytes.fromhex(asked.lstrip("!")))
                if asked.startswith("!"):
                    return
                continue
            told = {"seen": SEEN} if path == "/seen" else {"head": text, "body": body.decode("latin-1"), "lengths": len(lengths)}
            content = json.dumps(told).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content))


listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=128)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
