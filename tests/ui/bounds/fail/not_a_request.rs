use pericarp::Request;

struct OpenOrders;

fn log(_: &impl Request) {}

fn main() {
    log(&OpenOrders);
}
