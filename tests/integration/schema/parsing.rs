//! What a lock file may hold, and what is said of one that is spoilt.

use pericarp::schema::{LockSyntax, Schema};

#[track_caller]
fn check(text: &str, line: usize, expected: &str) {
    let error = Schema::parse(text).unwrap_err();
    assert_eq!(
        (error.line, error.syntax.to_string().as_str()),
        (line, expected)
    );
    assert_eq!(error.code(), "schema.parse");
}

#[test]
fn an_error_names_the_line_and_what_is_wrong_with_it() {
    let event = |rest: &str| format!("# comment\nlock 1\n\nevent a.b v1 struct\n{rest}");
    check(
        "",
        1,
        "the first line that is no comment should be `lock 1`",
    );
    check(
        "event a v1 unit",
        1,
        "the first line that is no comment should be `lock 1`",
    );
    check(
        "lock 2",
        1,
        "this is a lock file of form 2, and this build reads form 1; update pericarp",
    );
    check(
        "lock 1\nevent",
        2,
        "expected a name, found the end of the line",
    );
    check(
        "lock 1\nevent a.b",
        2,
        "expected a word, found the end of the line",
    );
    check(
        "lock 1\nevent a.b 1 unit",
        2,
        "`1` is not a number that can stand here",
    );
    check(
        "lock 1\nevent a.b v0 unit",
        2,
        "`v0` is not a number that can stand here",
    );
    check("lock 1\nevent a.b v1 what", 2, "`what` has no meaning here");
    check(
        "lock 1\nevent a.b v1 unit tag(\"t\")",
        2,
        "`tag` has no meaning here",
    );
    check(
        "lock 1\nevents a.b v1 unit",
        2,
        "`events` has no meaning here",
    );
    check(
        "lock 1\n  cents: u8",
        2,
        "indented by 2 spaces, where 0 at most make sense",
    );
    check("lock 1\nwas what", 2, "`what` has no meaning here");
    check("lock 1\naggregate a\naggregate a", 3, "`a` is there twice");
    check(
        "lock 1\nevent a.b v1 struct\naggregate a\n    a.b",
        4,
        "indented by 4 spaces, where 2 at most make sense",
    );
    check("lock 1\naggregate a\n  a.b c", 3, "`c` has no meaning here");
    check(
        &event("    cents: u8"),
        5,
        "indented by 4 spaces, where 2 at most make sense",
    );
    check(&event("  cents u8"), 5, "expected `:`, found `u8`");
    check(
        &event("  cents: Vec<u8"),
        5,
        "expected `>`, found the end of the line",
    );
    check(
        &event("  cents: Money"),
        5,
        "the event does not say what `Money` is",
    );
    check(
        &event("  cents: [u8; x]"),
        5,
        "`x` is not a number that can stand here",
    );
    check(
        &event("  cents: u8 defualt"),
        5,
        "`defualt` has no meaning here",
    );
    check(&event("  \"cents: u8"), 5, "a quotation mark is not closed");
    check(
        &event("  \"\\x\": u8"),
        5,
        "a backslash stands before `\"`, `\\` or `u{..}`",
    );
    check(
        &event("<<<<<<< HEAD"),
        5,
        "a merge is not finished here; take either side, then run `PERICARP_BLESS=1 cargo test`",
    );
    check(&event("event a.b v1 unit"), 5, "`a.b v1` is there twice");
    check(
        &event("  type A unit\n  type A unit"),
        6,
        "`A` is there twice",
    );
    check(
        &event(&format!("  a: {}u8", "Vec<".repeat(100))),
        5,
        "types nest too deep",
    );
}

#[test]
fn an_unknown_type_is_reported_where_its_event_ends() {
    let text = "lock 1\nevent a v1 = B\n\nevent c v1 unit\n";
    let error = Schema::parse(text).unwrap_err();
    assert_eq!(error.line, 4);
    assert_eq!(error.syntax, LockSyntax::UnknownType { name: "B".into() });
}

#[test]
fn every_word_is_read_back_as_it_was_written() {
    let text = r#"aggregate "odd box"
  "a:b"
  plain.name

was event "a:b" v2 unit

event "a:b" v3 struct deny_unknown_fields alias("b", "c d") reads(v1, v2) split_from("e f", v1) split_from("g", v2, v3) unseen
  type: u8
  was: u8
  was gone: Option<opaque("X<'a, \"b\">")>
  "odd \u{a} \\ name": (u8,) reads("in") alias("x") default("f") skip_serializing_if("g") flatten
  empty: () default skip_serializing
  map: Map<String, [Set<T>; 2]> skip_deserializing
  type T enum tag("t") content("c")
    unit unit alias("a") other
    "was" unit
    was unit struct
      a: u8
    tuple tuple
      0: u8 default
      1: (u8, u8)
    = struct
  type E enum untagged
    new = T reads("x") skip_serializing
    s struct deny_unknown_fields untagged
      type: u8
  type N = Option<u8> transparent try_from
"#
    .replace("    = struct\n", "");
    let schema = Schema::parse(&format!("lock 1\n{text}")).unwrap();
    let (_, written) = {
        schema
            .to_string()
            .split_once("lock 1\n\n")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap()
    };
    assert_eq!(written, text);
    // As git leaves it on Windows.
    let crlf = format!("lock 1\n{text}").replace('\n', "\r\n");
    assert_eq!(Schema::parse(&crlf).unwrap(), schema);
}

/// However a file is spoilt, it is read or refused.
#[test]
fn no_spoilt_file_makes_the_parser_panic() {
    let text = "lock 1\naggregate a\n  a.b\nwas event a.b v2 unit split_from(\"c\", v1)\nevent a.b v1 struct alias(\"b\")\n  a: Map<String, [Set<T>; 2]> default\n  type T enum tag(\"t\")\n    A struct\n      \"b\\u{7f}\": (u8, u8)\n";
    assert!(Schema::parse(text).is_ok());
    let mut refused = 0;
    for (place, _) in text.char_indices() {
        for other in ["", " ", "\n", "\"", "(", ">", "0", "é"] {
            let spoilt = format!("{}{other}{}", &text[..place], &text[place + 1..]);
            refused += usize::from(Schema::parse(&spoilt).is_err());
        }
        refused += usize::from(Schema::parse(&text[..place]).is_err());
    }
    assert!(refused > 500, "only {refused} were refused");
}
