use pericarp::store::{BulkStore, MemoryStore};

struct Drawer;

fn take_over<S: BulkStore>(_: S) {}

fn main() {
    take_over(MemoryStore::new());
    take_over(Drawer);
}
