use serde::ser::{Error as _, Serialize};

use crate::{EncodeError, EventKind};

/// The look for texts that JSON has escaped in fields that borrow: they could not be read back.
#[derive(Clone, Copy, Debug)]
pub struct Escapes {
    kind: &'static EventKind,
    is_possible: bool,
}

impl Escapes {
    /// Looks at the payload that was written to `out` from `start` on. One without a backslash
    /// has nothing escaped, and that is all it costs.
    #[inline]
    pub fn new(kind: &'static EventKind, out: &[u8], start: usize) -> Self {
        let payload = out.get(start..).unwrap_or_default();
        let is_possible = payload.contains(&b'\\');
        Self { kind, is_possible }
    }

    /// Refuses a field in which something is escaped.
    #[inline]
    pub fn none_in<T: Serialize>(&self, field: &'static str, value: &T) -> Result<(), EncodeError> {
        if self.is_possible {
            self.refuse(field, value)
        } else {
            Ok(())
        }
    }

    #[cold]
    fn refuse<T: Serialize>(&self, field: &'static str, value: &T) -> Result<(), EncodeError> {
        let text = serde_json::to_string(value);
        match text.map(|text| text.contains('\\')) {
            Ok(false) => Ok(()),
            Ok(true) => Err(EncodeError::new(
                self.kind,
                serde_json::Error::custom(format_args!(
                    "`{field}` has a quotation mark, a backslash or a control character, and is \
                     marked `no_escapes`; it could not be read back, so let it be a `Cow<str>`"
                )),
            )),
            Err(source) => Err(EncodeError::new(self.kind, source)),
        }
    }
}
