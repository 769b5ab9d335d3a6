//! Logs with something wrong in them: what is said about it, and what is read all the same.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::fault::Fault;
use crate::log::{Case, cases};
use crate::xes;

/// A log of three cases of two events each, one line per element; the second begins on line 12.
pub(crate) fn small_log() -> String {
    let case = |id: u32, day: u32| {
        let event = |name: &str, second: u32| {
            format!(
                "<event><string key='org:resource' value='112'/>\
                 <string key='lifecycle:transition' value='COMPLETE'/>\
                 <string key='concept:name' value='{name}'/>\n\
                 <date key='time:timestamp' value='2011-10-0{day}T10:00:0{second}.000+02:00'/></event>\n"
            )
        };
        format!(
            "<trace>\n<string key='concept:name' value='{id}'/>\n\
             <string key='AMOUNT_REQ' value='{id}0'/>\n\
             <date key='REG_DATE' value='2011-10-01T00:00:00.000+02:00'>\
             <string key='concept:name' value='nested'/></date>\n{}{}</trace>\n",
            event("A_SUBMITTED", 1),
            event("A_PARTLYSUBMITTED", 2),
        )
    };
    format!(
        "<log>\n<global scope='trace'><string key='concept:name' value='none'/></global>\n{}{}{}</log>\n",
        case(1, 1),
        case(2, 2),
        case(3, 3)
    )
}

pub(crate) fn read(log: impl Into<Vec<u8>>) -> (Vec<Case>, Vec<Fault>) {
    let (mut whole, mut faults) = (Vec::new(), Vec::new());
    match xes::open(Cursor::new(log.into())) {
        Ok(traces) => cases(traces).for_each(|case| match case {
            Ok(case) => whole.push(case),
            Err(fault) => faults.push(fault),
        }),
        Err(error) => faults.push(Fault::at(0, crate::fault::Cause::Unreadable(error))),
    }
    (whole, faults)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let written = gzip.write_all(text.as_bytes());
    written.and_then(|()| gzip.finish()).unwrap_or_default()
}

#[track_caller]
fn check(log: impl Into<Vec<u8>>, whole: &[u32], faults: &[&str]) {
    let (cases, found) = read(log);
    let ids = cases.iter().map(|case| case.id.0).collect::<Vec<_>>();
    let found = found.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (
            ids.as_slice(),
            found
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .as_slice()
        ),
        (whole, faults)
    );
}

#[test]
fn a_whole_log_is_read_plain_or_compressed() {
    check(small_log(), &[1, 2, 3], &[]);
    check(gzip(&small_log()), &[1, 2, 3], &[]);
}

#[test]
fn a_truncated_gzip_keeps_the_cases_before() {
    let mut log = gzip(&(small_log().replace("</log>", "") + &"<!-- -->".repeat(100) + "</log>"));
    log.truncate(log.len() - 12);
    let (cases, faults) = read(log);
    assert_eq!(cases.len(), 3);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].to_string().contains("cannot be read on"),
        "{}",
        faults[0]
    );
}

#[test]
fn a_truncated_log_keeps_the_cases_before() {
    let log = small_log();
    let cut = log.find("10-02T10:00:02").unwrap_or_default();
    check(
        &log[..cut],
        &[1],
        &[
            "line 19, case 2: ill-formed XML: syntax error: attribute value not closed: `'` not found before end of input",
        ],
    );
    check(
        log.replace("</log>", ""),
        &[1, 2, 3],
        &["line 31: the log ends in the middle; is the file whole?"],
    );
}

#[test]
fn broken_xml_ends_the_log_where_it_is() {
    check(
        small_log().replacen(
            "<string key='AMOUNT_REQ' value='20'/>",
            "<string key='AMOUNT_REQ' value='20'>",
            1,
        ),
        &[1],
        &[
            "line 20, case 2: ill-formed XML: ill-formed document: expected `</string>`, but `</trace>` was found",
        ],
    );
    check(
        "<html>\n</html>",
        &[],
        &["line 1: there is no <log> in it; is it XES?"],
    );
    check("", &[], &["line 1: there is no <log> in it; is it XES?"]);
}

#[test]
fn a_case_with_a_fault_is_left_out_and_the_next_is_read() {
    let log = small_log();
    let without_time = "<date key='time:timestamp' value='2011-10-02T10:00:01.000+02:00'/>";
    check(
        log.replace(without_time, ""),
        &[1, 3],
        &["line 16, case 2: an event has no time:timestamp"],
    );
    check(
        log.replace("2011-10-02T10:00:02", "yesterday"),
        &[1, 3],
        &["line 19, case 2: time:timestamp is \"yesterday.000+02:00\", not a time in RFC 3339"],
    );
    check(
        log.replacen("A_PARTLYSUBMITTED", "A_BAPTISED", 1),
        &[2, 3],
        &[
            "line 9, case 1: \"A_BAPTISED\" with lifecycle \"COMPLETE\" is not an activity of the loan process",
        ],
    );
    check(
        log.replace("value='20'", "value='much'"),
        &[1, 3],
        &["line 14, case 2: AMOUNT_REQ is \"much\", not a whole number"],
    );
    check(
        log.replace("value='3'", "value='1'"),
        &[1, 2],
        &["line 21, case 1: the case is in the log twice"],
    );
    check(
        log.replacen("A_SUBMITTED", "A_ACCEPTED", 1),
        &[2, 3],
        &["line 7, case 1: its first activity is not A_SUBMITTED"],
    );
}
