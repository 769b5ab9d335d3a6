use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn what_the_derives_accept_and_what_they_say() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/*/pass/*.rs");
    cases.compile_fail("ui/*/fail/*.rs");
}

#[test]
fn every_message_of_the_derives_has_a_case() {
    let said = stderr_files(Path::new("ui"))
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect::<String>();
    let messages = fs::read_to_string("../pericarp-derive/src/messages.rs").unwrap();
    let literals = string_literals(&messages);
    assert!(
        literals.len() > 25,
        "found only {} messages",
        literals.len()
    );
    for literal in literals {
        for part in fixed_parts(&literal) {
            assert!(
                said.contains(&part),
                "no case in tests/ui shows `{part}` of `{literal}`"
            );
        }
    }
}

/// What a case says is the mistake, and nothing that follows from it.
#[test]
fn no_case_shows_a_panic_or_a_hidden_name() {
    for path in stderr_files(Path::new("ui")) {
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

fn stderr_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(stderr_files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "stderr")
        {
            files.push(path);
        }
    }
    files
}

/// The string literals of a Rust file, unescaped, comments left out.
fn string_literals(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |code, line| code + line + "\n");
    let mut literals = Vec::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '"' {
            continue;
        }
        let mut literal = String::new();
        while let Some(c) = chars.next().filter(|c| *c != '"') {
            match c {
                '\\' if chars.peek() == Some(&'\n') => {
                    while chars.next_if(|c| c.is_whitespace()).is_some() {}
                }
                '\\' => literal.extend(chars.next()),
                c => literal.push(c),
            }
        }
        literals.push(literal);
    }
    literals
}

/// What a format string says whatever its arguments are.
fn fixed_parts(literal: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for c in literal.chars() {
        match c {
            '{' => inside = true,
            '}' => {
                inside = false;
                parts.push(String::new());
            }
            c if !inside => parts.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}
