//! Links lead somewhere.

use std::fs;

use crate::pages::{Page, book, repository};

#[test]
fn links_to_pages_and_files_are_not_broken() {
    let mut count = 0;
    for page in book().iter().chain(&repository()) {
        for line in page.prose() {
            for link in links(line).filter(|link| !link.contains("://")) {
                count += 1;
                check(page, link);
            }
        }
    }
    assert!(count > 60, "found only {count} links");
}

#[test]
fn every_page_is_in_the_summary_once() {
    let pages = book();
    let summary = pages
        .iter()
        .find(|page| page.name() == "SUMMARY.md")
        .unwrap();
    for page in pages.iter().filter(|page| page.name() != "SUMMARY.md") {
        let link = format!("({})", page.name());
        assert_eq!(summary.text.matches(&link).count(), 1, "{}", page.name());
    }
}

fn check(page: &Page, link: &str) {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let file = match path {
        "" => page.path.clone(),
        path => page.path.with_file_name(path),
    };
    assert!(file.exists(), "{}: {link} leads nowhere", page.name());
    if !heading.is_empty() {
        let text = fs::read_to_string(&file).unwrap();
        let headings = Page { path: file, text }.headings();
        assert!(
            headings.iter().any(|found| found == heading),
            "{}: {link}: the headings there are {headings:?}",
            page.name()
        );
    }
}

/// What stands in `](..)`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}
