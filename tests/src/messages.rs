//! Every message that a mistake may get: from the derives, and from a trait that is missing.

use std::fs;
use std::path::{Path, PathBuf};

/// A message, as its source writes it: with `{names}` for what differs.
#[derive(Debug, Clone)]
pub struct Message {
    /// What it is about.
    pub group: String,
    /// The text.
    pub text: String,
    /// What it says whatever is filled in.
    parts: Vec<String>,
}

impl Message {
    fn new(group: &str, text: String) -> Self {
        Self {
            group: group.to_owned(),
            parts: fixed_parts(&text),
            text,
        }
    }

    /// The first part that none of `said` shows.
    pub fn missing_in(&self, said: &str) -> Option<&str> {
        let mut parts = self.parts.iter().map(String::as_str);
        parts.find(|part| !said.contains(part))
    }

    /// Whether one line of `said` shows it.
    pub fn is_in(&self, said: &str) -> bool {
        said.lines().any(|line| self.missing_in(line).is_none())
    }
}

/// The messages of the derives, in the order of their file, which has a comment over each group.
///
/// # Panics
/// If the file cannot be read.
pub fn of_derives(root: &Path) -> Vec<Message> {
    let source = read(&root.join("pericarp-derive/src/messages.rs"));
    let (mut group, mut code) = (String::new(), String::new());
    let mut messages = Vec::new();
    let mut end = |group: &str, code: &mut String| {
        let texts = string_literals(&std::mem::take(code)).into_iter();
        messages.extend(texts.map(|text| Message::new(group, text)));
    };
    for line in source.lines() {
        if let Some(heading) = line.strip_prefix("// ") {
            end(&group, &mut code);
            heading.trim_end_matches('.').clone_into(&mut group);
        } else if !line.trim_start().starts_with("//") {
            code += line;
            code.push('\n');
        }
    }
    end(&group, &mut code);
    messages
}

/// What the compiler is told to say where a trait is missing: the message, the label and the note
/// of each, and which is which.
///
/// # Panics
/// If the sources cannot be read.
pub fn of_traits(root: &Path) -> Vec<(&'static str, Message)> {
    let mut messages = Vec::new();
    for path in files(&root.join("pericarp/src"), "rs") {
        for told in read(&path).split("#[diagnostic::on_unimplemented(").skip(1) {
            let told = told.split("\n)]").next().unwrap_or_default();
            for key in ["message", "label", "note"] {
                let value = told.split_once(&format!("    {key} = "));
                let text = value.and_then(|(_, rest)| string_literals(rest).into_iter().next());
                let message = text.map(|text| Message::new("Traits that are missing", text));
                messages.extend(message.map(|message| (key, message)));
            }
        }
    }
    messages
}

/// The files of a folder with an extension, sorted.
///
/// # Panics
/// If the folder cannot be read.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|is| is == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// The string literals of Rust code without comments, unescaped.
fn string_literals(code: &str) -> Vec<String> {
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

fn fixed_parts(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut inside) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if !inside && chars.next_if_eq(&c).is_some() => part.push(c),
            '{' => {
                inside = true;
                parts.push(std::mem::take(&mut part));
            }
            '}' => inside = false,
            c if !inside => part.push(c),
            _ => {}
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}
