use std::fmt;

/// What a server of one's own is like.
///
/// Without options it is like the shared one: on a socket, for a superuser without a password, and
/// not durable.
///
/// ```
/// # use pericarp_tests::postgres::Options;
/// let durable = Options::new().durable().setting("log_statement = 'all'");
/// let guarded = Options::new().tls().access("hostssl all all 127.0.0.1/32 scram-sha-256");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub(super) settings: Vec<String>,
    pub(super) access: Vec<String>,
    pub(super) tcp: bool,
    pub(super) tls: bool,
    pub(super) disk: Option<(Kept, u32)>,
}

/// What is kept on a small disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Data,
    Tablespace,
}

impl Options {
    /// Those of the shared server.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of `postgresql.conf`. A later one wins.
    #[must_use]
    pub fn setting(mut self, line: impl fmt::Display) -> Self {
        self.settings.push(line.to_string());
        self
    }

    /// What is acknowledged survives a power cut, as on any server that is not for tests.
    #[must_use]
    pub fn durable(self) -> Self {
        self.setting("fsync = on").setting("full_page_writes = on")
    }

    /// Listens on a port of 127.0.0.1, which stays the same when the server is started again.
    #[must_use]
    pub const fn tcp(mut self) -> Self {
        self.tcp = true;
        self
    }

    /// Listens on a port of 127.0.0.1, encrypted for those who ask. The certificate is valid for
    /// `localhost` and `127.0.0.1` to those who trust
    /// [`OwnServer::authority`](super::OwnServer::authority).
    #[must_use]
    pub const fn tls(mut self) -> Self {
        self.tls = true;
        self.tcp()
    }

    /// A line of `pg_hba.conf` about who may come over TCP. Without any, everybody on this machine.
    #[must_use]
    pub fn access(mut self, line: impl fmt::Display) -> Self {
        self.access.push(line.to_string());
        self
    }

    /// Keeps everything on a disk of so many MiB, at least 64, to be filled with
    /// [`OwnServer::fill_disk`](super::OwnServer::fill_disk). When the log of writes finds no place,
    /// PostgreSQL crashes.
    ///
    /// Needs Linux, and root or user namespaces.
    #[must_use]
    pub const fn data_on_small_disk(mut self, mebibytes: u32) -> Self {
        self.disk = Some((Kept::Data, mebibytes));
        self
    }

    /// Keeps what is in the server's databases on a disk of so many MiB, to be filled with
    /// [`OwnServer::fill_disk`](super::OwnServer::fill_disk). Then statements fail with 53100
    /// (`disk_full`), and the server lives.
    ///
    /// Needs Linux, and root or user namespaces.
    #[must_use]
    pub const fn tables_on_small_disk(mut self, mebibytes: u32) -> Self {
        self.disk = Some((Kept::Tablespace, mebibytes));
        self
    }
}
