use pericarp::schema::Shape;

struct Iban;

fn look_into<T: Shape>() {}

fn main() {
    look_into::<Iban>();
}
