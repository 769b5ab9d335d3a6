//! A streaming reader of event logs in XES, the XML format of process mining
//! (<https://xes-standard.org>).
//!
//! A log is a list of traces, a trace is a list of events, and each of the three has attributes.
//! One trace is in memory at a time, so the size of the log does not matter. The reader counts
//! lines, so that whoever finds a fault in a log can say where it is.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::fault::{Cause, Fault};

/// The traces of a log, one after the other.
pub(crate) struct Traces<R> {
    xml: Reader<Lines<R>>,
    buffer: Vec<u8>,
    place: Place,
}

/// One trace: in the loan log, all that happened to one application.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) attributes: Attributes,
    pub(crate) events: Vec<Attributes>,
}

/// The attributes of a trace or of an event, without those nested in another attribute.
#[derive(Debug)]
pub(crate) struct Attributes {
    /// The line the trace or the event begins on.
    pub(crate) line: u32,
    list: Vec<Attribute>,
}

#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) line: u32,
    pub(crate) value: String,
    key: String,
}

/// Where the reader is in the document.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Before,
    InLog,
    After,
    /// Nothing can be read after a fault in the XML itself.
    Stopped,
}

enum Token {
    Open(Element),
    Close,
    End,
}

enum Element {
    Log,
    Trace,
    Event,
    Attribute(Attribute),
    Other,
}

/// Reads a log that may be compressed with gzip.
///
/// # Errors
/// If the first bytes cannot be read.
pub(crate) fn open(raw: impl Read + Send + 'static) -> io::Result<Traces<Box<dyn BufRead + Send>>> {
    let mut raw = BufReader::new(raw);
    let is_gzip = raw.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(Traces::new(if is_gzip {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(raw)))
    } else {
        Box::new(raw)
    }))
}

impl<R: BufRead> Traces<R> {
    pub(crate) fn new(source: R) -> Self {
        let mut xml = Reader::from_reader(Lines { source, line: 1 });
        xml.config_mut().expand_empty_elements = true;
        Self {
            xml,
            buffer: Vec::new(),
            place: Place::Before,
        }
    }

    fn read(&mut self) -> Result<Option<Trace>, Fault> {
        while self.place != Place::Stopped {
            match self.token()? {
                Token::Open(Element::Log) if self.place == Place::Before => {
                    self.place = Place::InLog;
                }
                Token::Open(Element::Trace) if self.place == Place::InLog => {
                    return self.trace().map(Some);
                }
                Token::Open(_) | Token::End if self.place == Place::Before => {
                    return Err(self.fault(Cause::NoLog));
                }
                // Extensions, classifiers, `global` defaults and attributes of the log itself.
                Token::Open(_) => self.skip()?,
                Token::Close => self.place = Place::After,
                Token::End if self.place == Place::After => return Ok(None),
                Token::End => return Err(self.fault(Cause::Ends)),
            }
        }
        Ok(None)
    }

    fn trace(&mut self) -> Result<Trace, Fault> {
        let mut trace = Trace {
            attributes: Attributes::at(self.line()),
            events: Vec::new(),
        };
        let read = loop {
            match self.token() {
                Ok(Token::Open(Element::Event)) => match self.event() {
                    Ok(event) => trace.events.push(event),
                    Err(fault) => break Err(fault),
                },
                Ok(token) => match self.attribute(token, &mut trace.attributes) {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(fault) => break Err(fault),
                },
                Err(fault) => break Err(fault),
            }
        };
        match read {
            Ok(()) => Ok(trace),
            Err(fault) => Err(fault.in_case(trace.attributes.get("concept:name"))),
        }
    }

    fn event(&mut self) -> Result<Attributes, Fault> {
        let mut attributes = Attributes::at(self.line());
        loop {
            let token = self.token()?;
            if !self.attribute(token, &mut attributes)? {
                return Ok(attributes);
            }
        }
    }

    /// Keeps an attribute of a trace or an event; `false` at the end of that element.
    fn attribute(&mut self, token: Token, kept: &mut Attributes) -> Result<bool, Fault> {
        match token {
            Token::Open(Element::Attribute(attribute)) => {
                kept.list.push(attribute);
                // What is nested in an attribute describes the attribute.
                self.skip().map(|()| true)
            }
            Token::Open(_) => self.skip().map(|()| true),
            Token::Close => Ok(false),
            Token::End => Err(self.fault(Cause::Ends)),
        }
    }

    /// Passes over the rest of the element that was opened last.
    fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 1;
        while depth > 0 {
            match self.token()? {
                Token::Open(_) => depth += 1,
                Token::Close => depth -= 1,
                Token::End => return Err(self.fault(Cause::Ends)),
            }
        }
        Ok(())
    }

    fn token(&mut self) -> Result<Token, Fault> {
        loop {
            self.buffer.clear();
            let token = match self.xml.read_event_into(&mut self.buffer) {
                Ok(Event::Start(tag)) => element(&tag, self.xml.get_ref().line).map(Token::Open),
                Ok(Event::End(_)) => Ok(Token::Close),
                Ok(Event::Eof) => Ok(Token::End),
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            return token.map_err(|error| self.fault(error.into()));
        }
    }

    /// A fault in the document itself: there is no telling what would follow.
    fn fault(&mut self, cause: Cause) -> Fault {
        self.place = Place::Stopped;
        Fault::at(self.line(), cause)
    }

    fn line(&self) -> u32 {
        self.xml.get_ref().line
    }
}

impl<R: BufRead> Iterator for Traces<R> {
    type Item = Result<Trace, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl Attributes {
    fn at(line: u32) -> Self {
        Self {
            line,
            list: Vec::with_capacity(4),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Attribute> {
        self.list.iter().find(|attribute| attribute.key == key)
    }
}

fn element(tag: &BytesStart<'_>, line: u32) -> Result<Element, quick_xml::Error> {
    Ok(match tag.local_name().as_ref() {
        "log" => Element::Log,
        "trace" => Element::Trace,
        "event" => Element::Event,
        _ => {
            let (mut key, mut value) = (None, None);
            for attribute in tag.attributes() {
                let attribute = attribute?;
                let slot = match attribute.key.as_ref() {
                    "key" => &mut key,
                    "value" => &mut value,
                    _ => continue,
                };
                *slot = Some(
                    attribute
                        .normalized_value(XmlVersion::Implicit1_0)?
                        .into_owned(),
                );
            }
            match (key, value) {
                (Some(key), Some(value)) => Element::Attribute(Attribute { line, value, key }),
                _ => Element::Other,
            }
        }
    })
}

/// Counts the lines that were read.
struct Lines<R> {
    source: R,
    line: u32,
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        // What is consumed was filled before, so this reads nothing and cannot fail.
        if let Ok(filled) = self.source.fill_buf() {
            let lines = filled.iter().take(n).filter(|byte| **byte == b'\n').count();
            self.line += lines as u32;
        }
        self.source.consume(n);
    }
}
