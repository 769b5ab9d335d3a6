//! Two crates of a hundred events and ten aggregates: with the derives, and with serde's alone.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pericarp_benches::Outcome;

const AGGREGATES: usize = 10;
const EVENTS_EACH: usize = 10;

/// What the types of a crate derive.
#[derive(Clone, Copy)]
pub(super) enum Derives {
    Pericarp,
    SerdeAlone,
}

/// Writes a crate into a folder of its own, and gives the folder.
pub(super) fn write(parent: &Path, derives: Derives) -> Outcome<PathBuf> {
    let name = match derives {
        Derives::Pericarp => "ours",
        Derives::SerdeAlone => "serde",
    };
    let folder = parent.join(name);
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("Cargo.toml"), manifest(derives)?)?;
    std::fs::write(folder.join("src/lib.rs"), source(derives)?)?;
    Ok(folder)
}

fn manifest(derives: Derives) -> Outcome<String> {
    let mut manifest = String::from(
        "[package]\nname = \"types\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n",
    );
    if let Derives::Pericarp = derives {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pericarp");
        let path = path.canonicalize()?;
        writeln!(
            manifest,
            "pericarp = {{ path = {path:?}, default-features = false, features = [\"derive\"] }}"
        )?;
    }
    Ok(manifest)
}

fn source(derives: Derives) -> Outcome<String> {
    let mut source = String::new();
    for aggregate in 0..AGGREGATES {
        writeln!(source, "pub mod m{aggregate} {{")?;
        if let Derives::Pericarp = derives {
            source.push_str("use pericarp::prelude::*;\n");
        }
        source.push_str("use serde::{Deserialize, Serialize};\n");
        for event in 0..EVENTS_EACH {
            write_event(&mut source, derives, aggregate, event)?;
        }
        write_aggregate(&mut source, derives, aggregate)?;
        source.push_str("}\n");
    }
    Ok(source)
}

fn write_event(
    source: &mut String,
    derives: Derives,
    aggregate: usize,
    event: usize,
) -> Outcome<()> {
    match derives {
        Derives::Pericarp => writeln!(
            source,
            "#[derive(Event, Serialize, Deserialize)]\n#[event(name = \"a{aggregate}.e{event}\")]"
        )?,
        Derives::SerdeAlone => source.push_str("#[derive(Serialize, Deserialize)]\n"),
    }
    writeln!(
        source,
        "pub struct E{event} {{ pub cents: i64, pub note: String, pub by: Option<String>, pub tags: Vec<u32> }}"
    )?;
    Ok(())
}

/// The state, and what an event does to it: a trait's method for Pericarp, else a method.
fn write_aggregate(source: &mut String, derives: Derives, aggregate: usize) -> Outcome<()> {
    if let Derives::Pericarp = derives {
        let events: Vec<_> = (0..EVENTS_EACH).map(|event| format!("E{event}")).collect();
        writeln!(
            source,
            "#[derive(Aggregate, Default)]\n#[aggregate(category = \"a{aggregate}\", id = u64, events({}))]",
            events.join(", ")
        )?;
    } else {
        source.push_str("#[derive(Default)]\n");
    }
    source.push_str("pub struct State { pub cents: i64, pub note: String }\n");
    let body = "self.cents += e.cents; self.note = e.note; }";
    for event in 0..EVENTS_EACH {
        match derives {
            Derives::Pericarp => writeln!(
                source,
                "impl Apply<E{event}> for State {{ fn apply(&mut self, e: E{event}, _: &Meta<'_>) {{ {body} }}"
            )?,
            Derives::SerdeAlone => writeln!(
                source,
                "impl State {{ pub fn apply_{event}(&mut self, e: E{event}) {{ {body} }}"
            )?,
        }
    }
    Ok(())
}
