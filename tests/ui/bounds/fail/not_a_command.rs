use pericarp::Command;

struct Close;

fn send(_: impl Command) {}

fn main() {
    send(Close);
}
