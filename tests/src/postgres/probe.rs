use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// What a server says to a new client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It would serve, even if not this client.
    Ready,
    /// It starts, recovers or shuts down.
    NotNow,
    /// There is no server.
    Nobody,
}

/// Knocks at a server's socket.
pub(super) fn probe(socket: &Path) -> Answer {
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            ) =>
        {
            return Answer::Nobody;
        }
        // Its queue of new clients is full.
        Err(error) if error.kind() == ErrorKind::WouldBlock => return Answer::NotNow,
        Err(error) => panic!("{}: {error}", socket.display()),
    };
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let parameters = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0";
    let mut startup = (parameters.len() as u32 + 4).to_be_bytes().to_vec();
    startup.extend(parameters);
    let mut kind = [0];
    if stream.write_all(&startup).is_err() || stream.read_exact(&mut kind).is_err() {
        return Answer::NotNow;
    }
    if kind == *b"E" {
        let mut error = Vec::new();
        // What came before a failure is enough to tell.
        let _ = stream.read_to_end(&mut error);
        // cannot_connect_now
        if error.windows(7).any(|field| field == b"C57P03\0") {
            return Answer::NotNow;
        }
    } else {
        // Bid farewell; if that fails, the server finds out by itself.
        let _ = stream.write_all(b"X\0\0\0\x04");
    }
    Answer::Ready
}
