use super::{Comparison, Finding};
use crate::schema::change::Verdict;
use crate::schema::model::{Body, Tag, Variant};

pub(super) const OLDER_BUILDS: &str = "a build from before cannot read an event that has it: update every reader before anybody writes it";

impl<'m> Comparison<'m> {
    /// Variants that say their names.
    pub(super) fn variants(&mut self, tag: &Tag, old: &'m [Variant], new: &'m [Variant]) {
        let mut matched = Vec::new();
        let mut missing = Vec::new();
        for variant in old {
            let names = variant.stored_names();
            let Some(name) = names.first() else { continue };
            let reader = new.iter().find(|new| new.read_names().contains(name));
            match reader {
                Some(reader) => {
                    matched.push(reader.name.as_str());
                    self.at(&variant.name, |inside| inside.variant(tag, variant, reader));
                }
                None => missing.push(variant),
            }
        }
        let mut added: Vec<_> = new
            .iter()
            .filter(|new| !matched.contains(&new.name.as_str()))
            .collect();
        for variant in missing {
            let twin = added.iter().position(|new| {
                let found = self.on_trial(|inside| inside.contents(tag, variant, new));
                found
                    .iter()
                    .all(|finding| finding.verdict == Verdict::Compatible)
            });
            // Two without content have nothing by which to know one again, unless they are alone.
            let alone = added.len() == 1;
            let twin = twin.filter(|_| alone || variant.body != Body::Unit);
            match twin.map(|place| added.remove(place)) {
                Some(twin) => self.renamed_variant(variant, twin),
                None => self.removed_variant(variant, new),
            }
        }
        for variant in added {
            if !variant.read_names().is_empty() {
                let line = variant.to_string();
                self.at(&variant.name, |inside| {
                    inside.push("", &line, vec![Finding::note(OLDER_BUILDS)]);
                });
            }
        }
    }

    fn variant(&mut self, tag: &Tag, old: &'m Variant, new: &'m Variant) {
        let mut findings = self.contents(tag, old, new);
        let read = new.read_names();
        for name in old.stored_names().into_iter().skip(1) {
            if !read.contains(&name) {
                findings.push(
                    Finding::breaking(format!(
                        "an event that was stored with `{name}` cannot be read"
                    ))
                    .fix(format!("keep `#[serde(alias = \"{name}\")]`")),
                );
            }
        }
        if !new.never_written && !read.contains(&new.name.as_str()) {
            findings.push(Finding::breaking(format!(
                "it is written as `{}` from now on, which is not read back",
                new.name
            )));
        }
        let (before, after) = (old.to_string(), new.to_string());
        if !findings.is_empty() || before != after {
            self.push(&before, &after, findings);
        }
    }

    fn contents(&mut self, tag: &Tag, old: &'m Variant, new: &'m Variant) -> Vec<Finding> {
        match tag {
            Tag::Internal(_) => self.tagged_bodies(&old.body, &new.body),
            _ if (old.body == Body::Unit) != (new.body == Body::Unit) => {
                vec![Finding::breaking(
                    "with content, a variant is written in another form than without",
                )]
            }
            _ => self.bodies(&old.body, &new.body),
        }
    }

    fn renamed_variant(&mut self, old: &Variant, new: &Variant) {
        let (before, after) = (old.to_string(), new.to_string());
        let finding = Finding::breaking(format!(
            "an event that was stored with `{}` cannot be read",
            old.name
        ))
        .fix(format!(
            "if it was renamed, add `#[serde(alias = \"{}\")]` to `{}`",
            old.name, new.name
        ));
        self.at(&old.name, |inside| {
            inside.push(&before, &after, vec![finding]);
        });
    }

    fn removed_variant(&mut self, old: &Variant, new: &[Variant]) {
        let finding = match new.iter().find(|variant| variant.other) {
            Some(other) => Finding::note(format!(
                "an event that was stored with it is read as `{}`",
                other.name
            )),
            None => Finding::breaking("an event that was stored with it cannot be read")
                .fix("keep the variant; it need not be written any more"),
        };
        let line = old.to_string();
        self.at(&old.name, |inside| inside.push(&line, "", vec![finding]));
    }
}
