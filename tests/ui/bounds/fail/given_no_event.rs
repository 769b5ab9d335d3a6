use pericarp::testing::Events;

struct Reset;

fn happened(_: impl Events) {}

fn main() {
    happened(Reset);
}
