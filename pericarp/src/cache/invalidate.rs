use super::Cache;

impl Cache {
    /// Makes all answers stale that have one of these tags, or one of these texts as their key.
    ///
    /// From when it comes back, nobody in this process gets what was loaded before it was called.
    /// The second level is told, so that other processes do not get it from there, and those that
    /// [listen](Self::listen) not from their memories either. If that does not answer, it is told as soon as it does, and nothing it has is believed here until then.
    /// Giving up waiting changes nothing of that.
    pub async fn invalidate<T: Into<String>>(&self, tags: impl IntoIterator<Item = T>) {
        let tags: Vec<String> = tags.into_iter().map(Into::into).collect();
        let second = self.shared.second.as_ref();
        // In this order: who comes from now on does not believe the second level, and what came from
        // there before is stale.
        if let Some(second) = second {
            second.note(&tags);
        }
        for tag in &tags {
            self.shared.counts.invalidations.one_more();
            self.shared.generations.advance(tag);
        }
        if let Some(second) = second {
            second.tell_pending().await;
        }
    }

    /// Makes all answers stale.
    pub async fn clear(&self) {
        let second = self.shared.second.as_ref();
        // In this order: who comes from now on does not believe the second level, and what came from
        // there before is stale.
        if let Some(second) = second {
            second.note_all();
        }
        self.shared.generations.advance_all();
        if let Some(second) = second {
            second.tell_pending().await;
        }
    }
}
