use proc_macro2::Span;
use syn::Type;

use crate::errors::Errors;
use crate::messages;
use crate::parse::event::Step;

/// Older versions, each but the last made the next: none is missing between two.
#[derive(Default)]
pub(crate) struct Chain {
    /// The version of the first type.
    pub(crate) oldest: u32,
    pub(crate) types: Vec<Type>,
}

impl Chain {
    pub(crate) fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The version of the last type.
    pub(crate) fn newest(&self) -> u32 {
        self.steps()
            .last()
            .map_or(self.oldest, |(version, _)| version)
    }

    /// Each version and its type, oldest first.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (u32, &Type)> {
        (self.oldest..).zip(&self.types)
    }
}

/// Checks the versions in `list`. If they lead to a `current` one, the last is the one before it.
pub(super) fn check(
    list: &str,
    mut steps: Vec<Step>,
    current: Option<u32>,
    errors: &mut Errors,
) -> Chain {
    let mut found = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        let twice = |earlier: &Step| earlier.version == step.version;
        if step.version == 0 {
            found.push((step.span, messages::STEP_ZERO.to_owned()));
        } else if steps.iter().take(i).any(twice) {
            found.push((step.span, messages::step_twice(step.version, list)));
        }
    }
    steps.sort_by_key(|step| step.version);
    if let (Some(last), Some(current)) = (steps.last(), current)
        && last.version >= current
    {
        let message = messages::step_not_older(last.version, current);
        found.push((last.span, message));
    }
    if found.is_empty() {
        found.extend(gaps(&steps, current));
    }
    for (span, message) in found {
        errors.push(span, message);
    }
    Chain {
        oldest: steps.first().map_or(1, |step| step.version),
        types: steps.into_iter().map(|step| step.ty).collect(),
    }
}

/// The versions that are missing, each reported at the one before it.
fn gaps(steps: &[Step], current: Option<u32>) -> Vec<(Span, String)> {
    let nexts = steps.iter().skip(1).map(|step| Some(step.version));
    let pairs = steps.iter().zip(nexts.chain([current]));
    pairs
        .filter_map(|(step, next)| {
            let expected = step.version.checked_add(1)?;
            let message = messages::step_missing(expected, step.version, next?);
            (next? > expected).then_some((step.span, message))
        })
        .collect()
}
