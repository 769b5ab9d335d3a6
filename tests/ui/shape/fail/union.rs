use pericarp::Shape;

#[derive(Shape)]
union Either {
    a: u8,
    b: i8,
}

fn main() {}
