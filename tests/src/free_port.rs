use std::net::TcpListener;

use uuid::Uuid;

/// A port of 127.0.0.1 that nobody has now, and that is not among those which clients are given:
/// who gives it up for a while is likely to get it back.
pub fn free_port() -> u16 {
    loop {
        let random = Uuid::now_v7().as_u64_pair().1;
        let port = 10_000 + (random % 20_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
