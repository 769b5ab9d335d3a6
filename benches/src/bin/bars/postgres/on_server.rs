use pericarp_benches::Outcome;
use pericarp_benches::server::Server;

use crate::{Bar, Target, runtime};

/// Starts a server and measures on it, in the order of the names. Without one there are only
/// reasons.
pub(super) fn on_server(
    names: &[&'static str],
    targets: &[Target],
    measure: impl AsyncFnOnce(&Server) -> Outcome<Vec<f64>>,
) -> Outcome<Vec<Bar>> {
    runtime()?.block_on(async {
        let bars = names.iter().zip(targets);
        match Server::start().await {
            Ok(server) => {
                let values = measure(&server).await?;
                assert_eq!(values.len(), names.len(), "a value for each bar");
                Ok(bars
                    .zip(values)
                    .map(|((name, target), value)| Bar::new(name, value, *target))
                    .collect())
            }
            Err(why) => {
                // Of a longer story, what it is about.
                let why = why.lines().next().unwrap_or_default();
                Ok(bars
                    .map(|(name, target)| Bar::not_measured(name, why, *target))
                    .collect())
            }
        }
    })
}
