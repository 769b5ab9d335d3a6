use super::Cache;
use super::shared::Shared;

impl Cache {
    /// Makes all answers stale that have one of these tags, or one of these texts as their key.
    ///
    /// From when it comes back, nobody in this process gets what was loaded before it was called.
    /// The second level is told, so that other processes do not get it from there, and those that
    /// [listen](Self::listen) not from their memories either. If that does not answer, it is told as soon as it does, and nothing it has is believed here until then.
    /// Giving up waiting changes nothing of that.
    pub async fn invalidate<T: Into<String>>(&self, tags: impl IntoIterator<Item = T>) {
        let tags: Vec<String> = tags.into_iter().map(Into::into).collect();
        let stale = Stale::new(&self.shared, &tags);
        if let Some(second) = &self.shared.second {
            second.note(&tags);
            second.tell_pending().await;
        }
        drop(stale);
    }

    /// Makes all answers stale.
    pub async fn clear(&self) {
        self.shared.generations.advance_all();
        if let Some(second) = &self.shared.second {
            second.note_all();
            second.tell_pending().await;
        }
        self.shared.generations.advance_all();
    }
}

/// Tags that are stale from when this is made, and once more when it is dropped: what was brought
/// from the second level before that was told.
struct Stale<'s> {
    shared: &'s Shared,
    tags: &'s [String],
}

impl<'s> Stale<'s> {
    fn new(shared: &'s Shared, tags: &'s [String]) -> Self {
        for tag in tags {
            shared.counts.invalidations.one_more();
            shared.generations.advance(tag);
        }
        Self { shared, tags }
    }
}

impl Drop for Stale<'_> {
    fn drop(&mut self) {
        for tag in self.tags {
            self.shared.generations.advance(tag);
        }
    }
}
