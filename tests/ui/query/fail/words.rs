use pericarp::prelude::*;

struct Views;

#[derive(Query)]
#[query(om = Views, retuns = u64)]
struct Misspelt;

#[derive(Query)]
#[query(error = std::fmt::Error)]
struct Missing;

#[derive(Query)]
struct Bare;

#[derive(Query)]
#[query]
struct NoList;

#[derive(Query)]
#[query(on = Views, returns = u64)]
union Either {
    a: u8,
}

#[derive(Query)]
#[query(on = Views, returns = u64)]
struct Field {
    #[query(id)]
    account: u64,
}

#[derive(Query)]
#[query(on = Views, returns)]
struct NoType;

#[derive(Query)]
#[query(on = Views, returns = u64, middleware(&3))]
struct Form;

fn main() {}
