//! The PostgreSQL that is measured: as durable as it comes.

use std::any::Any;
use std::env;
use std::ops::Deref;

use pericarp_tests::postgres::{self, Options, OwnServer};
use sqlx::Row as _;

/// A server of the benchmarks' own, or the one that `PERICARP_TEST_POSTGRES` names.
#[derive(Debug)]
pub enum Server {
    /// Started here, and stopped with this value.
    Own(Box<OwnServer>),
    /// Somebody else's.
    Given(&'static postgres::Server),
}

impl Server {
    /// Starts a server with the defaults of PostgreSQL, but for 256 MiB of shared buffers.
    ///
    /// # Errors
    /// Why nothing can be measured: there is none, or it does not wait for its disk.
    pub async fn start() -> Result<Self, String> {
        // What is for tests says what is wrong with the machine in a panic.
        let started = tokio::spawn(async {
            if env::var_os("PERICARP_TEST_POSTGRES").is_some() {
                return Self::Given(postgres::Server::shared());
            }
            let options = Options::new()
                .durable()
                .setting("shared_buffers = 256MB")
                .setting("wal_level = replica");
            Self::Own(Box::new(postgres::Server::start_own(options).await))
        });
        let server = started
            .await
            .map_err(|failed| said(failed.into_panic().as_ref()))?;
        server.check().await?;
        Ok(server)
    }

    /// An acknowledged commit that is not on the disk is not what is measured here.
    async fn check(&self) -> Result<(), String> {
        let mut connection = self.connect().await;
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value: String = sqlx::query("SELECT current_setting($1)")
                .bind(setting)
                .fetch_one(&mut connection)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(|error| error.to_string())?;
            if value != "on" {
                return Err(format!(
                    "`{setting}` of the server is {value}, and on is measured"
                ));
            }
        }
        Ok(())
    }
}

impl Deref for Server {
    type Target = postgres::Server;

    fn deref(&self) -> &postgres::Server {
        match self {
            Self::Own(own) => own,
            Self::Given(given) => given,
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no server could be started").to_owned()
}
