//! The program: from its arguments to its end.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use pericarp::config::Config;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::Arguments;
use crate::server::Server;
use crate::telemetry;

/// Runs the program.
pub fn run(arguments: Arguments) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new();
    let outcome = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(serve(arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Serves until it is told to stop.
async fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.template {
        io::stdout().write_all(Config::template().as_bytes())?;
        return Ok(());
    }
    let settings = arguments.settings()?;
    telemetry::install(settings.config.log.level);
    // Before anybody can see that it serves.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = Server::start(&settings).await?;
    say(&format!("listening at http://{}", server.address()));
    if let Some(address) = server.debug_address() {
        say(&format!("profiles at http://{address}/debug/pprof"));
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    say("leaving");
    server.stop().await;
    Ok(())
}

/// `println!`, which whoever reads it may have left: that is no reason to leave anybody unserved.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

fn tell(error: &dyn Error) {
    eprint!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprint!(": {error}");
        cause = error.source();
    }
    eprintln!();
}
