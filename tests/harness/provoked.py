"""Which refusals the tests have provoked over a socket, so that the last test can say which of the catalogue are missing."""

SEEN: set[str] = set()


def note(headers) -> None:
    """Remembers the sub-code of one answer; header names in any case."""
    for name, value in headers.items():
        if name.lower() == "x-adyton-reason":
            SEEN.add(value)


def hook(response, *_, **__) -> None:
    """The same, for a `requests` session."""
    note(response.headers)
