//! Prepared statements whose rows are read through SQLite's own interface.
#![expect(
    unsafe_code,
    reason = "SQLite is C. Measured: rows stepped through here take a tenth less time than through \
              rusqlite, which asks for the number of columns and the type of each with every value"
)]

use std::borrow::Cow;
use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;

use rusqlite::types::Type;
use rusqlite::{Connection, Error, Result, ffi};

/// A prepared statement. It is finalised when it is dropped, which is while its connection is open.
pub(super) struct Statement<'c> {
    raw: NonNull<ffi::sqlite3_stmt>,
    connection: PhantomData<&'c Connection>,
}

/// What takes the place of a `?`.
pub(super) enum Parameter<'p> {
    Whole(i64),
    Text(Cow<'p, str>),
    Bytes(&'p [u8]),
}

/// The rows that a statement finds. As long as they are there, the connection sees one state of the
/// database.
pub(super) struct Rows<'s> {
    statement: &'s Statement<'s>,
    done: bool,
}

/// One row, until the next is asked for. It lends out text and bytes where SQLite has them.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    statement: &'r Statement<'r>,
}

impl<'c> Statement<'c> {
    pub(super) fn prepare(connection: &'c Connection, sql: &str) -> Result<Self> {
        let length = c_int::try_from(sql.len()).unwrap_or(c_int::MAX);
        let mut raw = ptr::null_mut();
        // SAFETY: the connection is open while it is borrowed. The text is valid for `length` bytes
        // and copied; `raw` is a place to write to.
        let (database, code) = unsafe {
            let database = connection.handle();
            let (text, flags) = (sql.as_ptr().cast(), ffi::SQLITE_PREPARE_PERSISTENT);
            let tail = ptr::null_mut();
            let code = ffi::sqlite3_prepare_v3(database, text, length, flags, &raw mut raw, tail);
            (database, code)
        };
        match NonNull::new(raw) {
            Some(raw) => Ok(Self {
                raw,
                connection: PhantomData,
            }),
            // A text without a statement is no error to SQLite.
            None if code == ffi::SQLITE_OK => Err(Error::InvalidQuery),
            // SAFETY: the connection is open while it is borrowed.
            None => Err(unsafe { error(database, code) }),
        }
    }

    /// Runs it with a parameter for every `?`.
    pub(super) fn query(&mut self, parameters: &[Parameter<'_>]) -> Result<Rows<'_>> {
        // Rows that were forgotten rather than dropped would still be under way.
        self.reset();
        // SAFETY: the statement is alive until `self` is dropped.
        let places = unsafe { ffi::sqlite3_bind_parameter_count(self.raw.as_ptr()) } as usize;
        if parameters.len() != places {
            return Err(Error::InvalidParameterCount(parameters.len(), places));
        }
        for (place, parameter) in (1..).zip(parameters) {
            self.bind(place, parameter)?;
        }
        Ok(Rows {
            statement: self,
            done: false,
        })
    }

    /// Whether SQLite has prepared it again by itself, as it does when the schema has changed.
    pub(super) fn was_prepared_again(&self) -> bool {
        let (raw, keep) = (self.raw.as_ptr(), 0);
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_stmt_status(raw, ffi::SQLITE_STMTSTATUS_REPREPARE, keep) > 0 }
    }

    fn bind(&self, place: c_int, parameter: &Parameter<'_>) -> Result<()> {
        let (raw, copied) = (self.raw.as_ptr(), ffi::SQLITE_TRANSIENT());
        // SAFETY: the statement is alive. Text and bytes are valid for as long as they are said to
        // be, and SQLite copies them before it returns.
        let code = unsafe {
            match parameter {
                Parameter::Whole(whole) => ffi::sqlite3_bind_int64(raw, place, *whole),
                Parameter::Text(text) => {
                    let (start, length) = (text.as_ptr().cast(), text.len() as u64);
                    let encoding = ffi::SQLITE_UTF8 as u8;
                    ffi::sqlite3_bind_text64(raw, place, start, length, copied, encoding)
                }
                Parameter::Bytes(bytes) => {
                    let (start, length) = (bytes.as_ptr().cast(), bytes.len() as u64);
                    ffi::sqlite3_bind_blob64(raw, place, start, length, copied)
                }
            }
        };
        if code == ffi::SQLITE_OK {
            Ok(())
        } else {
            Err(self.error(code))
        }
    }

    fn reset(&self) {
        // SAFETY: the statement is alive. It answers with the error of the last step, which was
        // returned then.
        unsafe { ffi::sqlite3_reset(self.raw.as_ptr()) };
    }

    #[cold]
    fn error(&self, code: c_int) -> Error {
        // SAFETY: the statement is alive, so its connection is open.
        unsafe { error(ffi::sqlite3_db_handle(self.raw.as_ptr()), code) }
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        // SAFETY: the statement is alive, its connection is still borrowed and so still open, and
        // there are neither rows that borrow from it nor another owner of the pointer.
        unsafe { ffi::sqlite3_finalize(self.raw.as_ptr()) };
    }
}

impl Rows<'_> {
    /// The next row; `None` after the last, and again if it is asked for again.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>> {
        if self.done {
            return Ok(None);
        }
        // SAFETY: the statement is alive. A row that SQLite forgets with this step borrows from
        // `self`, which is borrowed exclusively here.
        let code = unsafe { ffi::sqlite3_step(self.statement.raw.as_ptr()) };
        if code == ffi::SQLITE_ROW {
            return Ok(Some(Row {
                statement: self.statement,
            }));
        }
        self.done = true;
        if code == ffi::SQLITE_DONE {
            Ok(None)
        } else {
            Err(self.statement.error(code))
        }
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        self.statement.reset();
        // SAFETY: the statement is alive. Parameters may be long, and the statement stays for long.
        unsafe { ffi::sqlite3_clear_bindings(self.statement.raw.as_ptr()) };
    }
}

impl<'r> Row<'r> {
    /// A whole number.
    pub(super) fn whole(self, column: c_int) -> Result<i64> {
        // SAFETY: the statement is alive; SQLite checks the column.
        let whole = unsafe { ffi::sqlite3_column_int64(self.statement.raw.as_ptr(), column) };
        if whole == 0 {
            // SQLite reads NULL like this too.
            self.refuse_null(column)?;
        }
        Ok(whole)
    }

    /// A text, byte for byte.
    pub(super) fn text(self, column: c_int) -> Result<&'r str> {
        let bytes = self.bytes(column)?;
        std::str::from_utf8(bytes).map_err(|error| Error::Utf8Error(column as usize, error))
    }

    /// The bytes of a blob or a text.
    pub(super) fn bytes(self, column: c_int) -> Result<&'r [u8]> {
        let raw = self.statement.raw.as_ptr();
        // SAFETY: the statement is alive; SQLite checks the column. Asking for the length turns
        // what is neither a blob nor UTF-8 into UTF-8; after that nothing that a row can be asked
        // for moves the value.
        let (length, start) = unsafe {
            let length = ffi::sqlite3_column_bytes(raw, column);
            (length, ffi::sqlite3_column_blob(raw, column))
        };
        if start.is_null() {
            self.refuse_null(column)?;
            return Ok(&[]);
        }
        // SAFETY: SQLite keeps that many bytes there until the next step or the reset. Both need
        // the rows, which are borrowed for `'r`.
        Ok(unsafe { slice::from_raw_parts(start.cast(), length as usize) })
    }

    fn refuse_null(self, column: c_int) -> Result<()> {
        let raw = self.statement.raw.as_ptr();
        // SAFETY: the statement is alive; SQLite checks the column.
        if unsafe { ffi::sqlite3_column_type(raw, column) } != ffi::SQLITE_NULL {
            return Ok(());
        }
        // SAFETY: as above, and a name that is there ends with a NUL.
        let name = unsafe {
            let name = ffi::sqlite3_column_name(raw, column);
            (!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy().into_owned())
        };
        let (column, name) = (column as usize, name.unwrap_or_default());
        Err(Error::InvalidColumnType(column, name, Type::Null))
    }
}

/// What SQLite says about the last call.
///
/// # Safety
/// The connection must be open.
unsafe fn error(database: *mut ffi::sqlite3, code: c_int) -> Error {
    // SAFETY: the connection is open, and the text is copied before anything else is asked of it.
    let message = unsafe { CStr::from_ptr(ffi::sqlite3_errmsg(database)) };
    let message = message.to_string_lossy().into_owned();
    Error::SqliteFailure(ffi::Error::new(code), Some(message))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test says where")]
mod tests {
    use rusqlite::ErrorCode;

    use super::Parameter::{Bytes, Text, Whole};
    use super::*;

    fn memory() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    /// What `look` sees of the first row of `sql`.
    #[track_caller]
    fn first<T>(database: &Connection, sql: &str, look: impl FnOnce(Row<'_>) -> T) -> T {
        let mut statement = Statement::prepare(database, sql).unwrap();
        let mut rows = statement.query(&[]).unwrap();
        look(rows.next().unwrap().unwrap())
    }

    #[track_caller]
    fn code_of<T>(outcome: Result<T>) -> ErrorCode {
        outcome.err().unwrap().sqlite_error_code().unwrap()
    }

    #[test]
    fn values_come_back_as_they_went_in() {
        let database = memory();
        let mut statement = Statement::prepare(&database, "SELECT ?1, ?2, ?3").unwrap();
        let long = "ö\0\"".repeat(100_000);
        for (whole, text, bytes) in [
            (0, "", &b""[..]),
            (i64::MIN, "a", b"\0"),
            (i64::MAX, "\u{10ffff}", b"\xff\xfe"),
            (-1, &long, long.as_bytes()),
        ] {
            let parameters = [Whole(whole), Text(text.into()), Bytes(bytes)];
            let mut rows = statement.query(&parameters).unwrap();
            let row = rows.next().unwrap().unwrap();
            assert_eq!(row.whole(0).unwrap(), whole);
            assert_eq!(row.text(1).unwrap(), text);
            assert_eq!(row.bytes(1).unwrap(), text.as_bytes());
            assert_eq!(row.bytes(2).unwrap(), bytes);
            assert!(rows.next().unwrap().is_none());
        }
    }

    #[test]
    fn nothing_is_read_out_of_null() {
        let database = memory();
        first(&database, "SELECT NULL AS gap, 1", |row| {
            let null = |outcome: Result<()>, at: usize, called: &str| {
                let error = outcome.unwrap_err();
                assert_eq!(
                    error,
                    Error::InvalidColumnType(at, called.into(), Type::Null)
                );
            };
            null(row.whole(0).map(drop), 0, "gap");
            null(row.text(0).map(drop), 0, "gap");
            null(row.bytes(0).map(drop), 0, "gap");
            // A column that is not there is as one without a value.
            null(row.whole(2).map(drop), 2, "");
            null(row.text(-1).map(drop), usize::MAX, "");
        });
    }

    #[test]
    fn text_that_is_no_utf8_is_refused_and_its_bytes_are_not() {
        let database = memory();
        first(&database, "SELECT CAST(x'61ff' AS TEXT)", |row| {
            assert!(matches!(row.text(0), Err(Error::Utf8Error(0, _))));
            assert_eq!(row.bytes(0).unwrap(), b"a\xff");
        });
    }

    /// SQLite turns these into something else when they are asked for as bytes, and what was lent
    /// out before has to stay where it is.
    #[test]
    fn what_is_lent_out_stays_whatever_else_is_asked() {
        let database = memory();
        database
            .execute_batch(
                "PRAGMA encoding = 'UTF-16'; CREATE TABLE t (a); INSERT INTO t VALUES ('pear')",
            )
            .unwrap();
        let sql = "SELECT a, 1234567, zeroblob(9000), 0.5 FROM t";
        first(&database, sql, |row| {
            let lent: Vec<&[u8]> = (0..4).map(|column| row.bytes(column).unwrap()).collect();
            for column in 0..4 {
                let _ = (row.whole(column), row.text(column), row.bytes(column));
            }
            assert_eq!(lent[0], b"pear");
            assert_eq!(lent[1], b"1234567");
            assert_eq!(lent[2], [0; 9000]);
            assert_eq!(lent[3], b"0.5");
            assert_eq!(row.whole(1).unwrap(), 1_234_567);
        });
    }

    #[test]
    fn rows_of_many_pages_are_read_whole() {
        let database = memory();
        database
            .execute_batch(
                "CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT NOT NULL, b BLOB NOT NULL) STRICT",
            )
            .unwrap();
        let text = |n: i64| "pear ".repeat(n as usize * 3_001);
        for n in 0..40 {
            database
                .execute(
                    "INSERT INTO t VALUES (?1, ?2, CAST(?2 AS BLOB))",
                    (n, text(n)),
                )
                .unwrap();
        }
        let mut statement =
            Statement::prepare(&database, "SELECT n, a, b FROM t ORDER BY n").unwrap();
        let mut rows = statement.query(&[]).unwrap();
        let mut count = 0;
        while let Some(row) = rows.next().unwrap() {
            assert_eq!(row.whole(0).unwrap(), count);
            assert_eq!(row.text(1).unwrap(), text(count));
            assert_eq!(row.bytes(2).unwrap(), text(count).as_bytes());
            count += 1;
        }
        assert_eq!(count, 40);
    }

    #[test]
    fn a_statement_that_was_left_half_way_starts_again() {
        let database = memory();
        let sql =
            "WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
        let mut statement = Statement::prepare(&database, sql).unwrap();
        for from in [1, 5] {
            let mut rows = statement.query(&[Whole(from)]).unwrap();
            for expected in from..from + 3 {
                assert_eq!(rows.next().unwrap().unwrap().whole(0).unwrap(), expected);
            }
            assert!(database.is_busy());
            drop(rows);
            assert!(!database.is_busy(), "rows that are dropped hold nothing");
        }
        let mut forgotten = statement.query(&[Whole(9)]).unwrap();
        assert!(forgotten.next().unwrap().is_some());
        std::mem::forget(forgotten);
        let mut rows = statement.query(&[Whole(7)]).unwrap();
        assert_eq!(rows.next().unwrap().unwrap().whole(0).unwrap(), 7);
    }

    #[test]
    fn rows_that_have_ended_do_not_start_again() {
        let database = memory();
        let mut statement = Statement::prepare(&database, "SELECT 1").unwrap();
        let mut rows = statement.query(&[]).unwrap();
        assert!(rows.next().unwrap().is_some());
        for _ in 0..3 {
            assert!(rows.next().unwrap().is_none());
        }
    }

    #[test]
    fn an_error_is_sqlites_own_and_the_statement_lives_on() {
        let database = memory();
        let sql = "SELECT abs(value) FROM json_each(?1)";
        let mut statement = Statement::prepare(&database, sql).unwrap();
        for _ in 0..2 {
            let mut rows = statement
                .query(&[Text("[-3, -9223372036854775808]".into())])
                .unwrap();
            assert_eq!(rows.next().unwrap().unwrap().whole(0).unwrap(), 3);
            let error = rows.next().err().unwrap();
            assert!(error.to_string().contains("integer overflow"), "{error}");
            assert!(rows.next().unwrap().is_none());
        }
        let mut rows = statement.query(&[Text("[-4]".into())]).unwrap();
        assert_eq!(rows.next().unwrap().unwrap().whole(0).unwrap(), 4);
    }

    #[test]
    fn an_interrupted_statement_says_so() {
        let database = memory();
        let sql = "SELECT value FROM json_each('[1, 2]')";
        let mut statement = Statement::prepare(&database, sql).unwrap();
        let mut rows = statement.query(&[]).unwrap();
        assert!(rows.next().unwrap().is_some());
        database.get_interrupt_handle().interrupt();
        assert_eq!(code_of(rows.next()), ErrorCode::OperationInterrupted);
    }

    #[test]
    fn a_locked_and_a_broken_database_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("CREATE TABLE t (a)").unwrap();
        let reader = Connection::open(&path).unwrap();
        reader.busy_timeout(std::time::Duration::ZERO).unwrap();
        let mut statement = Statement::prepare(&reader, "SELECT a FROM t").unwrap();
        writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let mut rows = statement.query(&[]).unwrap();
        assert_eq!(code_of(rows.next()), ErrorCode::DatabaseBusy);
        drop(rows);
        writer
            .execute_batch("INSERT INTO t VALUES (1); COMMIT")
            .unwrap();
        let mut rows = statement.query(&[]).unwrap();
        assert_eq!(rows.next().unwrap().unwrap().whole(0).unwrap(), 1);

        let path = folder.path().join("broken.db");
        std::fs::write(&path, [7; 8192]).unwrap();
        let broken = Connection::open(&path).unwrap();
        let prepared = Statement::prepare(&broken, "SELECT a FROM t");
        assert_eq!(code_of(prepared), ErrorCode::NotADatabase);
    }

    #[test]
    fn what_cannot_run_is_refused() {
        let database = memory();
        let prepare = |sql| Statement::prepare(&database, sql).err().unwrap();
        assert_eq!(prepare(" -- nothing"), Error::InvalidQuery);
        let error = prepare("SELECT a FROM missing");
        assert!(
            error.to_string().contains("no such table: missing"),
            "{error}"
        );
        let mut statement = Statement::prepare(&database, "SELECT ?1, ?2").unwrap();
        for parameters in [&[][..], &[Whole(1)], &[Whole(1), Whole(2), Whole(3)]] {
            let error = statement.query(parameters).err().unwrap();
            assert_eq!(error, Error::InvalidParameterCount(parameters.len(), 2));
        }
    }
}
