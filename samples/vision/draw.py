"""Draws the vision sample's request: the word ADYTON in black on white, upside down, as a tensor `x` of float32 [1,3,48,192].

python3 draw.py > request.json
"""

import json

WIDTH, HEIGHT = 192, 48
WORD = "ADYTON"
SCALE = 5
LETTERS = {
    "A": ["01110", "10001", "10001", "11111", "10001", "10001", "10001"],
    "D": ["11110", "10001", "10001", "10001", "10001", "10001", "11110"],
    "N": ["10001", "11001", "11001", "10101", "10011", "10011", "10001"],
    "O": ["01110", "10001", "10001", "10001", "10001", "10001", "01110"],
    "T": ["11111", "00100", "00100", "00100", "00100", "00100", "00100"],
    "Y": ["10001", "10001", "01010", "00100", "00100", "00100", "00100"],
}


def picture(upside_down: bool) -> list[list[int]]:
    """Rows of pixels, 1 for white and -1 for black."""
    rows = [[1] * WIDTH for _ in range(HEIGHT)]
    left, top = (WIDTH - 6 * SCALE * len(WORD) + SCALE) // 2, (HEIGHT - 7 * SCALE) // 2
    for place, letter in enumerate(WORD):
        for y, bits in enumerate(LETTERS[letter]):
            for x, bit in enumerate(bits):
                if bit == "1":
                    for dy in range(SCALE):
                        start = left + (6 * place + x) * SCALE
                        rows[top + y * SCALE + dy][start : start + SCALE] = [-1] * SCALE
    return [row[::-1] for row in reversed(rows)] if upside_down else rows


if __name__ == "__main__":
    channel = picture(upside_down=True)
    print(json.dumps({"inputs": {"x": [[channel, channel, channel]]}}, separators=(",", ":")))
