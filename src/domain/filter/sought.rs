//! What a word without a key may mean: a part of a text, a key, a token, an id, or a name in another system.

use std::borrow::Cow;

use uuid::Uuid;

use crate::domain::ids::InterviewId;
use crate::domain::session::LinkToken;
use crate::domain::text::fold_for_search;

/// Characters of a link token.
const TOKEN: usize = 64;

/// Characters of a session key.
const KEY: usize = 32;
/// The header by which mail programs show a Message-ID.
const MESSAGE_ID: &str = "message-id:";

/// A word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// Lowercase and without accents: part of a name, an address, a role or a company, or the beginning of a key or of a
    /// Message-ID.
    pub folded: String,
    /// As it was written: the whole of an old link's token, or of a name in another system.
    pub exact: String,
    /// The interview that it names by its id, or claims to be the token of.
    pub id: Option<InterviewId>,
}

impl Sought {
    /// Reads a word; of a pasted link that by which it is known, since its base URL may be yesterday's. A link is also
    /// understood as raw mail writes it (RFC 2045 section 6.7) and percent-encoded (RFC 3986 section 2.1), and a key as
    /// screens shorten it.
    #[must_use]
    pub fn read(word: &str) -> Self {
        let word = without_header_name(word).trim_matches(['<', '>']);
        let word = &*decoded(word.trim_end_matches('…'));
        let parameter = |name: &str| {
            let (_, value) = word.rsplit_once(name)?;
            value.split(['&', '#']).next()
        };
        let key = parameter("session_key=").map(|key| {
            let raw = key.strip_prefix("3D").filter(|key| key.len() >= KEY);
            raw.unwrap_or(key)
        });
        let named = key.or_else(|| parameter("interview_id="));
        let exact = named.unwrap_or_else(|| last_of(word));
        let claimed = || LinkToken::from_client(exact.to_owned()).claimed_interview();
        // A key is also written as the UUID that it is.
        let whole = named.unwrap_or(word);
        let undashed = Uuid::try_parse(whole)
            .ok()
            .filter(|uuid| whole.contains('-') && uuid.get_version_num() == 4);
        Self {
            folded: match undashed {
                Some(uuid) => uuid.simple().to_string(),
                None => fold_for_search(whole),
            },
            exact: exact.to_owned(),
            id: exact
                .parse()
                .ok()
                .or_else(|| claimed().filter(|_| exact.len() == TOKEN)),
        }
    }
}

/// Whether it is but the name of the header whose value is looked for, copied along with it.
pub(super) fn is_header_name(word: &str) -> bool {
    without_header_name(word).is_empty() && !word.is_empty()
}

fn without_header_name(word: &str) -> &str {
    match word.get(..MESSAGE_ID.len()) {
        Some(name) if name.eq_ignore_ascii_case(MESSAGE_ID) => word[MESSAGE_ID.len()..].trim(),
        _ => word,
    }
}

// A link within another, as those that track clicks make them.
fn decoded(word: &str) -> Cow<'_, str> {
    let encoded = ["session_key%3d", "interview_id%3d"];
    let lower = word.to_ascii_lowercase();
    if !encoded.iter().any(|name| lower.contains(name)) {
        return Cow::Borrowed(word);
    }
    let mut text = word.to_owned();
    for (code, character) in [("%3d", "="), ("%26", "&"), ("%23", "#")] {
        text = text.replace(code, character);
        text = text.replace(&code.to_ascii_uppercase(), character);
    }
    Cow::Owned(text)
}

// The last part of a link's path, or the word itself.
fn last_of(word: &str) -> &str {
    if !word.contains("://") {
        return word;
    }
    let path = word.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ID: &str = "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f";

    #[rstest]
    #[case(
        "https://x.example/interview/?session_key=9689ddff&lang=en#top",
        "9689ddff"
    )]
    #[case("/interview_app/?session_key=9689DDFF", "9689ddff")]
    #[case("<M1@acme.example>", "m1@acme.example")]
    #[case("message-id:<m1@acme.example>", "m1@acme.example")]
    #[case("9689ddff…", "9689ddff")]
    #[case(
        "session_key=3D9689ddff00004000800000000000002a",
        "9689ddff00004000800000000000002a"
    )]
    #[case("session_key=3D9689dd", "3d9689dd")]
    #[case(
        "https://t.example/?u=https%3A%2F%2Fx.example%2F%3Fsession_key%3D9689ddff%26lang%3Den",
        "9689ddff"
    )]
    #[case("José", "jose")]
    fn of_a_link_its_key_is_looked_for(#[case] word: &str, #[case] folded: &str) {
        assert_eq!(Sought::read(word).folded, folded);
    }

    #[rstest]
    #[case("https://x.example/interview/AbC-1/", "AbC-1")]
    #[case("https://x.example/api/interviews/public/AbC-1/?x=y", "AbC-1")]
    #[case("ATS-7", "ATS-7")]
    #[case("C/C++", "C/C++")]
    fn a_token_and_a_name_elsewhere_keep_their_case(#[case] word: &str, #[case] exact: &str) {
        assert_eq!(Sought::read(word).exact, exact);
    }

    #[rstest]
    #[case(ID)]
    #[case("https://old.example/interview_app/?interview_id=01936f0e7d0a7c5e9d0f2a1b3c4d5e6f")]
    fn an_id_is_read_as_it_stands_and_in_an_old_link(#[case] word: &str) {
        assert_eq!(Sought::read(word).id, ID.parse().ok());
    }
}
