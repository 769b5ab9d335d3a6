//! What a lock file remembers of what was stored once.

use pericarp::schema::{Checked, Mode};

use super::lock::{Lock, schema};

/// Blesses `before`, then `after`, and says what the file has then.
#[track_caller]
fn after(before: &str, after: &str, expected: &str) -> Lock {
    let lock = Lock::new(before);
    lock.check(after, Mode::Bless).unwrap();
    assert_eq!(lock.text(), schema(expected).to_string());
    assert_eq!(lock.check(after, Mode::Locked).unwrap(), Checked::Unchanged);
    lock
}

#[track_caller]
fn fails(lock: &Lock, events: &str, words: &[&str]) {
    let error = lock.check(events, Mode::Record).unwrap_err();
    let report = error.to_string();
    assert_eq!(error.code(), "schema.breaking", "{report}");
    for word in words {
        assert!(report.contains(word), "no `{word}` in: {report}");
    }
}

/// Its name is taken: what is stored under it would be read as the new one.
#[test]
fn an_event_that_was_removed() {
    let lock = after(
        "event a.b v1 struct\n  n: u8\nevent c.d v1 unit\n",
        "event c.d v1 unit\n",
        "was event a.b v1 struct\n  n: u8\nevent c.d v1 unit\n",
    );
    let reused = "event a.b v1 struct\n  text: String\nevent c.d v1 unit\n";
    fails(&lock, reused, &["a.b v1", "+ text: String"]);

    let again = "event a.b v1 struct\n  n: u16\nevent c.d v1 unit\n";
    let Ok(Checked::Written(difference)) = lock.check(again, Mode::Record) else {
        panic!("it is as it was, or wider");
    };
    assert!(
        difference.to_string().contains("is read again"),
        "{difference}"
    );
    assert_eq!(lock.text(), schema(again).to_string());
}

#[test]
fn a_version_that_nothing_reads() {
    let lock = after(
        "event a.b v1 struct\n  n: u8\n",
        "event a.b v3 unit\n",
        "was event a.b v1 struct\n  n: u8\nevent a.b v3 unit\n",
    );
    fails(
        &lock,
        "event a.b v1 struct\n  n: i8\nevent a.b v3 unit reads(v1, v2)\n",
        &["a.b v1", "~ n: u8 -> i8"],
    );
    let translated = "event a.b v1 struct\n  n: u8\nevent a.b v3 unit reads(v1, v2)\n";
    lock.check(translated, Mode::Record).unwrap();
    assert_eq!(lock.text(), schema(translated).to_string());
}

#[test]
fn a_variant_that_was_removed() {
    let types = |variants: &str| {
        format!(
            "event a.b v1 struct\n  k: K\n  type K enum tag(\"t\")\n{variants}    Other unit other\n"
        )
    };
    let lock = after(
        &types("    Card struct\n      n: N\n").replace("  type K", "  type N = u8\n  type K"),
        &types(""),
        &format!("{}    was Card struct\n      n: opaque(\"N\")\n", types("")),
    );
    fails(
        &lock,
        &types("    Card struct\n      n: String\n"),
        &[
            "+ k.Card",
            "stored with `Card` as it was",
            "a name that none has had",
        ],
    );
    let other = types("    Cheque struct alias(\"Card\")\n      m: u8\n");
    fails(&lock, &other, &["+ k.Cheque", "as it was"]);
    // What stands for all unknown reads it still.
    fails(
        &lock,
        &types("").replace(" other", ""),
        &["~ k.Other", "keep `#[serde(other)]`"],
    );
}

/// A nested type went by another name, and what it had had was forgotten with the old one.
#[test]
fn a_field_of_a_nested_type_that_is_renamed_after() {
    let p = |name: &str, fields: &str| {
        format!("event a.b v1 struct\n  p: {name}\n  type {name} struct\n    n: u8\n{fields}")
    };
    let lock = after(
        &p("P", "    zip: u8\n"),
        &p("P", ""),
        &p("P", "    was zip: u8\n"),
    );
    lock.check(&p("Place", ""), Mode::Record).unwrap();
    assert_eq!(
        lock.text(),
        schema(&p("Place", "    was zip: u8\n")).to_string()
    );
    let again = p("Place", "    zip: Option<String>\n");
    fails(&lock, &again, &["+ p.zip", "stored when `zip` was u8"]);
}

#[test]
fn the_fields_of_an_event_that_has_none() {
    let lock = after(
        "event a.b v1 struct\n  n: u8\n",
        "event a.b v1 unit\n",
        "event a.b v1 struct\n  was n: u8\n",
    );
    let again = "event a.b v1 struct\n  n: Option<String>\n";
    fails(&lock, again, &["+ n", "stored when `n` was u8"]);
}

#[test]
fn a_removed_field_whose_name_is_read_again_in_another_way() {
    let lock = after(
        "event a.b v1 struct\n  n: u8\n  m: u8\n",
        "event a.b v1 struct\n  n: u8\n",
        "event a.b v1 struct\n  n: u8\n  was m: u8\n",
    );
    // An event may have both.
    let alias = "event a.b v1 struct\n  n: u8 alias(\"m\")\n";
    fails(&lock, alias, &["~ n", "twice"]);
    let rest = "event a.b v1 struct\n  n: u8\n  rest: Map<String, String> flatten\n";
    fails(&lock, rest, &["+ rest", "stored when `m` was u8"]);
    let wider = "event a.b v1 struct\n  n: u8\n  rest: Map<String, u16> flatten\n";
    assert!(lock.check(wider, Mode::Record).is_ok());
}
