use pericarp::Event;

#[derive(Event)]
#[event(name = "account.opened")]
struct Opened<'a> {
    #[event(no_escapes)]
    owner: &'a str,
}

fn main() {}
