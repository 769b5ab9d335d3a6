use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::mpsc;

use super::destination::Destination;
use super::line::{Header, Line, Trailer};
use super::{ExportError, Exported, Progress};
use crate::{Page, Position, RecordedEvent};

/// What the thread that writes is to do next. If nothing more comes, the export was given up.
pub(super) enum Work {
    Write(Page),
    Finish,
}

/// A page that is written, to be filled again.
pub(super) struct Written {
    pub(super) page: Page,
    pub(super) progress: Progress,
}

/// Lines are collected until they have this size, and then go on together.
const CHUNK: usize = 64 << 10;

/// Writes what it is given, up to the event at `end`.
pub(super) fn write_log<D: Destination>(
    place: &str,
    create: impl FnOnce() -> io::Result<D>,
    gzip: bool,
    end: Position,
    mut work: mpsc::Receiver<Work>,
    done: &mpsc::Sender<Written>,
) -> Result<Exported, ExportError> {
    let failed = |source| ExportError::Output {
        place: place.to_owned(),
        source,
    };
    let mut writer = Writer {
        sink: create().map(|to| Sink::new(to, gzip)).map_err(failed)?,
        lines: Vec::new(),
        progress: Progress::default(),
    };
    writer.push(&Header::new()).map_err(failed)?;
    loop {
        match work.blocking_recv() {
            Some(Work::Write(page)) => {
                for event in page.events().take_while(|event| event.position <= end) {
                    let line = Line::of(&event).map_err(|source| not_json(&event, source))?;
                    writer.push(&line).map_err(failed)?;
                    writer.progress.events += 1;
                    writer.progress.position = event.position;
                }
                writer.progress.bytes = writer.sink.written();
                let progress = writer.progress;
                // Nobody waits for it: then nothing more comes either.
                let _ = done.blocking_send(Written { page, progress });
            }
            Some(Work::Finish) => return writer.finish().map_err(failed),
            None => return Err(failed(io::ErrorKind::Interrupted.into())),
        }
    }
}

struct Writer<D: Destination> {
    sink: Sink<D>,
    lines: Vec<u8>,
    progress: Progress,
}

impl<D: Destination> Writer<D> {
    fn push(&mut self, line: &impl serde::Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.lines, line)?;
        self.lines.push(b'\n');
        if self.lines.len() >= CHUNK {
            self.sink.write_all(&self.lines)?;
            self.lines.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<Exported> {
        let Progress {
            events, position, ..
        } = self.progress;
        self.push(&Trailer::new(events, position))?;
        self.sink.write_all(&self.lines)?;
        Ok(Exported {
            events,
            bytes: self.sink.finish()?,
            last: position,
        })
    }
}

fn not_json(event: &RecordedEvent<'_>, source: serde_json::Error) -> ExportError {
    ExportError::Event {
        position: event.position,
        event_id: event.id,
        source,
    }
}

/// The destination, with or without compression before it.
enum Sink<D: Destination> {
    Plain(Counted<D>),
    Gzip(GzEncoder<Counted<D>>),
}

impl<D: Destination> Sink<D> {
    fn new(to: D, gzip: bool) -> Self {
        let counted = Counted { to, bytes: 0 };
        if gzip {
            // The head of the file names neither a time nor a system, so that the same log always
            // makes the same file.
            Self::Gzip(GzEncoder::new(counted, Compression::fast()))
        } else {
            Self::Plain(counted)
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(to) => to.write_all(bytes),
            Self::Gzip(to) => to.write_all(bytes),
        }
    }

    fn written(&self) -> u64 {
        match self {
            Self::Plain(to) => to.bytes,
            Self::Gzip(to) => to.get_ref().bytes,
        }
    }

    fn finish(self) -> io::Result<u64> {
        let counted = match self {
            Self::Plain(to) => to,
            Self::Gzip(to) => to.finish()?,
        };
        counted.to.finish()?;
        Ok(counted.bytes)
    }
}

struct Counted<D> {
    to: D,
    bytes: u64,
}

impl<D: Write> Write for Counted<D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
