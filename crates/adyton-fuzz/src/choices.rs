//! Choices made by bytes: a structured input is built by asking for numbers, texts and turns until the bytes are used up.

/// Bytes that decide.
#[derive(Clone, Debug)]
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// All of them are still there.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
    /// Whether nothing is left; then every choice is the first one.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }
    /// The next byte; 0 when nothing is left.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }
    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        usize::from(self.byte()) % most.max(1)
    }
    /// One of these.
    pub fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        let at = self.below(of.len());
        &of[at]
    }
    /// A number of 64 bits: often a small one, or one at an edge.
    pub fn number(&mut self) -> i64 {
        match self.byte() {
            byte @ 0..=127 => i64::from(byte),
            128..=143 => -i64::from(self.byte()),
            144..=159 => *self.one(&[
                i64::MAX,
                i64::MIN,
                -1,
                1 << 31,
                1 << 32,
                (1 << 31) - 1,
                1 << 53,
                -(1 << 31),
            ]),
            _ => {
                let mut bytes = [0; 8];
                bytes.fill_with(|| self.byte());
                i64::from_le_bytes(bytes)
            }
        }
    }
    /// Up to `most` of the bytes.
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let length = self.below(most + 1).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }
    /// What is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}
