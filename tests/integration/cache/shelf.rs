use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pericarp::cache::{Answering, Found, SecondLevel};

/// A second level in memory, which fails on demand.
#[derive(Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    values: HashMap<String, Vec<u8>>,
    marks: HashMap<String, String>,
    asked: u64,
    fails: bool,
    hangs: bool,
}

impl Shelf {
    pub(super) fn set_fails(&self, fails: bool) {
        self.0.lock().unwrap().fails = fails;
    }

    pub(super) fn set_hangs(&self, hangs: bool) {
        self.0.lock().unwrap().hangs = hangs;
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> u64 {
        self.0.lock().unwrap().asked
    }

    pub(super) fn values(&self) -> usize {
        self.0.lock().unwrap().values.len()
    }

    /// What another build has put there.
    pub(super) fn spoil(&self) {
        for value in self.0.lock().unwrap().values.values_mut() {
            *value = b"{\"v\":2}".to_vec();
        }
    }

    fn answer<'a, T: Send + 'a>(&self, answer: impl FnOnce(&mut State) -> T) -> Answering<'a, T> {
        let mut state = self.0.lock().unwrap();
        state.asked += 1;
        if state.hangs {
            return Box::pin(std::future::pending());
        }
        let answer = match state.fails {
            true => Err("the shelf has fallen down".into()),
            false => Ok(answer(&mut state)),
        };
        Box::pin(async { answer })
    }
}

impl SecondLevel for Shelf {
    fn get<'a>(&'a self, key: &'a str, tags: &'a [&'a str]) -> Answering<'a, Found> {
        self.answer(|state| {
            let value = state.values.get(key);
            Found {
                value: value.map(|value| (value.clone(), Duration::from_secs(50))),
                marks: tags
                    .iter()
                    .map(|tag| state.marks.get(*tag).cloned().unwrap_or_default())
                    .collect(),
            }
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], _: Duration) -> Answering<'a, ()> {
        self.answer(|state| {
            state.values.insert(key.to_owned(), value.to_vec());
        })
    }

    fn mark<'a>(&'a self, tags: &'a [String], mark: &'a str, _: Duration) -> Answering<'a, ()> {
        self.answer(|state| {
            for tag in tags {
                state.marks.insert(tag.clone(), mark.to_owned());
            }
        })
    }
}
