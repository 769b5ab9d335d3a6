use pericarp::Query;

struct OpenOrders;

fn put(_: impl Query) {}

fn main() {
    put(OpenOrders);
}
