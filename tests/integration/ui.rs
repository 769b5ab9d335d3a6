use std::fs;
use std::path::Path;

use pericarp_tests::messages::{self, Message};

#[test]
fn what_the_derives_accept_and_what_they_say() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/*/pass/*.rs");
    cases.compile_fail("ui/*/fail/*.rs");
}

#[test]
fn every_message_of_the_derives_has_a_case() {
    check_cases(&messages::of_derives(Path::new("..")), 50);
}

/// What the compiler is told to say where a trait is missing.
#[test]
fn every_message_of_a_trait_has_a_case() {
    let told = messages::of_traits(Path::new(".."));
    let told: Vec<_> = told.into_iter().map(|(_, message)| message).collect();
    check_cases(&told, 80);
}

/// But for those that only the library implements, or that hold for whatever else holds.
#[test]
fn every_trait_that_may_be_missing_says_what_to_write() {
    const OWN: &[&str] = &["Flawless", "Given", "Mode", "Step", "Sum"];
    let mut count = 0;
    for path in messages::files(Path::new("../pericarp/src"), "rs") {
        let source = fs::read_to_string(&path).unwrap();
        for (before, after) in source
            .match_indices("\npub trait ")
            .map(|(i, _)| source.split_at(i))
        {
            count += 1;
            let name = after.trim_start_matches("\npub trait ");
            let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            let attributes = before.rsplit("\n\n").next().unwrap();
            let internal = OWN.contains(&name) || (name == "Visit" && path.ends_with("sum.rs"));
            assert!(
                internal || attributes.contains("#[diagnostic::on_unimplemented("),
                "{name} in {} does not say what to write",
                path.display()
            );
        }
    }
    assert!(count > 30, "found only {count} traits");
}

#[track_caller]
fn check_cases(messages: &[Message], at_least: usize) {
    let said = messages::files(Path::new("ui"), "stderr")
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect::<String>();
    assert!(messages.len() > at_least, "found {}", messages.len());
    for message in messages {
        if let Some(part) = message.missing_in(&said) {
            panic!("no case in tests/ui shows `{part}` of `{}`", message.text);
        }
    }
}

/// So an editor goes on to complete its fields and methods.
#[test]
fn a_broken_item_keeps_its_impls_so_that_nothing_but_the_mistake_is_reported() {
    for derive in ["event", "aggregate", "command", "query", "shape"] {
        let case = format!("ui/{derive}/fail/no_cascade");
        let program = fs::read_to_string(format!("{case}.rs")).unwrap();
        let said = fs::read_to_string(format!("{case}.stderr")).unwrap();
        let mistakes: Vec<_> = (1..)
            .zip(program.lines())
            .filter(|(_, line)| line.ends_with("// mistake"))
            .map(|(number, _)| format!("{case}.rs:{number}:"))
            .collect();
        let errors: Vec<_> = said
            .split("\n\n")
            .filter(|part| part.starts_with("error"))
            .collect();
        assert!(!mistakes.is_empty(), "{case} has no mistake");
        assert_eq!(errors.len(), mistakes.len(), "{case}: {said}");
        for (error, mistake) in errors.iter().zip(&mistakes) {
            assert!(error.contains(mistake), "{mistake} is not where {error} is");
        }
    }
}

/// What a case says is the mistake, and nothing that follows from it.
#[test]
fn no_case_shows_a_panic_or_a_hidden_name() {
    for path in messages::files(Path::new("ui"), "stderr") {
        let said = fs::read_to_string(&path).unwrap();
        for line in said.lines().filter(|line| line.starts_with("error")) {
            for bad in ["derive panicked", "__", "proc-macro"] {
                assert!(
                    !line.contains(bad),
                    "{} says `{bad}`: {line}",
                    path.display()
                );
            }
        }
    }
}
