use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.opened")]
struct Opened<'a> {
    #[event(no_escapes)]
    owner: &'a str,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "account.deposited")]
struct Deposited {
    cents: i64,
}

#[derive(Aggregate, Default)]
#[aggregate(category = "account", id = u64, event(Deposited))] // mistake
struct Account {
    cents: i64,
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited, _: &Meta<'_>) {
        self.cents += event.cents;
    }
}

#[derive(Command)]
#[command(aggregate = Account)]
struct Deposit {
    #[command(id)]
    account: u64,
}

impl Handle<Deposit> for Account {
    fn handle(account: &mut Root<Self>, _: &Deposit) -> Result<(), Self::Error> {
        account.emit(Deposited { cents: 1 });
        Ok(())
    }
}

fn main() {
    let mut account = Root::<Account>::empty(1);
    account.emit(Deposited { cents: 1 });
}
