//! The words and marks of one line of a lock file.

use super::error::LockSyntax;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Quoted(String),
    Mark(char),
}

/// Whether a name with `c` in it needs no quotation marks.
pub(super) fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
}

/// Takes the tokens of a line one by one.
pub(super) struct Line {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

impl Line {
    pub(super) fn new(text: &str) -> Result<Self, LockSyntax> {
        Ok(Self {
            tokens: tokens(text)?.into_iter().peekable(),
        })
    }

    pub(super) fn is_empty(&mut self) -> bool {
        self.tokens.peek().is_none()
    }

    /// Takes a mark if it is next.
    pub(super) fn takes(&mut self, mark: char) -> bool {
        self.tokens.next_if_eq(&Token::Mark(mark)).is_some()
    }

    /// Takes a word without quotation marks if it is next.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let is_word = |token: &Token| matches!(token, Token::Word(next) if next == word);
        self.tokens.next_if(is_word).is_some()
    }

    pub(super) fn is_at(&mut self, mark: char) -> bool {
        self.tokens.peek() == Some(&Token::Mark(mark))
    }

    pub(super) fn mark(&mut self, mark: char) -> Result<(), LockSyntax> {
        if self.takes(mark) {
            Ok(())
        } else {
            Err(self.expected(format!("`{mark}`")))
        }
    }

    /// A word without quotation marks.
    pub(super) fn word(&mut self) -> Result<String, LockSyntax> {
        match self.tokens.next_if(|token| matches!(token, Token::Word(_))) {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(self.expected("a word".to_owned())),
        }
    }

    /// A word, with or without quotation marks.
    pub(super) fn name(&mut self) -> Result<String, LockSyntax> {
        let is_name = |token: &Token| !matches!(token, Token::Mark(_));
        match self.tokens.next_if(is_name) {
            Some(Token::Word(name) | Token::Quoted(name)) => Ok(name),
            _ => Err(self.expected("a name".to_owned())),
        }
    }

    /// `(name, ..)`.
    pub(super) fn names(&mut self) -> Result<Vec<String>, LockSyntax> {
        self.mark('(')?;
        let mut names = vec![self.name()?];
        while self.takes(',') {
            names.push(self.name()?);
        }
        self.mark(')')?;
        Ok(names)
    }

    /// `(name)`.
    pub(super) fn one_name(&mut self) -> Result<String, LockSyntax> {
        self.mark('(')?;
        let name = self.name()?;
        self.mark(')')?;
        Ok(name)
    }

    fn expected(&mut self, expected: String) -> LockSyntax {
        let found = match self.tokens.peek() {
            None => "the end of the line".to_owned(),
            Some(Token::Word(word)) => format!("`{word}`"),
            Some(Token::Quoted(text)) => format!("{text:?}"),
            Some(Token::Mark(mark)) => format!("`{mark}`"),
        };
        LockSyntax::Expected { expected, found }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, LockSyntax> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' => {}
            '"' => tokens.push(Token::Quoted(quoted(&mut chars)?)),
            c if is_plain(c) => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| is_plain(*c)) {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
            mark => tokens.push(Token::Mark(mark)),
        }
    }
    Ok(tokens)
}

fn quoted(chars: &mut impl Iterator<Item = char>) -> Result<String, LockSyntax> {
    let mut text = String::new();
    loop {
        match chars.next() {
            Some('"') => return Ok(text),
            Some('\\') => match chars.next() {
                Some('u') => text.push(code(chars).ok_or(LockSyntax::Escape)?),
                Some(c @ ('"' | '\\')) => text.push(c),
                _ => return Err(LockSyntax::Escape),
            },
            Some(c) => text.push(c),
            None => return Err(LockSyntax::Unclosed),
        }
    }
}

/// `{hex}`.
fn code(chars: &mut impl Iterator<Item = char>) -> Option<char> {
    if chars.next() != Some('{') {
        return None;
    }
    let hex: String = chars.take_while(|c| *c != '}').collect();
    char::from_u32(u32::from_str_radix(&hex, 16).ok()?)
}
