use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::append::execute;
use super::prepared::Prepared;
use super::statement::Parameter::Text;
use super::statements::SNAPSHOT;
use super::{Durability, SqliteOptions, Writing, misfit};
use crate::Version;
use crate::store::queue::Queue;
use crate::store::snapshot::{not_kept, unread, unwritten};
use crate::store::taking::Taken;
use crate::store::visit::wants_snapshot;
use crate::store::{NewSnapshot, ReadStream, Snapshot, Visit, WrittenSnapshot};

/// Puts a snapshot in the place of the one before.
const INSERT_SNAPSHOT: &str = "INSERT OR REPLACE INTO pericarp_snapshots
         (stream, version, fingerprint, checksum, data)
     SELECT id, ?2, ?3, ?4, ?5 FROM pericarp_streams WHERE name = ?1";

/// How long a snapshot waits for another process that writes.
const PATIENCE: Duration = Duration::from_millis(20);

/// A snapshot on its way to a reader, which writes it as JSON and hands it to the writer.
pub(super) struct Offered {
    snapshot: NewSnapshot,
    taken: Taken,
    writer: Arc<Queue<Writing>>,
}

/// A snapshot on its way to the writer.
pub(super) struct Kept {
    snapshot: WrittenSnapshot,
    /// Until it is stored, or given up.
    _taken: Taken,
}

impl Offered {
    pub(super) fn new(snapshot: NewSnapshot, taken: Taken, writer: &Arc<Queue<Writing>>) -> Self {
        Self {
            snapshot,
            taken,
            writer: writer.clone(),
        }
    }

    pub(super) fn write(self) {
        let stream = self.snapshot.stream().clone();
        match self.snapshot.write() {
            Ok(snapshot) => {
                let _taken = self.taken;
                let kept = Kept { snapshot, _taken };
                // A closed store keeps no more.
                let _ = self.writer.push_beside(Writing::Snapshot(kept));
            }
            Err(error) => unwritten(&stream, &error),
        }
    }
}

/// Stores snapshots in a transaction of their own. It needs no disk to be durable: what is lost in
/// a power cut is taken again. Nor does it wait long for another process, since appends wait for it.
pub(super) fn store(connection: &Connection, snapshots: &mut Vec<Kept>, options: &SqliteOptions) {
    if snapshots.is_empty() {
        return;
    }
    let stored = (|| {
        connection.busy_timeout(PATIENCE.min(options.busy_timeout))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        execute(connection, "BEGIN IMMEDIATE")?;
        let mut insert = connection.prepare_cached(INSERT_SNAPSHOT)?;
        for Kept { snapshot, .. } in snapshots.iter() {
            let Snapshot {
                version,
                fingerprint,
                data,
                checksum,
            } = snapshot.view();
            insert.execute(params![
                snapshot.stream().as_str(),
                version.get() as i64,
                fingerprint.as_bytes(),
                checksum,
                data,
            ])?;
        }
        execute(connection, "COMMIT")
    })();
    if !connection.is_autocommit() {
        // If even this fails, the next BEGIN says so.
        let _ = execute(connection, "ROLLBACK");
    }
    // It only sets a number.
    let _ = connection.busy_timeout(options.busy_timeout);
    if options.durability == Durability::Full {
        // Outside a transaction this cannot fail.
        let _ = connection.pragma_update(None, "synchronous", "FULL");
    }
    if let Err(error) = stored {
        not_kept(&error);
    }
    snapshots.clear();
}

/// Shows a visitor the snapshot of its stream, if it wants one, and says where it goes on. Whatever
/// is wrong with it is no reason not to read the stream.
pub(super) fn from_snapshot<V: Visit>(
    prepared: &mut Prepared<'_>,
    read: ReadStream,
    visitor: &mut V,
) -> ReadStream {
    if !wants_snapshot(&read, visitor) {
        return read;
    }
    match restored(prepared, &read, visitor) {
        Ok(Some(version)) => read.behind(version),
        Ok(None) => read,
        Err(error) => {
            unread(&read.stream, &error);
            read
        }
    }
}

/// The version of the snapshot that the visitor took.
fn restored<V: Visit>(
    prepared: &mut Prepared<'_>,
    read: &ReadStream,
    visitor: &mut V,
) -> rusqlite::Result<Option<Version>> {
    let stream = Text(read.stream.as_str().into());
    let mut rows = prepared.query(SNAPSHOT, &[stream])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let snapshot = view(row)?;
    Ok(visitor.restore(&snapshot).then_some(snapshot.version))
}

fn view(row: super::statement::Row<'_>) -> rusqlite::Result<Snapshot<'_>> {
    Ok(Snapshot {
        version: misfit::version(row.whole(0)?)?,
        fingerprint: misfit::id(row.bytes(1)?)?,
        checksum: misfit::number("checksum", row.whole(2)?)?,
        data: row.text(3)?,
    })
}
