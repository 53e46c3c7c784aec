//! The query language of lists: `link:missing verdict:blocked when:tomorrow ada`.
//!
//! A filter is parsed once, and compiled to a predicate over the columns of an interview with now bound. The
//! predicates say in SQL what `session.rs` and `verdict.rs` say in code; a property test holds the two together.

mod predicate;
mod sought;

use jiff::Timestamp;
use jiff::civil::Date;

use super::delivery::State;
use super::finding::Code;
use super::ids::InterviewId;
use super::interview::Status;
use super::session::{AccessWindow, LinkState};
use super::text::fold_for_search;
use super::verdict::Standing;
use super::when::Zone;

pub use predicate::Predicate;
pub use sought::Sought;

/// A list of conditions that must all hold. The empty filter lets everything through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    terms: Vec<Term>,
    all: bool,
    words: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negated: bool,
    condition: Condition,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Link(LinkState),
    Verdict(Standing),
    Mail(State),
    Finding(Code),
    Status(Status),
    When(Days),
    Joined(Joined),
    Id(InterviewId),
    AnyOf(Vec<InterviewId>),
    Column(TextColumn, String),
    Text(Sought),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Days {
    Today,
    Tomorrow,
    Week,
    Ahead,
    Past,
    None,
    On(Date),
}

/// Whether the candidate has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    Yes,
    No,
    /// And is waiting to be let in.
    Waiting,
}

/// A text column that a filter can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextColumn {
    /// The role.
    Role,
    /// The company.
    Company,
    /// The recruiter.
    Recruiter,
}

/// Why a filter can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// No such key.
    #[error("filter: there is no key {key:?}{}; the keys are {KEYS}", suggestion.as_ref().map(|name| format!(" (did you mean {name:?}?)")).unwrap_or_default())]
    UnknownKey {
        /// The key as typed.
        key: String,
        /// The nearest one.
        suggestion: Option<&'static str>,
    },
    /// The key does not take that value.
    #[error("filter: {key}: does not know {value:?}; it takes {known}")]
    UnknownValue {
        /// The key.
        key: &'static str,
        /// The value as typed.
        value: String,
        /// The values it takes.
        known: String,
    },
    /// It says to look for something, and not for what: everybody would match.
    #[error(
        "filter: {word:?} names nothing to look for, so that everybody would match; all names everybody"
    )]
    Nothing {
        /// The word as typed.
        word: String,
    },
    /// It excludes everybody.
    #[error("filter: -all excludes everybody")]
    NotAll,
    /// A quotation mark was opened and not closed.
    #[error("filter: a quotation mark is missing its partner")]
    Unclosed,
}

const KEYS: &str =
    "link, verdict, finding, mail, status, when, joined, role, company, recruiter, id";
const KEY_NAMES: [&str; 11] = [
    "link",
    "verdict",
    "finding",
    "mail",
    "status",
    "when",
    "joined",
    "role",
    "company",
    "recruiter",
    "id",
];

impl Filter {
    /// Reads the words of a filter. Words without a key are looked for in names, addresses, roles, links, keys and
    /// Message-IDs; `-` before a word negates it; quotation marks keep words together; `all` lets everything through.
    ///
    /// # Errors
    /// An unknown key or value, or an unclosed quotation mark.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for word in words(text)? {
            filter.words.push(quoted(&word));
            let (negated, word) = match word.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (true, rest.to_owned()),
                _ => (false, word),
            };
            if sought::is_header_name(&word) {
                continue;
            }
            match (word.as_str(), negated) {
                ("all", true) => return Err(FilterError::NotAll),
                ("all", false) => {
                    filter.all = true;
                    continue;
                }
                _ => {}
            }
            filter.terms.push(Term {
                negated,
                condition: Condition::parse(&word)?,
            });
        }
        Ok(filter)
    }

    /// A filter that names these words as they are, whatever they contain: for text that was pasted. It is empty where
    /// they name nothing.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        let terms = text
            .split_whitespace()
            .filter(|word| !sought::is_header_name(word))
            .map(Sought::read)
            .filter(|sought| !sought.folded.trim().is_empty())
            .map(|sought| Term {
                negated: false,
                condition: Condition::Text(sought),
            })
            .collect();
        Self {
            terms,
            ..Self::default()
        }
    }

    /// A filter that lets these interviews through and no others: for what was marked.
    #[must_use]
    pub fn these(ids: Vec<InterviewId>) -> Self {
        Self {
            words: ids.iter().map(ToString::to_string).collect(),
            terms: vec![Term {
                negated: false,
                condition: Condition::AnyOf(ids),
            }],
            all: false,
        }
    }

    /// The words that it was read from, each as it can be typed again, or its ids; none of a text that was pasted.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether it was given nothing at all, not even `all`: what changes many must refuse such a selector.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty() && !self.all
    }

    /// Compiles it, with now and the zone in which days are meant.
    #[must_use]
    pub fn predicate(&self, window: &AccessWindow, zone: &Zone, now: Timestamp) -> Predicate {
        let context = predicate::Context { window, zone, now };
        Predicate::All(
            self.terms
                .iter()
                .map(|term| {
                    let predicate = context.compile(&term.condition);
                    if term.negated {
                        predicate.negated()
                    } else {
                        predicate
                    }
                })
                .collect(),
        )
    }
}

// A word as it is typed.
fn quoted(word: &str) -> String {
    if word.contains(char::is_whitespace) {
        format!("\"{word}\"")
    } else {
        word.to_owned()
    }
}

// Splits at white space outside quotation marks.
fn words(text: &str) -> Result<Vec<String>, FilterError> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            space if space.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            other => word.push(other),
        }
    }
    if quoted {
        return Err(FilterError::Unclosed);
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

impl Condition {
    fn parse(word: &str) -> Result<Self, FilterError> {
        let nothing = || FilterError::Nothing {
            word: word.to_owned(),
        };
        let Some((key, value)) = word
            .split_once(':')
            .filter(|(key, value)| is_key(key) && !value.starts_with("//"))
        else {
            let sought = Sought::read(word);
            return if sought.folded.trim().is_empty() {
                Err(nothing())
            } else {
                Ok(Self::Text(sought))
            };
        };
        let value_lower = value.to_lowercase();
        let unknown = |key, known: &[&str]| FilterError::UnknownValue {
            key,
            value: value.to_owned(),
            known: known.join(", "),
        };
        let column = |column| match fold_for_search(value) {
            folded if folded.trim().is_empty() => Err(nothing()),
            folded => Ok(Self::Column(column, folded)),
        };
        match key.to_lowercase().as_str() {
            "link" => find(&LinkState::ALL, LinkState::name, &value_lower)
                .map(Self::Link)
                .map_err(|known| unknown("link", &known)),
            "verdict" => find(&Standing::ALL, Standing::name, &value_lower)
                .map(Self::Verdict)
                .map_err(|known| unknown("verdict", &known)),
            "mail" => find(&State::ALL, State::name, &value_lower)
                .map(Self::Mail)
                .map_err(|known| unknown("mail", &known)),
            "finding" => Code::named(value).map(Self::Finding).ok_or_else(|| {
                let names = Code::ALL.map(|code| code.name().to_lowercase());
                FilterError::UnknownValue {
                    key: "finding",
                    value: value.to_owned(),
                    known: names.join(", "),
                }
            }),
            "status" => find(&Status::ALL, Status::name, &value_lower)
                .map(Self::Status)
                .map_err(|known| unknown("status", &known)),
            "when" => Days::parse(&value_lower).map(Self::When).ok_or_else(|| {
                unknown(
                    "when",
                    &[
                        "today",
                        "tomorrow",
                        "week",
                        "ahead",
                        "past",
                        "none",
                        "2031-05-06",
                    ],
                )
            }),
            "joined" => match value_lower.as_str() {
                "yes" => Ok(Self::Joined(Joined::Yes)),
                "no" => Ok(Self::Joined(Joined::No)),
                "waiting" => Ok(Self::Joined(Joined::Waiting)),
                _ => Err(unknown("joined", &["yes", "no", "waiting"])),
            },
            "id" => value
                .parse()
                .map(Self::Id)
                .map_err(|_| unknown("id", &["the id of an interview"])),
            "role" => column(TextColumn::Role),
            "company" => column(TextColumn::Company),
            "recruiter" => column(TextColumn::Recruiter),
            other => {
                let suggestion = KEY_NAMES
                    .into_iter()
                    .filter(|name| strsim::osa_distance(name, other) <= 2)
                    .min_by_key(|name| strsim::osa_distance(name, other));
                Err(FilterError::UnknownKey {
                    key: key.to_owned(),
                    suggestion,
                })
            }
        }
    }
}

// `14:30` or a bare IPv6 address is text; a key is a word.
fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_ascii_alphabetic() || character == '_')
}

fn find<T: Copy>(
    all: &[T],
    name: impl Fn(T) -> &'static str,
    value: &str,
) -> Result<T, Vec<&'static str>> {
    all.iter()
        .copied()
        .find(|item| name(*item) == value)
        .ok_or_else(|| {
            let mut names: Vec<_> = all.iter().map(|item| name(*item)).collect();
            names.dedup();
            names
        })
}

impl Days {
    fn parse(value: &str) -> Option<Self> {
        Some(match value {
            "today" => Self::Today,
            "tomorrow" => Self::Tomorrow,
            "week" => Self::Week,
            "ahead" => Self::Ahead,
            "past" => Self::Past,
            "none" => Self::None,
            date => Self::On(date.parse().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("lnik:missing", "did you mean \"link\"")]
    #[case("colour:red", "the keys are link")]
    #[case("link:broken", "it takes cancelled, missing")]
    #[case("when:someday", "2031-05-06")]
    #[case("id:7", "the id of an interview")]
    #[case("\"ada", "partner")]
    #[case("role:", "\"role:\" names nothing to look for")]
    #[case("-company:\"  \"", "names nothing")]
    #[case("recruiter:\u{200b}", "everybody would match")]
    #[case("ada \u{200b}", "names nothing")]
    #[case("<>", "names nothing")]
    #[case("\" \"", "names nothing")]
    #[case("-all", "excludes everybody")]
    fn what_can_not_be_read_is_an_error_that_helps(#[case] text: &str, #[case] help: &str) {
        let error = Filter::parse(text).unwrap_err().to_string();
        assert!(error.contains(help), "{error}");
    }

    #[test]
    fn an_empty_filter_is_told_from_all() {
        assert!(Filter::parse("  ").unwrap().is_empty());
        assert!(!Filter::parse("all").unwrap().is_empty());
    }

    #[rstest]
    #[case("José Ñáñez", &["jose", "nanez"])]
    #[case("\"Ada Lovelace\"", &["ada lovelace"])]
    #[case("<m1@acme.example>", &["m1@acme.example"])]
    fn words_without_a_key_are_searched_without_accents(
        #[case] text: &str,
        #[case] expected: &[&str],
    ) {
        let terms = Filter::parse(text).unwrap().terms;
        let folded = terms.iter().map(|term| match &term.condition {
            Condition::Text(sought) => sought.folded.as_str(),
            other => panic!("{other:?} is no word"),
        });
        assert_eq!(folded.collect::<Vec<_>>(), expected);
        assert!(terms.iter().all(|term| !term.negated));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            let _ = Filter::parse(&text);
            let _ = Filter::literal(&text);
        }
    }
}
