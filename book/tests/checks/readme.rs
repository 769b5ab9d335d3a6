//! The README shows the program that is run, and the house rules on size hold.

use crate::pages::{read, repository};

#[test]
fn the_readme_shows_the_quickstart_byte_for_byte() {
    let program = read("examples/quickstart/main.rs");
    let pages = repository();
    let readme = pages
        .iter()
        .find(|page| page.name() == "README.md")
        .unwrap();
    let shown: Vec<_> = readme
        .blocks()
        .into_iter()
        .filter(|block| block.language == "rust")
        .collect();
    assert_eq!(shown.len(), 1, "the README has one program");
    assert!(
        shown[0].code == program,
        "copy examples/quickstart/main.rs into README.md: the two differ"
    );
    assert!(program.lines().count() <= 40);
}

#[test]
fn the_architecture_is_read_in_one_sitting() {
    assert!(read("ARCHITECTURE.md").lines().count() <= 250);
}

#[test]
fn the_licences_and_the_compiler_are_those_of_the_manifest() {
    let (manifest, readme) = (read("Cargo.toml"), read("README.md"));
    assert!(manifest.contains(r#"license = "MIT OR Apache-2.0""#));
    let compiler = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .unwrap()
        .trim_matches('"');
    assert!(readme.contains(&format!("Rust {compiler}")));
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(readme.contains(licence));
        assert!(read(licence).contains("The Pericarp developers"));
    }
}
