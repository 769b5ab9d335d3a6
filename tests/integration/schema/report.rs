//! What a reader of a difference sees.

use pericarp::schema::Schema;

#[track_caller]
fn check(before: &str, after: &str, expected: &str) {
    let schema = |events: &str| Schema::parse(&format!("lock 1\n{events}")).unwrap();
    let report = schema(before).difference(&schema(after)).to_string();
    assert!(report == expected, "{report}");
}

#[test]
fn without_a_change_there_is_nothing_to_report() {
    check(
        "event a.b v1 unit",
        "event a.b v1 unit",
        "no event has changed\n",
    );
}

#[test]
fn the_verdict_comes_first_then_event_by_event_the_changes_and_the_way_out() {
    check(
        r#"
event account.closed v1 unit
event account.deposited v1 struct
  cents: u64
  note: Option<String> default
  at: opaque("OffsetDateTime with time::serde::rfc3339")
  by: Person
  kind: Kind
  type Person struct
    name: String alias("full_name")
    born-in: [u8; 2]
    place: Place
  type Place = String
  type Kind enum tag("kind")
    cash unit
    by_card struct
      last4: Option<String>
event account.opened v1 struct
  owner: String
"#,
        r#"
event account.deposited v1 struct
  cents: u32
  note: Option<String> default
  at: opaque("OffsetDateTime with time::serde::rfc3339")
  by: Person
  kind: Kind
  currency: String
  type Person struct
    name: String
    born-in: [u8; 2]
    place: Place
  type Place = String
  type Kind enum tag("kind")
    cash unit
    by_card struct
      last4: Option<String>
event account.opened v1 struct
  owner: String
  branch: Option<String>
event account.renamed v1 = String
"#,
        r#"events that are stored could not be read any more
4 breaking, 0 to note, 2 compatible

account.closed v1
  - event  [breaking]
      an aggregate that has stored one cannot be loaded (event.unknown_type)
      keep the event in the list of its aggregate; it need not be emitted any more

account.deposited v1
  ~ cents: u64 -> u32  [breaking]
      a stored number beyond the new type cannot be read
  ~ by.name: String alias("full_name") -> String  [breaking]
      an event that was stored with `full_name` cannot be read
      keep `#[serde(alias = "full_name")]` on `name`
  + currency: String  [breaking]
      a stored event does not have it, so it cannot be read
      add `#[serde(default)]`, or make it an `Option`
    or translate what is stored:
      #[event(name = "account.deposited", version = 2, upcast(1 => DepositedV1))]

      #[derive(serde::Deserialize, pericarp::Shape)]
      struct DepositedV1 {
          cents: u64,
          #[serde(default)]
          note: Option<String>,
          #[serde(with = "time::serde::rfc3339")]
          at: OffsetDateTime,
          by: PersonV1,
          kind: Kind,
      }

      #[derive(serde::Deserialize, pericarp::Shape)]
      struct PersonV1 {
          #[serde(alias = "full_name")]
          name: String,
          #[serde(rename = "born-in")]
          born_in: [u8; 2],
          place: Place,
      }

      impl From<DepositedV1> for Deposited { .. }  // of a variant: for its enum

account.opened v1
  + branch: Option<String>  [compatible]
      a stored event, which does not have it, is read as `None`

account.renamed v1
  + event  [compatible]

If no such event is stored anywhere, accept it: PERICARP_BLESS=1 cargo test
"#,
    );
}

#[test]
fn what_is_to_note_says_so() {
    check(
        "event a.b v1 struct\n  note: String\n",
        "event a.b v1 struct\n",
        "\
every stored event can be read; there is something to know
0 breaking, 1 to note, 0 compatible

a.b v1
  - note: String  [note]
      what is stored in it is passed over from now on: no reader sees it any more

If that is meant, accept it: PERICARP_BLESS=1 cargo test
",
    );
}

#[test]
fn what_is_compatible_says_how_to_record_it() {
    check(
        "event a.b v1 struct\n  n: u8\n",
        "event a.b v1 struct\n  n: u16\n",
        "\
every stored event can be read; the lock file is behind
0 breaking, 0 to note, 1 compatible

a.b v1
  ~ n: u8 -> u16  [compatible]

Run the tests on your machine, which records it, and commit the lock file.
",
    );
}

#[test]
fn a_raised_version_without_a_translation_shows_what_was_stored() {
    check(
        "event \"shop:item-sold\" v1 enum tag(\"type\")\n  \"by card\" struct alias(\"card\")\n    Type: u8\n  other_one unit other\n",
        "event \"shop:item-sold\" v3 = String alias(\"sold\")\n",
        "\
events that are stored could not be read any more
1 breaking, 0 to note, 1 compatible

shop:item-sold v3
  ~ version 1 -> version 3  [breaking]
      events that are stored in version 1 cannot be read (event.unknown_version)
  + version  [compatible]
    or translate what is stored:
      #[event(name = \"shop:item-sold\", version = 3, alias(\"sold\"), upcast(1 => ItemSoldV1))]

      #[derive(serde::Deserialize, pericarp::Shape)]
      #[serde(tag = \"type\")]
      enum ItemSoldV1 {
          #[serde(rename = \"by card\", alias = \"card\")]
          ByCard {
              #[serde(rename = \"Type\")]
              r#type: u8,
          },
          #[serde(rename = \"other_one\", other)]
          OtherOne,
      }

      impl From<ItemSoldV1> for ItemSold { .. }  // of a variant: for its enum

If no such event is stored anywhere, accept it: PERICARP_BLESS=1 cargo test
",
    );
}
