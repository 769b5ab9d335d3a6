use pericarp::prelude::*;

struct Views;

#[derive(Query)]
#[query(on = Views, returns = u64)]
struct OpenOrders;

fn main() {}
