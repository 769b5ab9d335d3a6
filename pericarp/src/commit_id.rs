use std::fmt;

use uuid::Uuid;

/// The id of a commit, which is the id of its first event.
///
/// Appending a commit whose id is already in the log returns the first answer and stores
/// nothing, so a commit can be retried after an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(Uuid);

impl CommitId {
    /// Takes an id, such as the idempotency key of a request.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id that a text stands for, such as the idempotency key of a request: the same text
    /// always gives the same id (a version 5 UUID, RFC 9562).
    ///
    /// ```
    /// use pericarp::CommitId;
    ///
    /// assert_eq!(CommitId::of_key("order 7"), CommitId::of_key("order 7"));
    /// assert_ne!(CommitId::of_key("order 7"), CommitId::of_key("order 8"));
    /// ```
    pub fn of_key(key: &str) -> Self {
        Self(Uuid::new_v5(&KEYS, key.as_bytes()))
    }

    /// The id.
    pub const fn get(self) -> Uuid {
        self.0
    }

    /// The id of the commit's event at `ordinal`, unless the event brings its own.
    ///
    /// The first is the commit's; the others differ from it in their lower 62 bits, so that
    /// they stay beside it in an index ordered by id.
    ///
    /// ```
    /// use pericarp::{CommitId, Ids, RandomIds};
    ///
    /// let commit = CommitId::new(RandomIds.next());
    /// assert_eq!(commit.event_id(0), commit.get());
    /// assert_ne!(commit.event_id(1), commit.get());
    /// ```
    pub fn event_id(self, ordinal: u32) -> Uuid {
        if ordinal == 0 {
            return self.0;
        }
        let (high, low) = self.0.as_u64_pair();
        let variant = low & (0b11 << 62);
        let mixed = mix(low.wrapping_add(mix(high ^ u64::from(ordinal))));
        Uuid::from_u64_pair(high, variant | (mixed >> 2))
    }
}

/// The name space of ids that stand for a text. It never changes.
const KEYS: Uuid = Uuid::from_u128(0x0192_f3a1_7c5e_7d0b_9a34_5be2_71c6_08d4);

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, OOPSLA 2014): every input bit changes half of the output bits.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Uuid> for CommitId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}
