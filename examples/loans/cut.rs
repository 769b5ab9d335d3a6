//! Cuts a sample out of a log: how `bpic2012-sample.xes.gz` was made.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use quick_xml::events::{BytesText, Event};
use quick_xml::reader::Reader;
use quick_xml::writer::Writer;

use crate::xes;

const COMMENT: &str = " A sample of whole cases from the BPI Challenge 2012 log: \
B.F. van Dongen, BPI Challenge 2012, 4TU.ResearchData, \
doi:10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f. \
The statistics in the header of the whole log are left out; the cases are as they were. ";

/// How many cases of each activity the sample has at least, if the log has as many.
const OF_EACH_ACTIVITY: usize = 4;

/// Writes about `count` whole cases, spread evenly over the log, and a few more so that every
/// activity is there. Returns how many.
pub(crate) fn cut(log: &Path, count: usize, sample: &Path) -> Result<usize, Box<dyn Error>> {
    let chosen = choose(log, count)?;
    let source = MultiGzDecoder::new(BufReader::new(File::open(log)?));
    let mut xml = Reader::from_reader(BufReader::new(source));
    let file = BufWriter::new(File::create(sample)?);
    let mut out = Writer::new(GzEncoder::new(file, Compression::best()));

    let mut buffer = Vec::new();
    let (mut depth, mut trace) = (0, 0);
    // White space before an element goes with the element, or with those that are left out.
    let mut space = None;
    let mut keep = true;
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer)?;
        if let (Event::Text(text), 1) = (&event, depth) {
            space = Some(text.clone().into_owned());
            continue;
        }
        if let (Event::Start(tag) | Event::Empty(tag), 1) = (&event, depth) {
            keep = match tag.local_name().as_ref() {
                "trace" => {
                    trace += 1;
                    chosen.contains(&(trace - 1))
                }
                "extension" | "global" | "classifier" => true,
                _ => false,
            };
        }
        let closes = matches!(event, Event::End(_));
        keep |= closes && depth == 1;
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
        let opens_log = matches!(event, Event::Start(_)) && depth == 1;
        if let (Some(space), true) = (space.take(), keep) {
            out.write_event(Event::Text(space))?;
        }
        if keep {
            out.write_event(event)?;
        }
        if opens_log {
            out.write_event(Event::Text(BytesText::new("\n\t")))?;
            out.write_event(Event::Comment(BytesText::from_escaped(COMMENT)))?;
        }
    }
    out.into_inner().finish()?.flush()?;
    Ok(chosen.len())
}

fn choose(log: &Path, count: usize) -> Result<BTreeSet<usize>, Box<dyn Error>> {
    let mut with_activity = HashMap::<_, Vec<usize>>::new();
    let mut total = 0;
    for trace in xes::open(File::open(log)?)? {
        for event in &trace?.events {
            let part = |key| event.get(key).map(|attribute| attribute.value.clone());
            let cases = with_activity
                .entry((part("concept:name"), part("lifecycle:transition")))
                .or_default();
            if cases.len() < OF_EACH_ACTIVITY && cases.last() != Some(&total) {
                cases.push(total);
            }
        }
        total += 1;
    }
    let every = (total / count.max(1)).max(1);
    let spread = (0..total).step_by(every).take(count);
    Ok(spread
        .chain(with_activity.into_values().flatten())
        .collect())
}
