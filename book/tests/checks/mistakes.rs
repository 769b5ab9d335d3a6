//! The page on mistakes quotes what the compiler says, and knows every message.

use std::fs;

use pericarp_tests::messages::{self, Message};

use crate::pages::{page, read, root};

/// What the first line of a mistake tells one to do.
const FIXES: &[&str] = &["derive ", "write ", "add ", "mark ", "did you mean "];

#[test]
fn the_first_line_of_each_of_the_ten_mistakes_names_the_fix() {
    let page = page("mistakes.md");
    let quoted: Vec<_> = page
        .blocks()
        .into_iter()
        .filter(|block| block.language == "text")
        .collect();
    assert_eq!(quoted.len(), 10);
    for quote in quoted {
        let case = quote.before.trim_matches(['`', ':']);
        let (derive, name) = case.split_once('/').unwrap();
        let said = read(&format!("tests/ui/{derive}/fail/{name}.stderr"));
        assert!(
            said.starts_with(&quote.code),
            "{case}: the page quotes what is not said any more; copy from\n{said}"
        );
        let first = quote.code.lines().next().unwrap();
        assert!(first.starts_with("error"), "{case}: {first}");
        assert!(
            FIXES.iter().any(|fix| first.contains(fix)),
            "{case}: no fix in `{first}`"
        );
    }
}

#[test]
fn the_page_on_mistakes_has_every_message() {
    const START: &str = "<!-- messages -->\n";
    const END: &str = "<!-- end of messages -->\n";
    let mut page = page("mistakes.md");
    let start = page.text.find(START).unwrap() + START.len();
    let end = page.text.find(END).unwrap();
    let table = reference();
    if page.text[start..end] == table {
        return;
    }
    assert!(
        std::env::var_os("PERICARP_BLESS").is_some(),
        "mistakes.md does not list the messages as they are; PERICARP_BLESS=1 writes them"
    );
    page.text.replace_range(start..end, &table);
    fs::write(page.path, page.text).unwrap();
}

/// Every message, group by group, with the first case that gets it.
fn reference() -> String {
    let mut all = messages::of_derives(&root());
    let of_traits = messages::of_traits(&root()).into_iter();
    all.extend(of_traits.filter_map(|(key, message)| (key == "message").then_some(message)));
    assert!(all.len() > 90, "found only {} messages", all.len());
    let cases = cases();
    let (mut text, mut group) = (String::new(), String::new());
    for message in all {
        if message.group != group {
            group.clone_from(&message.group);
            text += &format!("\n### {group}\n\n| Message | Got by |\n|---|---|\n");
        }
        text += &format!(
            "| {} | `{}` |\n",
            code(&message.text),
            case(&cases, &message)
        );
    }
    text + "\n"
}

/// The name of each case, and what the compiler says of it.
fn cases() -> Vec<(String, String)> {
    let folder = root().join("tests/ui");
    let cases = messages::files(&folder, "stderr").into_iter().map(|path| {
        let name = path.strip_prefix(&folder).unwrap().with_extension("");
        let name = name.to_string_lossy().replace("/fail/", "/");
        (name, fs::read_to_string(path).unwrap())
    });
    cases.collect()
}

#[track_caller]
fn case<'c>(cases: &'c [(String, String)], message: &Message) -> &'c str {
    let found = cases.iter().find(|(_, said)| message.is_in(said));
    found.map_or_else(
        || panic!("no case gets `{}`", message.text),
        |(name, _)| name,
    )
}

/// As code that has code in it.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    format!("`` {text} ``")
}
