#![deny(warnings)]

use std::borrow::Cow;

use pericarp::{Event, RecordedEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct NotedV1<T>(T);

#[derive(Deserialize)]
pub struct NotedV2<'a, T> {
    #[serde(borrow)]
    by: Cow<'a, str>,
    note: T,
}

#[derive(Event, Serialize, Deserialize)]
#[event(
    name = "account.noted",
    version = 3,
    alias("account.remarked"),
    upcast(2 => NotedV2<'_, T>, 1 => NotedV1<T>),
    split_from("account.changed", 4 => NotedV1<T>, 5 => NotedV2<'a, T>),
    split_from("account.edited", 1 => NotedV1<T>)
)]
pub struct Noted<'a, T> {
    #[serde(borrow)]
    pub by: Cow<'a, str>,
    pub note: T,
}

impl<'a, T> From<NotedV1<T>> for NotedV2<'a, T> {
    fn from(old: NotedV1<T>) -> Self {
        NotedV2 { by: "".into(), note: old.0 }
    }
}

impl<'a, T> From<NotedV2<'a, T>> for Noted<'a, T> {
    fn from(old: NotedV2<'a, T>) -> Self {
        Noted { by: old.by, note: old.note }
    }
}

impl<'a, T> From<NotedV2<'a, T>> for Option<Noted<'a, T>> {
    fn from(old: NotedV2<'a, T>) -> Self {
        Some(old.into())
    }
}

impl<'a, T> TryFrom<NotedV1<T>> for Option<Noted<'a, T>> {
    type Error = std::fmt::Error;

    fn try_from(old: NotedV1<T>) -> Result<Self, std::fmt::Error> {
        Ok(Some(NotedV2::from(old).into()))
    }
}

#[derive(Deserialize)]
pub struct ClosedV1 {}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.closed", version = 2, upcast(1 => ClosedV1))]
pub struct Closed;

impl From<ClosedV1> for Closed {
    fn from(_: ClosedV1) -> Self {
        Closed
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(dropped("door.squeaked"))]
pub enum DoorEvent<'a> {
    #[event(name = "door.opened", version = 2, upcast(1 => ClosedV1))]
    Opened,
    #[event(name = "door.closed", split_from("door.moved", 1 => ClosedV1))]
    Closed,
    #[event(unknown, newer)]
    #[serde(skip)]
    Other(RecordedEvent<'a>),
}

impl From<ClosedV1> for DoorEvent<'_> {
    fn from(_: ClosedV1) -> Self {
        DoorEvent::Opened
    }
}

impl From<ClosedV1> for Vec<DoorEvent<'_>> {
    fn from(_: ClosedV1) -> Self {
        vec![DoorEvent::Closed, DoorEvent::Opened]
    }
}

fn main() {
    assert_eq!(Noted::<u8>::KINDS[0].splits.len(), 2);
    let _ = (Closed::KINDS, DoorEvent::KINDS);
}
