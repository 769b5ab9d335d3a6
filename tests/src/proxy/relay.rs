use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

use super::fault::{Action, Strike};
use super::frames::Frames;
use super::network::Shared;
use super::statements::Statements;
use crate::postgres::Url;

/// The codes with which a connection may open, instead of the version of the protocol.
const CANCEL: [u8; 4] = 80_877_102_u32.to_be_bytes();
const ENCRYPT: [u8; 4] = 80_877_103_u32.to_be_bytes();
const ENCRYPT_GSS: [u8; 4] = 80_877_104_u32.to_be_bytes();

/// Where a server is.
#[derive(Debug)]
pub(super) enum Address {
    Tcp(String, u16),
    Socket(PathBuf),
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Address {
    pub(super) fn of(url: &Url) -> Self {
        let options = PgConnectOptions::from_str(&url.to_string()).unwrap();
        match options.get_socket() {
            None => Self::Tcp(options.get_host().to_owned(), options.get_port()),
            Some(folder) => Self::Socket(folder.join(format!(".s.PGSQL.{}", options.get_port()))),
        }
    }

    async fn dial(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Self::Socket(path) => Box::new(UnixStream::connect(path).await?),
        })
    }
}

/// Passes on what `client` and the server say to each other, until either ends or a fault strikes.
pub(super) async fn relay(client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (client_reads, mut client_writes) = split(client);
    let mut from_client = Frames::new(client_reads);
    loop {
        let Some(opening) = from_client.opening().await? else {
            return Ok(());
        };
        let code = opening.get(4..8).unwrap_or_default();
        let asks = code == ENCRYPT || code == ENCRYPT_GSS;
        open(&shared.requests).await;
        if asks && (code != ENCRYPT || !shared.state().pass_encryption) {
            refuse_encryption(&mut client_writes, shared).await?;
            continue;
        }
        let mut server = shared.server.dial().await?;
        server.write_all(opening).await?;
        if asks {
            let mut answer = [0];
            server.read_exact(&mut answer).await?;
            if answer != *b"S" {
                refuse_encryption(&mut client_writes, shared).await?;
                continue;
            }
            open(&shared.answers).await;
            client_writes.write_all(&answer).await?;
        }
        if code == CANCEL {
            shared.state().counts.cancels += 1;
        } else {
            shared.state().counts.connections += 1;
        }
        let (server_reads, server_writes) = split(server);
        let connection = Connection {
            shared,
            encrypted: asks,
            kept: Mutex::default(),
        };
        let mut answers = pin!(connection.answers(Frames::new(server_reads), client_writes));
        return tokio::select! {
            ended = connection.requests(from_client, server_writes) => match ended {
                Ended::HangsUp => Ok(()),
                // It may have said why.
                Ended::ServerIsGone => answers.await,
            },
            done = &mut answers => done,
        };
    }
}

/// Then the client opens again, without.
async fn refuse_encryption(client: &mut WriteHalf<TcpStream>, shared: &Shared) -> io::Result<()> {
    open(&shared.answers).await;
    client.write_all(b"N").await
}

/// Waits until a gate lets pass.
async fn open(held: &watch::Sender<bool>) {
    let mut held = held.subscribe();
    // Its sender is borrowed, and so is there.
    let _ = held.wait_for(|held| !held).await;
}

/// Why no more requests are passed on.
enum Ended {
    /// The client has ended the connection, or a fault has.
    HangsUp,
    ServerIsGone,
}

struct Connection<'a> {
    shared: &'a Shared,
    encrypted: bool,
    kept: Mutex<VecDeque<Kept>>,
}

/// A group of answers that is kept from a client.
struct Kept {
    /// How many groups come before it. The first is about the opening. Each ends with the server
    /// being ready again, as it is after every `Query` and every `Sync`.
    after: usize,
    strike: Strike,
}

impl Connection<'_> {
    async fn requests(
        &self,
        mut client: Frames<ReadHalf<TcpStream>>,
        mut server: WriteHalf<Box<dyn Stream>>,
    ) -> Ended {
        let mut statements = Statements::default();
        let mut groups = 1;
        let mut ready = Vec::new();
        loop {
            if self.encrypted {
                ready.extend_from_slice(client.all());
            }
            while !self.encrypted
                && let Some(message) = client.next()
            {
                let kind = message[0];
                self.shared.state().counts.see(kind);
                let strike = statements
                    .see(message)
                    .and_then(|sql| self.shared.executes(sql));
                match strike {
                    Some(strike) if strike.action.is_after() => self.kept().push_back(Kept {
                        after: groups,
                        strike,
                    }),
                    Some(strike) => {
                        if self.request(&mut ready, &mut server).await.is_err() {
                            return Ended::ServerIsGone;
                        }
                        let cut = strike.action == Action::CutBefore;
                        if !cut {
                            self.shared.requests.send_replace(true);
                        }
                        strike.done();
                        if cut {
                            return Ended::HangsUp;
                        }
                    }
                    None => {}
                }
                ready.extend_from_slice(message);
                groups += usize::from(matches!(kind, b'Q' | b'S' | b'F'));
            }
            if self.request(&mut ready, &mut server).await.is_err() {
                return Ended::ServerIsGone;
            }
            if !matches!(client.fill().await, Ok(true)) {
                return Ended::HangsUp;
            }
        }
    }

    async fn answers(
        &self,
        mut server: Frames<ReadHalf<Box<dyn Stream>>>,
        mut client: WriteHalf<TcpStream>,
    ) -> io::Result<()> {
        let mut groups = 0;
        let mut ready = Vec::new();
        while server.fill().await? {
            let delay = self.shared.state().delay;
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            if self.encrypted {
                ready.extend_from_slice(server.all());
            }
            while !self.encrypted
                && let Some(message) = server.next()
            {
                ready.extend_from_slice(message);
                if message[0] != b'Z' {
                    continue;
                }
                groups += 1;
                while let Some(strike) = self.struck_by(groups) {
                    let cut = strike.action == Action::CutAfter;
                    if !cut {
                        self.shared.answers.send_replace(true);
                    }
                    strike.done();
                    if cut {
                        return Ok(());
                    }
                }
                self.answer(&mut ready, &mut client).await?;
            }
            if !self.keeps_after(groups) {
                self.answer(&mut ready, &mut client).await?;
            }
        }
        // What the server said last, as the reason why it ends.
        self.answer(&mut ready, &mut client).await
    }

    async fn request(
        &self,
        ready: &mut Vec<u8>,
        server: &mut WriteHalf<Box<dyn Stream>>,
    ) -> io::Result<()> {
        open(&self.shared.requests).await;
        server.write_all(ready).await?;
        ready.clear();
        server.flush().await
    }

    async fn answer(
        &self,
        ready: &mut Vec<u8>,
        client: &mut WriteHalf<TcpStream>,
    ) -> io::Result<()> {
        open(&self.shared.answers).await;
        client.write_all(ready).await?;
        ready.clear();
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the group after so many is kept.
    fn keeps_after(&self, groups: usize) -> bool {
        self.kept().front().is_some_and(|kept| kept.after == groups)
    }

    /// What strikes with the last of so many groups.
    fn struck_by(&self, groups: usize) -> Option<Strike> {
        let mut all = self.kept();
        let kept = all.pop_front_if(|kept| kept.after + 1 == groups)?;
        Some(kept.strike)
    }
}
