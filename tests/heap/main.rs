//! A heap profile as the book takes it. One test alone: the allocator notes what all threads do.
#![expect(clippy::unwrap_used, reason = "a failing test says where")]

use std::convert::Infallible;
use std::path::Path;

use pericarp::Pericarp;
use pericarp::prelude::*;
use pericarp::store::MemoryStore;
use serde::{Deserialize, Serialize};

// ANCHOR: allocator
#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;
// ANCHOR_END: allocator

#[derive(Event, Serialize, Deserialize)]
#[event(name = "note.written")]
struct Written {
    text: String,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "note", id = u64, events(Written))]
struct Notes {
    kept: Vec<String>,
}

impl Apply<Written> for Notes {
    fn apply(&mut self, event: Written, _: &Meta<'_>) {
        self.kept.push(keeps_too_much(&event.text));
    }
}

/// What the profile is to find.
#[inline(never)]
fn keeps_too_much(text: &str) -> String {
    text.repeat(1_000)
}

#[derive(Command)]
#[command(aggregate = Notes)]
struct Write(#[command(id)] u64);

impl Handle<Write> for Notes {
    fn handle(notes: &mut Root<Self>, _: &Write) -> Result<(), Infallible> {
        notes.emit(Written {
            text: "a note of some length".into(),
        });
        Ok(())
    }
}

async fn work(app: &Pericarp<MemoryStore>) {
    for note in 0..100 {
        app.execute(Write(note)).await.unwrap();
    }
}

async fn profile(app: &Pericarp<MemoryStore>, path: &Path) {
    // ANCHOR: profile
    let profiler = dhat::Profiler::builder().file_name(path).build();
    work(app).await;
    drop(profiler); // writes the file
    // ANCHOR_END: profile
}

#[tokio::test]
async fn a_heap_profile_names_who_allocates_most() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heap.json");
    profile(&Pericarp::new(MemoryStore::new()), &path).await;
    let text = std::fs::read_to_string(path).unwrap();
    let found: serde_json::Value = serde_json::from_str(&text).unwrap();
    let points = found["pps"].as_array().unwrap();
    let bytes = |point: &serde_json::Value| point["tb"].as_u64().unwrap();
    let most = points.iter().max_by_key(|point| bytes(point)).unwrap();
    assert!(bytes(most) >= 100 * 21_000, "{most}");
    let mut frames = most["fs"].as_array().unwrap().iter();
    let names = |frame: &serde_json::Value| {
        let frame = frame.as_u64().unwrap() as usize;
        found["ftbl"][frame].as_str().unwrap().to_owned()
    };
    let finds = frames.any(|frame| names(frame).contains("keeps_too_much"));
    assert!(finds, "{most}");
}
