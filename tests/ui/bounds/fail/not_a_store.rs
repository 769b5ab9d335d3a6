use pericarp::Pericarp;

struct Drawer;

fn main() {
    let _ = Pericarp::new(Drawer);
}
