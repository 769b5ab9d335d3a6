use pericarp::Event;

#[derive(Event)]
#[event(name = "account.opened")]
union Opened {
    a: u8,
    b: i8,
}

fn main() {}
