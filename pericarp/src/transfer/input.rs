use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// The lines of an input, decompressed if they are gzip.
pub(super) enum Input<R> {
    Plain(BufReader<Head<R>>),
    Gzip(BufReader<MultiGzDecoder<BufReader<Head<R>>>>),
}

/// A reader whose first bytes were looked at.
pub(super) type Head<R> = Chain<Cursor<Vec<u8>>, Counted<R>>;

/// How every gzip file begins: RFC 1952, section 2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];

const BUFFER: usize = 64 << 10;

impl<R: Read> Input<R> {
    /// Looks whether `reader` is compressed; `bytes` counts what is taken from it.
    pub(super) fn new(reader: R, bytes: Arc<AtomicU64>) -> io::Result<Self> {
        let mut reader = Counted { reader, bytes };
        let mut head = Vec::new();
        (&mut reader)
            .take(GZIP.len() as u64)
            .read_to_end(&mut head)?;
        let is_gzip = head == GZIP;
        let whole = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(reader));
        Ok(if is_gzip {
            let lines = MultiGzDecoder::new(whole);
            Self::Gzip(BufReader::with_capacity(BUFFER, lines))
        } else {
            Self::Plain(whole)
        })
    }

    pub(super) const fn is_gzip(&self) -> bool {
        matches!(self, Self::Gzip(_))
    }

    /// Reads a line of at most `limit` bytes, with its end.
    pub(super) fn read_line(&mut self, line: &mut Vec<u8>, limit: u64) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.take(limit).read_until(b'\n', line),
            Self::Gzip(input) => input.take(limit).read_until(b'\n', line),
        }
    }
}

pub(super) struct Counted<R> {
    reader: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
