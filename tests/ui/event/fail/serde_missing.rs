use pericarp::Event;

#[derive(Event)]
#[event(name = "account.opened")]
struct Opened<'a> {
    owner: &'a str,
}

fn main() {}
