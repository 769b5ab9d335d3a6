use std::fmt::{Debug, Write as _};
use std::marker::PhantomData;

use uuid::Uuid;

use crate::fold::Fold;
use crate::{
    Aggregate, Command, Context, DecideError, Event, EventKind, Metadata, Position, RecordedEvent,
    Root, StreamName, Timestamp, Version, WrongExistence, decide,
};

/// Given events, when a command, then events: tests of an aggregate without a store or a runtime.
///
/// Events are compared by name, version and bytes, so they need no `PartialEq`; what is given
/// goes through the same decoding as what a store holds, and the state that comes of it through a
/// snapshot, if the aggregate has any.
///
/// ```
/// use pericarp::prelude::*;
/// use pericarp::testing::Given;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "counter.added")]
/// # struct Added { n: u64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(category = "counter", id = String, events(Added))]
/// # struct Counter { total: u64 }
/// # impl Apply<Added> for Counter { fn apply(&mut self, e: Added, _: &Meta<'_>) { self.total += e.n } }
/// # #[derive(Command)]
/// # #[command(aggregate = Counter, returns = u64)]
/// # struct Add { #[command(id)] counter: String, n: u64 }
/// # impl Handle<Add> for Counter {
/// #     fn handle(counter: &mut Root<Self>, add: &Add) -> Result<u64, std::convert::Infallible> {
/// #         counter.emit(Added { n: add.n });
/// #         Ok(counter.total)
/// #     }
/// # }
///
/// Counter::given((Added { n: 1 }, Added { n: 2 }))
///     .when(Add { counter: "visits".into(), n: 3 })
///     .then(Added { n: 3 })
///     .returning(6);
/// ```
pub trait Given: Aggregate {
    /// Starts from what has happened: `()`, one event, or a tuple, vector or array of such rows,
    /// so that histories can be built from shorter ones. A tuple takes up to twelve. An event
    /// may be one that an older build has [`Stored`](super::Stored).
    ///
    /// # Panics
    /// If an event cannot be serialised.
    #[track_caller]
    fn given(history: impl Events) -> Scenario<Self> {
        Scenario {
            history: history.encoded(),
            context: Context::new(Timestamp::EPOCH),
            aggregate: PhantomData,
        }
    }
}

impl<A: Aggregate> Given for A {}

/// What has happened before the command.
#[must_use = "say what happens next with `when`"]
pub struct Scenario<A> {
    history: Vec<Encoded>,
    context: Context,
    aggregate: PhantomData<fn() -> A>,
}

/// What came of the command.
pub struct Then<C: Command> {
    result: Result<C::Returns, DecideError<<C::Aggregate as Aggregate>::Error>>,
    root: Option<Root<C::Aggregate>>,
    emitted: Vec<Encoded>,
}

impl<A: Aggregate> Scenario<A> {
    /// The command comes at this time; otherwise it comes at `Timestamp::EPOCH`.
    pub fn at(mut self, time: Timestamp) -> Self {
        self.context = Context::new(time);
        self
    }

    /// The command comes with this metadata. Say [`Scenario::at`] before it.
    pub fn with(mut self, metadata: &Metadata) -> Self {
        self.context = self.context.with_metadata(metadata);
        self
    }

    /// Hands the command to the aggregate.
    ///
    /// # Panics
    /// If the history cannot be replayed.
    #[track_caller]
    #[must_use = "say what is expected, with `then`, `then_nothing` or `then_error`"]
    pub fn when<C: Command<Aggregate = A>>(self, command: C) -> Then<C> {
        let mut root = self.replay(command.id());
        let result = decide(&mut root, &command, &self.context);
        if let Some(fault) = root.as_ref().and_then(|root| Root::pending(root).fault())
            && result.is_ok()
        {
            fail(&chain(&fault));
        }
        let emitted = root.as_ref().map(emitted).unwrap_or_default();
        Then {
            result,
            root,
            emitted,
        }
    }

    #[track_caller]
    fn replay(&self, id: &A::Id) -> Option<Root<A>> {
        let stream = match StreamName::new(A::CATEGORY, id) {
            Ok(stream) => stream,
            Err(error) => fail(&format!("the command's id: {error}")),
        };
        let mut fold = Fold::default();
        for (event, number) in self.history.iter().zip(1..) {
            if let Err(error) = fold.replay(&event.record(stream.as_str(), number)) {
                fail(&format!("given event {number}: {}", chain(&error)));
            }
        }
        match fold.into_root(id) {
            Ok(root) => root.map(through_snapshot),
            Err(error) => fail(&chain(&error)),
        }
    }
}

/// The aggregate as it comes out of a snapshot, if snapshots of it are taken: so each test is one
/// of what is in them, too.
#[track_caller]
fn through_snapshot<A: Aggregate>(root: Root<A>) -> Root<A> {
    let Some(snapshots) = A::SNAPSHOTS else {
        return root;
    };
    let restored = snapshots
        .write(&root, Root::skipped(&root))
        .and_then(|json| snapshots.read(&json));
    match restored {
        Ok((state, skipped)) => {
            let (id, version) = (Root::id(&root).clone(), Root::version(&root));
            let mut root = Root::new(id, state, version);
            Root::set_skipped(&mut root, skipped);
            root
        }
        Err(error) => fail(&format!(
            "the state does not go through a snapshot and back: {}",
            chain(&error)
        )),
    }
}

impl<C: Command> Then<C> {
    /// The command was accepted and emitted exactly these events.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn then(self, expected: impl Events) -> Self {
        let expected = expected.encoded();
        self.assert_accepted();
        if self.emitted != expected {
            let (expected, emitted) = (list(&expected), list(&self.emitted));
            fail(&format!(
                "expected events:\n{expected}emitted events:\n{emitted}"
            ));
        }
        self
    }

    /// The command was accepted and emitted nothing.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn then_nothing(self) -> Self {
        self.then(())
    }

    /// The command was answered with `expected`.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn returning(self, expected: C::Returns) -> Self
    where
        C::Returns: PartialEq + Debug,
    {
        self.assert_accepted();
        if let Ok(answer) = &self.result
            && *answer != expected
        {
            fail(&format!("expected the answer {expected:?}, got {answer:?}"));
        }
        self
    }

    /// The aggregate refused the command with `expected`.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn then_error(self, expected: <C::Aggregate as Aggregate>::Error)
    where
        <C::Aggregate as Aggregate>::Error: PartialEq,
    {
        self.then_refused(|error| *error == expected);
    }

    /// The aggregate refused the command with an error that `is_expected`.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn then_refused(
        self,
        is_expected: impl FnOnce(&<C::Aggregate as Aggregate>::Error) -> bool,
    ) {
        match &self.result {
            Err(DecideError::Refused(error)) if is_expected(error) => {}
            Err(DecideError::Refused(error)) => {
                fail(&format!("refused with another error: {error}"))
            }
            Err(error) => fail(&format!("not refused by the aggregate, but: {error}")),
            Ok(_) => fail(&format!(
                "not refused; emitted events:\n{}",
                list(&self.emitted)
            )),
        }
    }

    /// The command needs another existence than the aggregate has.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn then_existence(self, expected: WrongExistence) {
        match &self.result {
            Err(DecideError::Existence { wrong, .. }) if *wrong == expected => {}
            Err(error) => fail(&format!("expected: {expected}; got: {error}")),
            Ok(_) => fail(&format!("expected: {expected}; the command was accepted")),
        }
    }

    /// The state afterwards passes `check`.
    ///
    /// # Panics
    /// If there is no aggregate, or `check` does.
    #[track_caller]
    pub fn and_state(self, check: impl FnOnce(&C::Aggregate)) -> Self {
        match &self.root {
            Some(root) => check(root),
            None => fail("there is no aggregate"),
        }
        self
    }

    #[track_caller]
    fn assert_accepted(&self) {
        match &self.result {
            Ok(_) => {}
            Err(DecideError::Refused(error)) => fail(&format!("the command was refused: {error}")),
            Err(error) => fail(&error.to_string()),
        }
    }
}

/// Events of any types in a row: `()`, one event, or a tuple, vector or array of such rows.
#[diagnostic::on_unimplemented(
    message = "give events: `{Self}` is none, nor a tuple, vector or array of them",
    note = "write `#[derive(Event, Serialize, Deserialize)] #[event(name = \"noun.verbed\")]`"
)]
pub trait Events {
    #[doc(hidden)]
    fn encoded(self) -> Vec<Encoded>;
}

impl Events for () {
    fn encoded(self) -> Vec<Encoded> {
        Vec::new()
    }
}

impl<E: Events> Events for Vec<E> {
    #[track_caller]
    fn encoded(self) -> Vec<Encoded> {
        self.into_iter().flat_map(E::encoded).collect()
    }
}

impl<E: Events, const N: usize> Events for [E; N] {
    #[track_caller]
    fn encoded(self) -> Vec<Encoded> {
        self.into_iter().flat_map(E::encoded).collect()
    }
}

impl<E: Event> Events for E {
    #[track_caller]
    fn encoded(self) -> Vec<Encoded> {
        vec![Encoded::new(&self)]
    }
}

macro_rules! tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Events, $($rest: Events),*> Events for ($first, $($rest,)*) {
            #[track_caller]
            fn encoded(self) -> Vec<Encoded> {
                #[expect(non_snake_case, reason = "the variables are named as their types")]
                let ($first, $($rest,)*) = self;
                let mut all = Vec::new();
                all.extend($first.encoded());
                $(all.extend($rest.encoded());)*
                all
            }
        }
        tuples!($($rest)*);
    };
    () => {};
}

tuples!(A B C D E F G H I J K L);

/// An event by what would be stored of it.
#[doc(hidden)]
#[derive(PartialEq)]
pub struct Encoded {
    kind: EventKind,
    data: String,
}

impl Encoded {
    #[track_caller]
    fn new<E: Event>(event: &E) -> Self {
        let mut data = Vec::new();
        if let Err(error) = event.encode(&mut data) {
            fail(&error.to_string());
        }
        Self {
            kind: *event.kind(),
            data: String::from_utf8_lossy(&data).into_owned(),
        }
    }

    pub(super) const fn stored(kind: EventKind, data: String) -> Self {
        Self { kind, data }
    }

    fn record<'r>(&'r self, stream: &'r str, number: u64) -> RecordedEvent<'r> {
        RecordedEvent {
            id: Uuid::nil(),
            event_type: self.kind.name,
            schema_version: self.kind.version,
            stream,
            version: Version::new(number),
            position: Position::new(number),
            ordinal: 0,
            occurred_at: Timestamp::EPOCH,
            recorded_at: Timestamp::EPOCH,
            data: &self.data,
            metadata: "{}",
        }
    }
}

fn emitted<A: Aggregate>(root: &Root<A>) -> Vec<Encoded> {
    Root::pending(root)
        .iter()
        .map(|(event, data)| Encoded {
            kind: *event.kind,
            data: String::from_utf8_lossy(data).into_owned(),
        })
        .collect()
}

fn list(events: &[Encoded]) -> String {
    if events.is_empty() {
        return "  (none)\n".into();
    }
    events.iter().fold(String::new(), |mut list, event| {
        let (name, version) = (event.kind.name, event.kind.version);
        // Writing to a string does not fail.
        let _ = writeln!(list, "  {name} v{version} {}", event.data);
        list
    })
}

/// An error and its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// A test that does not hold ends here, at the place of the test.
#[track_caller]
#[expect(clippy::panic, reason = "a test kit reports by panicking")]
fn fail(what: &str) -> ! {
    panic!("{what}")
}
