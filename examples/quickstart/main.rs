//! A bank account in a SQLite file: run it twice, and it goes on where it was.
#![cfg_attr(rustfmt, rustfmt_skip)]
use pericarp::{Pericarp, prelude::*, store::SqliteStore};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)] #[event(name = "account.deposited")]
struct Deposited { cents: i64 }
#[derive(Event, Serialize, Deserialize)] #[event(name = "account.withdrawn")]
struct Withdrawn { cents: i64 }

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = String, error = Overdrawn, events(Deposited, Withdrawn))]
struct Account { cents: i64 }
impl Apply<Deposited> for Account { fn apply(&mut self, e: Deposited, _: &Meta<'_>) { self.cents += e.cents } }
impl Apply<Withdrawn> for Account { fn apply(&mut self, e: Withdrawn, _: &Meta<'_>) { self.cents -= e.cents } }
#[derive(Command)] #[command(aggregate = Account)]
struct Deposit { #[command(id)] account: String, cents: i64 }
impl Handle<Deposit> for Account {
    fn handle(account: &mut Root<Self>, c: &Deposit) -> Result<(), Overdrawn> { account.emit(Deposited { cents: c.cents }); Ok(()) }
}
#[derive(Command)] #[command(aggregate = Account, returns = i64)]
struct Withdraw { #[command(id)] account: String, cents: i64 }
impl Handle<Withdraw> for Account {
    fn handle(account: &mut Root<Self>, c: &Withdraw) -> Result<i64, Overdrawn> {
        if account.cents < c.cents { return Err(Overdrawn { missing: c.cents - account.cents }) }
        account.emit(Withdrawn { cents: c.cents }); // applied at once: the next line sees it
        Ok(account.cents)
    }
}
#[derive(Debug, thiserror::Error)] #[error("{missing} cents are missing")]
struct Overdrawn { missing: i64 }
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = Pericarp::new(SqliteStore::open("quickstart.db").await?);
    app.execute(Deposit { account: "ann".into(), cents: 100 }).await?;
    let left = app.execute(Withdraw { account: "ann".into(), cents: 70 }).await?;
    let refused = app.execute(Withdraw { account: "ann".into(), cents: 2 * left }).await;
    println!("{left} cents are left; taking twice as much: {refused:?}");
    Ok(())
}
