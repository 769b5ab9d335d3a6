use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Drives the storefront over HTTP, and measures it.
#[derive(Clone, Debug, Parser)]
#[command(name = "load")]
pub(crate) struct Arguments {
    /// The storefront
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) address: SocketAddr,

    /// Start a storefront instead, and stop it at the end; what follows `--` it is told
    #[arg(long, conflicts_with_all = ["address", "pid"])]
    pub(crate) spawn: bool,

    /// The process of the storefront, whose resident size is to be watched
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,

    /// How many users there are at once, with a connection each
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) users: u64,

    /// How many requests each of them sends
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100,
        conflicts_with = "duration"
    )]
    pub(crate) requests: u64,

    /// How long they send instead, such as 30s or 10m
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) duration: Option<Duration>,

    /// How many requests of all are to be sent per second, whether or not they are answered in time;
    /// without it each user sends when it has the answer to the last
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<u64>,

    /// How many of 100 requests are commands
    #[arg(long, value_name = "PERCENT", default_value_t = 20,
          value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) commands: u8,

    /// How many products there are
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) products: u32,

    /// What the choices of the users come of
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// How many threads send
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) threads: usize,

    /// Where to draw the latencies, as SVG
    #[arg(long, value_name = "PATH")]
    pub(crate) chart: Option<PathBuf>,

    /// What a storefront is told that is started
    #[arg(last = true, value_name = "ARGUMENT")]
    pub(crate) storefront: Vec<String>,
}

/// A number, with `s` for seconds or `m` for minutes behind it.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text} is no time; write 30s or 10m");
    let (number, seconds) = match text.split_at_checked(text.len().saturating_sub(1)) {
        Some((number, "s")) => (number, 1),
        Some((number, "m")) => (number, 60),
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match number.checked_mul(seconds) {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(wrong()),
    }
}
