use super::fields::lost_in_a_buffer;
use super::parts::is_body_lost_in_a_buffer;
use super::{Comparison, Finding};
use crate::schema::change::Verdict;
use crate::schema::model::{Body, Tag, Variant};

pub(super) const OLDER_BUILDS: &str = "a build from before cannot read an event that has it: update every reader before anybody writes it";

/// The variants of an enum that say their names.
struct Named<'m> {
    tag: &'m Tag,
    new: Vec<&'m Variant>,
    /// What events have that were stored before a variant was removed.
    gone: Vec<&'m Variant>,
}

impl<'m> Comparison<'m> {
    /// The variants of an enum of which some or all say their names: what is found of the others.
    pub(super) fn variants(
        &mut self,
        tag: &'m Tag,
        old: &'m [Variant],
        new: &'m [Variant],
    ) -> Vec<Finding> {
        let bare = |variants: &'m [Variant], bare: bool| {
            let there = variants.iter().filter(|variant| !variant.gone);
            there.filter(|v| v.untagged == bare).collect::<Vec<_>>()
        };
        let (mut old_bare, mut old_named) = (bare(old, true), bare(old, false));
        let (mut new_bare, mut new_named) = (bare(new, true), bare(new, false));
        self.unnamed(&mut old_named, &mut new_bare);
        self.unnamed(&mut old_bare, &mut new_named);
        let named = Named {
            tag,
            new: new_named,
            gone: old.iter().filter(|variant| variant.gone).collect(),
        };
        self.named(&old_named, &named);
        self.untagged(&old_bare, &new_bare)
    }

    /// Takes out variants that are written with their names in one of two enums alone.
    fn unnamed(&mut self, old: &mut Vec<&'m Variant>, new: &mut Vec<&'m Variant>) {
        old.retain(|before| {
            let Some(place) = new.iter().position(|after| after.name == before.name) else {
                return true;
            };
            let after = new.remove(place);
            let effect = match after.untagged {
                true => "it is stored with its name, and read without it",
                false => "it is stored without its name, and read with it",
            };
            let finding = Finding::breaking(effect).fix("keep serde's `untagged` as it was");
            let (line_before, line_after) = (before.to_string(), after.to_string());
            self.at(&before.name, |inside| {
                inside.push(&line_before, &line_after, vec![finding]);
            });
            false
        });
    }

    fn named(&mut self, old: &[&'m Variant], named: &Named<'m>) {
        let mut matched = Vec::new();
        let mut missing = Vec::new();
        for variant in old {
            let names = variant.stored_names();
            let Some(name) = names.first() else { continue };
            let mut readers = named.new.iter();
            match readers.find(|new| new.read_names().contains(name)) {
                Some(reader) => {
                    matched.push(reader.name.as_str());
                    self.at(&variant.name, |inside| {
                        inside.variant(variant, reader, named);
                    });
                }
                None => missing.push(*variant),
            }
        }
        let mut added = named.new.clone();
        added.retain(|new| !matched.contains(&new.name.as_str()));
        for variant in missing {
            let twin = added.iter().position(|new| {
                let found = self.on_trial(|inside| inside.contents(variant, new, named.tag));
                found
                    .iter()
                    .all(|finding| finding.verdict == Verdict::Compatible)
            });
            // Two without content have nothing by which to know one again, unless they are alone.
            let alone = added.len() == 1;
            let twin = twin.filter(|_| alone || variant.body != Body::Unit);
            match twin.map(|place| added.remove(place)) {
                Some(twin) => self.renamed_variant(variant, twin),
                None => self.removed_variant(variant, named),
            }
        }
        for variant in added {
            self.added_variant(variant, named);
        }
    }

    fn variant(&mut self, old: &'m Variant, new: &'m Variant, named: &Named<'m>) {
        let mut findings = self.contents(old, new, named.tag);
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
        let before_read = old.read_names();
        let more = |gone: &&&'m Variant| {
            let name = gone.name.as_str();
            read.contains(&name) && !before_read.contains(&name)
        };
        for gone in named.gone.iter().filter(more) {
            findings.extend(self.variant_again(gone, new, named.tag));
        }
        if old.other && !new.other {
            findings.push(
                Finding::breaking(
                    "an event that was stored with a variant that is gone cannot be read any more",
                )
                .fix("keep `#[serde(other)]`"),
            );
        }
        if !new.never_written && !read.contains(&new.name.as_str()) && !self.is_older {
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

    fn contents(&mut self, old: &'m Variant, new: &'m Variant, tag: &Tag) -> Vec<Finding> {
        match tag {
            Tag::Internal(_) => {
                self.is_buffered = true;
                let mut findings = self.tagged_bodies(&old.body, &new.body);
                // Fields that were compared have taken it, and told of themselves.
                let is_untold = std::mem::take(&mut self.is_buffered);
                if is_untold
                    && is_body_lost_in_a_buffer(&new.body, self.new)
                    && !is_body_lost_in_a_buffer(&old.body, self.old)
                {
                    findings.push(lost_in_a_buffer());
                }
                findings
            }
            _ if (old.body == Body::Unit) != (new.body == Body::Unit) => {
                vec![Finding::breaking(
                    "with content, a variant is written in another form than without",
                )]
            }
            _ => self.bodies(&old.body, &new.body),
        }
    }

    fn added_variant(&mut self, new: &'m Variant, named: &Named<'m>) {
        let read = new.read_names();
        if read.is_empty() {
            return;
        }
        let mut findings = Vec::new();
        if !self.is_older {
            findings.push(Finding::note(OLDER_BUILDS));
        }
        let is_buffered = matches!(named.tag, Tag::Internal(_));
        if is_buffered && is_body_lost_in_a_buffer(&new.body, self.new) {
            findings.push(lost_in_a_buffer());
        }
        for gone in &named.gone {
            if read.contains(&gone.name.as_str()) {
                findings.extend(self.variant_again(gone, new, named.tag));
            }
        }
        let line = new.to_string();
        self.at(&new.name, |inside| inside.push("", &line, findings));
    }

    /// What becomes of a variant that was removed, where another reads its name again.
    fn variant_again(&mut self, gone: &'m Variant, new: &'m Variant, tag: &Tag) -> Option<Finding> {
        let found = self.on_trial(|inside| inside.contents(gone, new, tag));
        let worst = found.into_iter().max_by_key(|finding| finding.verdict)?;
        Some(Finding {
            effect: format!(
                "an event may have been stored with `{}` as it was: {}",
                gone.name, worst.effect
            ),
            fix: "give the variant a name that none has had".to_owned(),
            verdict: worst.verdict,
        })
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

    fn removed_variant(&mut self, old: &Variant, named: &Named<'m>) {
        // Only among the fields of a tag serde passes over what a variant without content finds.
        let is_passed_over = matches!(named.tag, Tag::Internal(_)) || old.body == Body::Unit;
        let mut others = named.new.iter();
        let finding = match others.find(|variant| variant.other) {
            Some(other) if is_passed_over => Finding::note(format!(
                "an event that was stored with it is read as `{}`",
                other.name
            )),
            _ => Finding::breaking("an event that was stored with it cannot be read")
                .fix("keep the variant; it need not be written any more"),
        };
        let line = old.to_string();
        self.at(&old.name, |inside| inside.push(&line, "", vec![finding]));
    }
}
