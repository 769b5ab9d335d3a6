use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use uuid::Uuid;

use super::Snapshots;
use crate::schema::{Body, Described, Entry, EventShape, Schema, Seen, Type};
use crate::{Aggregate, EventKind, Policy};

/// See [`Snapshots::fingerprint`].
pub(super) fn fingerprint<A: Aggregate>(snapshots: &Snapshots<A>) -> Uuid {
    static KNOWN: RwLock<Option<HashMap<TypeId, Uuid>>> = RwLock::new(None);
    let of = TypeId::of::<A>();
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(fingerprint) = known.as_ref().and_then(|known| known.get(&of)) {
        return *fingerprint;
    }
    drop(known);
    let fingerprint = Uuid::new_v5(&NAMESPACE, text(snapshots).as_bytes());
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().insert(of, fingerprint);
    fingerprint
}

/// The namespace of fingerprints; a random one.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d0c_3b5e_6f4a_4c0e_9a57_2d1f_74c2_e3b1);

fn text<A: Aggregate>(snapshots: &Snapshots<A>) -> String {
    let skips = |policy| policy == Policy::Skip;
    format!(
        "{} v{} unknown {} newer {}\n{}\n{}",
        A::CATEGORY,
        snapshots.version(),
        skips(A::UNKNOWN),
        skips(A::NEWER),
        state(snapshots.shape),
        (snapshots.events)(),
    )
}

/// The events of an aggregate, as the schema lock has them.
pub(super) fn events<A: Described>() -> String {
    Schema::collect("", &[A::SHAPES]).to_string()
}

/// The state, and the types in it.
fn state(shape: fn() -> Seen) -> String {
    let body = Body::Newtype(Type::new("", shape));
    let state = EventShape::new(EventKind::new("state", 1, &[]), body);
    Schema::collect("", &[&[Entry::Event(state)]]).to_string()
}
