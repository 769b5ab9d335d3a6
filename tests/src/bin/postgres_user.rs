//! Another process that uses a shared PostgreSQL server: joins it, prints its URL, and lives until
//! its input ends.

use std::io::Read;
use std::path::Path;

use pericarp_tests::postgres::Shared;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, grace] = &arguments[..] else {
        panic!("usage: postgres_user FOLDER GRACE");
    };
    let shared = Shared::join(Path::new(folder), grace.parse().unwrap_or(0));
    println!("{}", shared.server().url());
    // Whether the input ends or breaks, this does.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
