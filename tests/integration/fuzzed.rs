//! The fuzz target without a fuzzer: its corpus, and random changes of it.

use std::fs;
use std::path::Path;

use crate::readers::{read, record};

/// How many times each input is changed.
const CHANGES: usize = 400;

fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(Path::new("fuzz/corpus/decode")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        inputs.push((name, fs::read(path).unwrap()));
    }
    inputs.sort();
    inputs
}

#[test]
fn every_input_of_the_corpus_is_read() {
    let corpus = corpus();
    assert!(corpus.len() > 50, "found only {} inputs", corpus.len());
    let (mut read_as_events, mut refused) = (0, Vec::new());
    for (name, input) in &corpus {
        assert!(record(input).is_some(), "{name} is no record");
        match read(input) {
            0 => refused.push(name.as_str()),
            events => read_as_events += events,
        }
    }
    assert!(read_as_events > 50, "read only {read_as_events} events");
    // Those that are dropped, empty, too old, or fail on the way to the current version.
    let expected = [
        "choice.both-v1-2",
        "choice.dropped-v9-1",
        "choice.fields-v1-3",
        "evolved-v2-3",
        "evolved-v3-4",
        "evolved.from-v1-1",
    ];
    assert_eq!(refused, expected);
}

#[test]
fn no_change_of_an_input_makes_a_reader_panic() {
    let corpus = corpus();
    let mut random = Random(seed());
    let (mut tried, mut events) = (0, 0);
    for (_, input) in &corpus {
        for _ in 0..CHANGES {
            let mut changed = input.clone();
            for _ in 0..=random.below(3) {
                random.change(&mut changed, &corpus);
            }
            tried += usize::from(record(&changed).is_some());
            events += read(&changed);
        }
    }
    assert!(
        tried > corpus.len() * CHANGES / 3,
        "only {tried} are records"
    );
    assert!(
        events > corpus.len() * CHANGES / 50,
        "only {events} are events"
    );
}

/// The same in each run, unless `PERICARP_SEED` says otherwise.
fn seed() -> u64 {
    let seed = std::env::var("PERICARP_SEED").ok();
    let seed = seed.map_or(0x5eed, |seed| seed.parse().unwrap());
    println!("PERICARP_SEED={seed}");
    seed
}

/// Xorshift: what is needed is a lot of different inputs, not unpredictable ones.
struct Random(u64);

/// What a parser of JSON may stumble over.
const TOKENS: [&str; 24] = [
    "null",
    "true",
    "-0",
    "1e999",
    "0.1",
    "18446744073709551616",
    "\"\"",
    "\"\\u0000\"",
    "\\",
    "\"",
    "{}",
    "[]",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"\\ud800\"",
    "\u{feff}",
    "\u{2028}",
    " ",
    "\n",
    "\"\\n\"",
];

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A range of what comes after the first line, which names the event, as a rule.
    fn range(&mut self, input: &[u8]) -> std::ops::Range<usize> {
        let head = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let from = if self.below(20) == 0 { 0 } else { head + 1 };
        let start = from.min(input.len()) + self.below(input.len() + 1 - from.min(input.len()));
        let longest = (input.len() - start).min(8);
        start..start + self.below(longest + 1)
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[(String, Vec<u8>)]) {
        let range = self.range(input);
        match self.below(7) {
            0 => drop(input.drain(range)),
            1 => {
                let token = TOKENS[self.below(TOKENS.len())];
                input.splice(range, token.bytes());
            }
            2 => {
                let doubled = input[range.clone()].to_vec();
                input.splice(range.start..range.start, doubled);
            }
            3 => {
                let byte = self.next() as u8 & 0x7f;
                input.splice(range, [byte]);
            }
            4 => input.truncate(range.start),
            5 => {
                let (_, other) = &corpus[self.below(corpus.len())];
                let part = self.range(other);
                input.splice(range, other[part].iter().copied());
            }
            _ => {
                let deep = "[".repeat(200) + &"]".repeat(200);
                input.splice(range, deep.bytes());
            }
        }
    }
}
