use std::fs;
use std::time::Duration;

/// How much memory of a process is in use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Resident {
    pub(crate) at: Duration,
    /// All that is resident, in KiB.
    pub(crate) total: u64,
    /// What of it is the process's own, and not a part of a file that is mapped.
    pub(crate) own: u64,
}

impl Resident {
    /// That of a process now, where `/proc` tells it.
    pub(crate) fn of(process: u32, at: Duration) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let kib = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let (total, own) = (kib("VmRSS:")?, kib("RssAnon:")?);
        Some(Self { at, total, own })
    }
}
