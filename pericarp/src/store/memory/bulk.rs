use std::sync::Arc;

use super::{Log, MemoryStore, Stored};
use crate::StreamName;
use crate::store::{
    Batch, BulkAppended, BulkError, BulkPlan, BulkStore, Found, LogEnd, Positions, StoreFault,
};

impl BulkStore for MemoryStore {
    async fn append_recorded(
        &self,
        batch: Batch,
        positions: Positions,
    ) -> Result<BulkAppended, BulkError> {
        let mut log = self.log();
        if log.closed {
            return Err(BulkError::Closed);
        }
        let appended = log.append_recorded(&batch, positions)?;
        drop(log);
        self.shared.tail.advance(appended.last);
        Ok(appended.returning(batch))
    }
}

impl Log {
    fn append_recorded(
        &mut self,
        batch: &Batch,
        positions: Positions,
    ) -> Result<BulkAppended, BulkError> {
        let plan = BulkPlan::new(
            batch,
            positions,
            self.end(),
            |event| {
                Ok::<_, BulkError>(match self.event_index.get(&event.id) {
                    Some(&at) => Found::compare(&self.view(at), event, positions),
                    None => Found::Nothing,
                })
            },
            |name| {
                let name = StreamName::parse(name).map_err(failed)?;
                Ok((self.version(&name), name))
            },
        )?;
        let places: Vec<usize> = plan
            .streams
            .iter()
            .map(|stream| self.stream_or_new(&stream.target))
            .collect();
        let mut metadata: Arc<str> = Arc::from("{}");
        for row in &plan.rows {
            let event = &row.event;
            if *metadata != *event.metadata {
                metadata = event.metadata.into();
            }
            let stream = places[row.stream];
            self.event_index.insert(event.id, self.events.len());
            self.streams[stream].events.push(self.events.len());
            self.events.push(Stored {
                position: event.position,
                id: event.id,
                event_type: event.event_type.into(),
                schema_version: event.schema_version,
                stream,
                version: event.version,
                ordinal: event.ordinal,
                occurred_at: event.occurred_at,
                recorded_at: event.recorded_at,
                data: event.data.into(),
                metadata: metadata.clone(),
            });
        }
        Ok(BulkAppended::new(&plan))
    }

    fn end(&self) -> LogEnd {
        self.events.last().map_or(LogEnd::EMPTY, |last| LogEnd {
            position: last.position,
            recorded_at: last.recorded_at,
        })
    }
}

fn failed(source: impl Into<StoreFault>) -> BulkError {
    BulkError::Failed {
        source: source.into(),
    }
}
