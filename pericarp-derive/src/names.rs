//! The rules for stored names, as the runtime has them: see `EventType` and `StreamName`.

pub(crate) fn is_event_name(name: &str) -> bool {
    is_name(name, 128, "._-:")
}

pub(crate) fn is_category(name: &str) -> bool {
    is_name(name, 64, "._")
}

fn is_name(name: &str, longest: usize, marks: &str) -> bool {
    name.len() <= longest
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}
