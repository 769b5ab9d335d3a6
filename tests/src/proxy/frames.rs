use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The messages of one direction of a connection, whole.
#[derive(Debug)]
pub(super) struct Frames<R> {
    reader: R,
    buffer: Vec<u8>,
    taken: usize,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            taken: 0,
        }
    }

    /// Reads what has come. False if nothing more comes.
    pub(super) async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.reserve(64 << 10);
        Ok(self.reader.read_buf(&mut self.buffer).await? > 0)
    }

    /// The next message that is here as a whole: its kind, its length, its content.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let rest = &self.buffer[self.taken..];
        let length = rest.get(1..5)?;
        self.take(1 + big_endian(length))
    }

    /// All that is here.
    pub(super) fn all(&mut self) -> &[u8] {
        let from = std::mem::replace(&mut self.taken, self.buffer.len());
        &self.buffer[from..]
    }

    /// The first message of a connection, which has no kind. Nothing, if none comes.
    pub(super) async fn opening(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            let whole = (self.buffer.get(self.taken..self.taken + 4))
                .map(big_endian)
                .filter(|length| self.taken + length <= self.buffer.len());
            if let Some(length) = whole {
                return Ok(self.take(length));
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let frame = self.buffer.get(self.taken..self.taken + length)?;
        self.taken += length;
        Some(frame)
    }
}

fn big_endian(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |n, byte| n << 8 | usize::from(*byte))
}
