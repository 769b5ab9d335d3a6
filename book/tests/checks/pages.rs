//! The pages, and what is in them.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the repository.
#[track_caller]
pub(crate) fn read(path: &str) -> String {
    let path = root().join(path);
    match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// Every file under a folder of the repository that has this extension.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![root().join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A page of Markdown.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A block of code, and the paragraph before it.
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) code: String,
    pub(crate) before: String,
}

impl Page {
    fn new(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        Self { path, text }
    }

    pub(crate) fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let (mut inside, mut before) = (false, String::new());
        for line in self.text.lines() {
            match (line.strip_prefix("```"), inside) {
                (Some(language), false) => {
                    blocks.push(Block {
                        language: language.to_owned(),
                        code: String::new(),
                        before: std::mem::take(&mut before),
                    });
                    inside = true;
                }
                (Some(_), true) => inside = false,
                (None, true) => {
                    let block = blocks.last_mut().unwrap();
                    block.code.push_str(line);
                    block.code.push('\n');
                }
                (None, false) if line.is_empty() => {}
                (None, false) => before = line.to_owned(),
            }
        }
        assert!(!inside, "{}: a block of code does not end", self.name());
        blocks
    }

    /// The text without its blocks of code.
    pub(crate) fn prose(&self) -> Vec<&str> {
        let mut inside = false;
        self.text
            .lines()
            .filter(|line| {
                let fence = line.starts_with("```");
                inside ^= fence;
                !inside && !fence
            })
            .collect()
    }

    /// What the headings can be linked by.
    pub(crate) fn headings(&self) -> Vec<String> {
        self.prose()
            .into_iter()
            .filter(|line| line.starts_with('#'))
            .map(|line| {
                line.trim_start_matches('#')
                    .trim()
                    .to_lowercase()
                    .chars()
                    .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                    .map(|c| if c == ' ' { '-' } else { c })
                    .collect()
            })
            .collect()
    }
}

/// The pages of the book.
pub(crate) fn book() -> Vec<Page> {
    let pages: Vec<Page> = files("book/src", "md").into_iter().map(Page::new).collect();
    assert!(pages.len() > 10, "the book has {} pages", pages.len());
    pages
}

/// The page of the book with this name.
pub(crate) fn page(name: &str) -> Page {
    Page::new(root().join("book/src").join(name))
}

/// The pages at the root of the repository.
pub(crate) fn repository() -> Vec<Page> {
    [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    ]
    .map(|name| Page::new(root().join(name)))
    .into()
}
