use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use super::input::Input;
use super::line::{FORMAT, Header, Line, Trailer};
use super::{ImportFault, InvalidLine, Progress};
use crate::RecordedEvent;
use crate::store::{Batch, InvalidRecord};

/// No line is longer, whatever the input is: 1 GiB.
const LONGEST_LINE: u64 = Batch::MAX_BYTES as u64;

/// A batch takes no further commit once it holds this many bytes of text, so that large payloads
/// do not make large batches.
const SOFT_LIMIT: usize = 4 << 20;

/// Events on their way to the store.
pub(super) struct Parsed {
    pub(super) batch: Batch,
    /// The line of its first event; the others follow one by one.
    pub(super) first_line: u64,
    /// What was done once it is stored.
    pub(super) progress: Progress,
}

/// Where the thread that reads hands batches over, and gets them back to fill them again.
pub(super) struct Exchange {
    pub(super) parsed: mpsc::Sender<Parsed>,
    pub(super) spare: mpsc::Receiver<Batch>,
}

/// Reads an exported log and hands it over, batch after batch, each of whole commits.
///
/// What is whole before a fault is handed over before the fault is told. A commit is known to be
/// whole once another begins, or the log ends.
pub(super) fn read_log(
    reader: impl Read,
    batch_size: usize,
    exchange: Exchange,
) -> Result<(), ImportFault> {
    let bytes = Arc::new(AtomicU64::new(0));
    let mut lines = Lines {
        input: Input::new(reader, bytes.clone())
            .map_err(|source| ImportFault::Input { line: 1, source })?,
        line: Vec::new(),
        number: 0,
    };
    let mut collector = Collector {
        exchange,
        bytes,
        batch: Batch::new(),
        first_line: 0,
        progress: Progress::default(),
    };
    let outcome = collect(&mut lines, &mut collector, batch_size);
    let is_whole = matches!(outcome, Ok(()) | Err(ImportFault::AfterEnd { .. }));
    if !is_whole {
        collector.drop_last_commit();
    }
    collector.hand_over();
    outcome
}

fn collect(
    lines: &mut Lines<impl Read>,
    collector: &mut Collector,
    batch_size: usize,
) -> Result<(), ImportFault> {
    check_header(lines)?;
    while lines.next()? {
        let number = lines.number;
        let text = lines.text()?;
        let line: Line<'_> = match serde_json::from_str(text) {
            Ok(line) => line,
            Err(error) => {
                return match Trailer::parse(text) {
                    Some(trailer) => {
                        collector.check_count(number, &trailer)?;
                        lines.expect_end()
                    }
                    // The file may have been cut here.
                    None if !text.ends_with('\n') => Err(lines.truncated(None)),
                    None => Err(lines.invalid(error.into())),
                };
            }
        };
        let event = line.event().map_err(|fault| lines.invalid(fault))?;
        let is_full = collector.batch.len() >= batch_size || collector.batch.bytes() >= SOFT_LIMIT;
        if event.ordinal == 0 && is_full && !collector.hand_over() {
            return Ok(());
        }
        collector
            .push(number, &event)
            .map_err(|fault| lines.invalid(fault.into()))?;
    }
    Err(lines.truncated(None))
}

fn check_header(lines: &mut Lines<impl Read>) -> Result<(), ImportFault> {
    lines.next()?;
    let header = lines.text().ok().and_then(Header::parse);
    match header.map(|header| header.format) {
        Some(FORMAT) => Ok(()),
        Some(found) if found > FORMAT => Err(ImportFault::NewerFormat { found }),
        _ => Err(ImportFault::NotALog),
    }
}

/// The lines of an input, one at a time.
struct Lines<R> {
    input: Input<R>,
    line: Vec<u8>,
    /// The number of the line, from 1.
    number: u64,
}

impl<R: Read> Lines<R> {
    /// Goes on to the next line, if there is one.
    fn next(&mut self) -> Result<bool, ImportFault> {
        self.line.clear();
        let read = self.input.read_line(&mut self.line, LONGEST_LINE);
        let count = read.map_err(|source| self.failed(source))?;
        self.number += u64::from(count > 0);
        if count as u64 == LONGEST_LINE {
            let limit = LONGEST_LINE;
            return Err(self.invalid(InvalidLine::TooLong { limit }));
        }
        Ok(count > 0)
    }

    fn text(&self) -> Result<&str, ImportFault> {
        std::str::from_utf8(&self.line).map_err(|error| {
            // A file may have been cut within a character.
            if error.error_len().is_none() && !self.line.ends_with(b"\n") {
                return self.truncated(None);
            }
            let column = error.valid_up_to() + 1;
            self.invalid(InvalidLine::Utf8 { column })
        })
    }

    /// Nothing but blanks may follow.
    fn expect_end(&mut self) -> Result<(), ImportFault> {
        while self.next()? {
            if !self.line.trim_ascii().is_empty() {
                return Err(ImportFault::AfterEnd { line: self.number });
            }
        }
        Ok(())
    }

    fn invalid(&self, source: InvalidLine) -> ImportFault {
        let line = self.number;
        ImportFault::Line { line, source }
    }

    fn truncated(&self, source: Option<io::Error>) -> ImportFault {
        let line = self.number;
        ImportFault::Truncated { line, source }
    }

    fn failed(&self, source: io::Error) -> ImportFault {
        if self.input.is_gzip() && source.kind() == io::ErrorKind::UnexpectedEof {
            return self.truncated(Some(source));
        }
        let line = self.number + 1;
        ImportFault::Input { line, source }
    }
}

/// Collects events to batches.
struct Collector {
    exchange: Exchange,
    bytes: Arc<AtomicU64>,
    batch: Batch,
    first_line: u64,
    progress: Progress,
}

impl Collector {
    fn push(&mut self, line: u64, event: &RecordedEvent<'_>) -> Result<(), InvalidRecord> {
        if event.position <= self.progress.position {
            return Err(InvalidRecord::Order {
                position: event.position,
                last: self.progress.position,
            });
        }
        self.batch.push(event)?;
        if self.batch.len() == 1 {
            self.first_line = line;
        }
        self.progress.events += 1;
        self.progress.position = event.position;
        Ok(())
    }

    /// Hands the batch over; `false` if nobody wants it any more.
    fn hand_over(&mut self) -> bool {
        if self.batch.is_empty() {
            return true;
        }
        self.progress.bytes = self.bytes.load(Ordering::Relaxed);
        let mut empty = self.exchange.spare.try_recv().unwrap_or_default();
        empty.clear();
        let parsed = Parsed {
            batch: std::mem::replace(&mut self.batch, empty),
            first_line: self.first_line,
            progress: self.progress,
        };
        self.exchange.parsed.blocking_send(parsed).is_ok()
    }

    fn drop_last_commit(&mut self) {
        let before = self.batch.len();
        self.batch.drop_last_commit();
        self.progress.events -= (before - self.batch.len()) as u64;
        if let Some(last) = self.batch.events().next_back() {
            self.progress.position = last.position;
        }
    }

    fn check_count(&self, line: u64, trailer: &Trailer<'_>) -> Result<(), ImportFault> {
        let Progress {
            events, position, ..
        } = self.progress;
        if trailer.events == events && trailer.last == position.get() {
            return Ok(());
        }
        Err(ImportFault::Count {
            line,
            counted: trailer.events,
            last: trailer.last,
            events,
            position,
        })
    }
}
