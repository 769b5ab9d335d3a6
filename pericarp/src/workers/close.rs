use super::Workers;

impl Workers {
    /// Takes no more jobs, and waits until all that were accepted have run. Whoever waits for a
    /// place is refused.
    ///
    /// Whoever closes first and whoever closes again waits for the same. A job that waits for this
    /// waits for itself. Giving up waiting leaves the pool closed.
    pub async fn close(&self) {
        self.shared.places.close();
        self.shared.state().closed = true;
        loop {
            let drained = self.shared.drained.notified();
            if self.shared.state().lanes.is_empty() {
                return;
            }
            drained.await;
        }
    }
}
