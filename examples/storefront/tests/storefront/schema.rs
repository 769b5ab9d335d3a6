//! What is stored stays readable.

use pericarp_storefront::shop::{Order, Product};

#[test]
fn events_are_locked() {
    pericarp::schema![Order, Product].check("events.lock");
}
