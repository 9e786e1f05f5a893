//! Mutations of a file of a corpus: the same for the same seed, so that what a test found it finds again.

/// A source of numbers (xorshift64*), for variety and not for secrets.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts where the seed says.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    /// A number below `most`, 0 when that is 0.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.number() % (most.max(1) as u64)).unwrap_or(0)
    }
}

/// Bytes that decide something in some format.
const TELLING: &[&[u8]] = &[
    b"\0",
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b":",
    b";",
    b",",
    b"=",
    b" ",
    b"\t",
    b"%",
    b"%2e%2e",
    b"%00",
    b"%2f",
    b"..",
    b"/",
    b"//",
    b"\"",
    b"\\",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b"-",
    b"0",
    b"99999999999999999999",
    b"1e999",
    b"null",
    b"\xff",
    b"\x80",
    b"\xef\xbb\xbf",
    b"Content-Length: 1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Host: b\r\n",
    b"_",
];

/// A mutation of `bytes`: one to eight small changes.
pub fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(16)).min(bytes.len());
        match random.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap_or(0),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => {
                let copied = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, copied);
            }
            5 => {
                let copied = bytes[at..end].repeat(random.below(64));
                bytes.splice(at..at, copied);
            }
            6 => {
                let telling = TELLING[random.below(TELLING.len())];
                bytes.splice(at..at, telling.iter().copied());
            }
            _ => {
                let telling = TELLING[random.below(TELLING.len())];
                bytes.splice(at..end, telling.iter().copied());
            }
        }
    }
    bytes
}
