//! What was acknowledged survives `kill -9`; and the program ends as it should when it is asked to.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc;

use crate::caller::Caller;
use crate::leaving::buy;

/// The program, with the log in a folder.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_storefront"))
            .arg("--db")
            .arg(folder.join("shop.db"))
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening at http://").unwrap();
        let address = address.parse().unwrap();
        Self { child, address }
    }

    async fn caller(&self, name: &str) -> Caller {
        let caller = Caller::connect(self.address).await;
        caller
            .with("x-user", name)
            .with("x-roles", "customer,clerk")
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut placed = Vec::new();
    for round in 0..3 {
        let mut program = Program::start(folder.path());
        let mut clerk = program.caller("otto").await;
        let tea = r#"{"product":"tea","name":"Tea","cents":350,"units":1000000}"#;
        let expected = if round == 0 { 201 } else { 409 };
        clerk.post("/products", tea).await.expect(expected);
        for order in &placed {
            clerk.get(&format!("/orders/{order}")).await.expect(200);
        }
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut buying = tokio::task::JoinSet::new();
        for number in 0..8 {
            let customer = program.caller(&format!("customer-{number}")).await;
            buying.spawn(buy(customer, tell.clone()));
        }
        drop(tell);
        let wanted = placed.len() + 40;
        while placed.len() < wanted {
            placed.push(told.recv().await.unwrap());
        }
        program.child.kill().unwrap();
        while let Some(order) = told.recv().await {
            placed.push(order);
        }
        buying.join_all().await;
    }
    let program = Program::start(folder.path());
    let mut clerk = program.caller("otto").await;
    for order in &placed {
        let view = clerk.get(&format!("/orders/{order}")).await.expect(200);
        assert_eq!(view.json()["state"], "placed");
    }
}

#[tokio::test]
async fn a_signal_ends_the_program_in_order() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = tempfile::tempdir().unwrap();
        let mut program = Program::start(folder.path());
        let mut ann = program.caller("ann").await;
        ann.post("/orders", "").await.expect(201);
        program.signal(signal);
        assert!(program.child.wait().unwrap().success());
        // A log that is closed is one file.
        assert!(!folder.path().join("shop.db-wal").exists());
    }
}

#[test]
fn a_configuration_that_cannot_be_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.toml");
    std::fs::write(&file, "[sqlite]\nreader = 3\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_storefront"))
        .arg("--config")
        .arg(&file)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("line 2") && said.contains("did you mean `sqlite.readers`?"),
        "{said}"
    );
}
