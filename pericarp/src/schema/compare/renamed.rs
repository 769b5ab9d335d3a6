use super::spread::Spread;
use super::{Comparison, Finding};
use crate::schema::change::Verdict;

/// Which of the new fields a field may have been renamed to: one with the same name in another
/// case, or the only one of its type.
pub(super) fn twin<'m>(
    comparison: &mut Comparison<'m>,
    before: &Spread<'m>,
    added: &[Spread<'m>],
) -> Option<usize> {
    let old = before.field;
    let mut candidates = Vec::new();
    for (place, after) in added.iter().enumerate() {
        let new = after.field;
        if new.flatten || old.flatten || new.never_read {
            continue;
        }
        let found = comparison.on_trial(|inside| inside.types(&old.ty, &new.ty));
        if found.iter().any(is_grave) {
            continue;
        }
        if by_case(&old.name, &new.name) {
            return Some(place);
        }
        if old.ty == new.ty {
            candidates.push(place);
        }
    }
    match candidates.as_slice() {
        [place] => Some(*place),
        _ => None,
    }
}

/// Whether two names differ in case and punctuation alone.
pub(super) fn by_case(old: &str, new: &str) -> bool {
    let letters = |name: &str| {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    letters(old) == letters(new)
}

fn is_grave(finding: &Finding) -> bool {
    finding.verdict == Verdict::Breaking
}
