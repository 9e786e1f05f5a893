"""Trains the poetry sample and writes `model/poetry.ngrams.gz`.

Source of the text: the poetic books of the King James Version (1611, copyright expired), as Debian packages them
(`bible-kjv-text`, read with `bible-kjv`; see /usr/share/doc/bible-kjv-text/copyright). The two packages are fetched into a
temporary folder and thrown away; nothing is installed and no text is kept. The same package version gives the same file.

    python3 train.py

The model is a table of word n-grams: after up to three words, which words followed and how often. A context of two or
three words that was seen once only is left out, because it could do nothing but recite.
"""

import gzip
import os
import re
import subprocess
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

BOOKS = ["Job1:1-Job42:17", "Ps1:1-Ps150:6", "Pr1:1-Pr31:31", "Ec1:1-Ec12:14", "So1:1-So8:14", "Isa1:1-Isa66:24", "Lam1:1-Lam5:22"]
ORDER = 3
LINE_END = "\n"
OUTPUT = Path(__file__).with_name("model") / "poetry.ngrams.gz"


def main() -> None:
    verses = [tokens(verse) for verse in fetch_verses()]
    plain = plain_case(verses)
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for verse in verses:
        words = [LINE_END] + [plain(word, place) for place, word in enumerate(verse)] + [LINE_END]
        for place in range(1, len(words)):
            for length in range(min(ORDER, place) + 1):
                counts[tuple(words[place - length : place])][words[place]] += 1
    kept = {context: after for context, after in counts.items() if len(context) < 2 or after.total() > 1}
    write(kept)
    print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes, {len(verses)} verses, {len(kept)} contexts")


def fetch_verses() -> list[str]:
    """The verses in order, one string each, without their numbers."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-qq", "bible-kjv", "bible-kjv-text"], cwd=folder, check=True)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg", "-x", package.name, "."], cwd=folder, check=True)
        command = ["usr/bin/bible", "-f", "-p", "usr/lib"]
        verses = []
        for book in BOOKS:
            run = subprocess.run(
                command + [book],
                cwd=folder,
                env={**os.environ, "COLUMNS": "9999"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
            )
            found = re.findall(r"^\S+?\d+:\d+ (.+)$", run.stdout, re.MULTILINE)
            if len(found) < 50:
                raise SystemExit(f"{book}: only {len(found)} verses found; has the format of the package changed?")
            verses += found
    return verses


def tokens(text: str) -> list[str]:
    """Words and marks of punctuation, in order."""
    return re.findall(r"[A-Za-z]+(?:['-][A-Za-z]+)*|[,.;:?!]", text)


def plain_case(verses: list[list[str]]):
    """A function that lowers the capital at a verse's start unless the word has it elsewhere too."""
    inside = Counter(word for verse in verses for word in verse[1:])

    def plain(word: str, place: int) -> str:
        return word.lower() if place == 0 and inside[word.lower()] >= inside[word] else word

    return plain


def write(counts: dict[tuple[str, ...], Counter[str]]) -> None:
    """One line of words, then a line for each context: its word numbers, a tab, and `number:count` pairs."""
    words = sorted({word for context, after in counts.items() for word in (*context, *after)})
    number = {word: place for place, word in enumerate(words)}
    lines = [" ".join("\\n" if word == LINE_END else word for word in words)]
    for context in sorted(counts):
        after = " ".join(f"{number[word]}:{count}" if count > 1 else str(number[word]) for word, count in sorted(counts[context].items()))
        lines.append(" ".join(str(number[word]) for word in context) + "\t" + after)
    OUTPUT.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
