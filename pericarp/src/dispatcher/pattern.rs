use std::fmt;
use std::str::FromStr;

/// Which stored names of events are meant: words between dots, where `*` stands for one word and
/// `**` for any number of words, none among them.
///
/// ```
/// use pericarp::dispatcher::Pattern;
///
/// let pattern: Pattern = "user.**".parse()?;
/// assert!(pattern.matches("user.profile.changed"));
/// assert!(!"user.*".parse::<Pattern>()?.matches("user.profile.changed"));
/// # Ok::<(), pericarp::dispatcher::InvalidPattern>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(Vec<Word>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Word {
    Exactly(Box<str>),
    Any,
    AnyNumber,
}

/// A text that is no [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "pattern {pattern:?} is none: it is words of ASCII letters, digits and `_ - :` between dots, and `*` or `**` in place of a whole word"
)]
#[non_exhaustive]
pub struct InvalidPattern {
    /// The text.
    pub pattern: String,
}

impl InvalidPattern {
    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        "dispatcher.pattern"
    }
}

impl Pattern {
    /// Whether it means an event with this stored name.
    pub fn matches(&self, name: &str) -> bool {
        let names: Vec<&str> = name.split('.').collect();
        let (mut word, mut at) = (0, 0);
        // Where the last `**` stands, and how far it reaches.
        let mut reach: Option<(usize, usize)> = None;
        while at < names.len() {
            match (self.0.get(word), &mut reach) {
                (Some(Word::AnyNumber), _) => {
                    reach = Some((word, at));
                    word += 1;
                }
                (Some(Word::Any), _) => (word, at) = (word + 1, at + 1),
                (Some(Word::Exactly(exactly)), _) if **exactly == *names[at] => {
                    (word, at) = (word + 1, at + 1);
                }
                (_, Some((star, end))) => {
                    *end += 1;
                    (word, at) = (*star + 1, *end);
                }
                (_, None) => return false,
            }
        }
        self.0[word..].iter().all(|word| *word == Word::AnyNumber)
    }
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let words = text.split('.').map(|word| match word {
            "*" => Some(Word::Any),
            "**" => Some(Word::AnyNumber),
            _ if !word.is_empty() && word.bytes().all(may_be_in_a_word) => {
                Some(Word::Exactly(word.into()))
            }
            _ => None,
        });
        let words: Option<Vec<_>> = words.collect();
        words.map(Self).ok_or_else(|| InvalidPattern {
            pattern: text.to_owned(),
        })
    }
}

const fn may_be_in_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':')
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, word) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(".")?;
            }
            f.write_str(match word {
                Word::Exactly(word) => word,
                Word::Any => "*",
                Word::AnyNumber => "**",
            })?;
        }
        Ok(())
    }
}
