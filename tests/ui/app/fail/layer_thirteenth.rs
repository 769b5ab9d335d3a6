use pericarp::Pericarp;
use pericarp::middleware::CatchPanic;
use pericarp::store::MemoryStore;

fn main() {
    let builder = Pericarp::builder(MemoryStore::new());
    let builder = builder.layer(CatchPanic).layer(CatchPanic).layer(CatchPanic).layer(CatchPanic);
    let builder = builder.layer(CatchPanic).layer(CatchPanic).layer(CatchPanic).layer(CatchPanic);
    let builder = builder.layer(CatchPanic).layer(CatchPanic).layer(CatchPanic).layer(CatchPanic);
    let _ = builder.layer(CatchPanic);
}
