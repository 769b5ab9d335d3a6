/// When an append is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When it is on the disk (SQLite's `synchronous=FULL`, PostgreSQL's `synchronous_commit=on`
    /// or whatever stronger the server says): it survives a power cut.
    #[default]
    Full,
    /// When the database has it (SQLite's `synchronous=NORMAL`, PostgreSQL's
    /// `synchronous_commit=off`): it survives a crash of this process, and a power cut may take
    /// the last commits, whole ones, with it.
    Relaxed,
}
