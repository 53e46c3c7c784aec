//! What an old link holds: a key, or a token that was signed.

use crate::domain::session::SessionKey;

/// Tokens of at most so many characters were never signed, and lead nowhere.
const UNSIGNED: usize = 40;

/// What could be read from an old link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OldLink {
    pub key: Option<SessionKey>,
    pub token: Option<String>,
}

/// Reads `…/?session_key={key}`, `…/interview/{token}`, `…/public/{token}/` or a token alone.
pub(super) fn read(text: &str) -> OldLink {
    if let Some((_, key)) = text.split_once("session_key=") {
        let key = key.split(['&', '#']).next().unwrap_or_default();
        return OldLink {
            key: self::key(key),
            token: None,
        };
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let last = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let signed = last.len() > UNSIGNED
        && last
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"');
    OldLink {
        key: None,
        token: signed.then(|| last.to_owned()),
    }
}

/// A key as the old system kept it.
pub(super) fn key(text: &str) -> Option<SessionKey> {
    text.trim().to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const KEY: &str = "9689ddff00004000800000000000002a";

    #[rstest]
    #[case("https://x.example/interview/?session_key=9689ddff00004000800000000000002a")]
    #[case("/?session_key=9689ddff00004000800000000000002a&lang=en")]
    #[case("/interview_app/?session_key=9689DDFF00004000800000000000002A#top")]
    fn a_key_is_read_from_every_old_form(#[case] link: &str) {
        assert_eq!(read(link).key.map(SessionKey::expose).as_deref(), Some(KEY));
    }

    #[rstest]
    #[case("https://x.example/interview/TOKEN")]
    #[case("https://x.example/api/interviews/public/TOKEN/")]
    #[case("TOKEN")]
    fn a_signed_token_is_read_from_every_old_form(#[case] link: &str) {
        let token = "x".repeat(41);
        assert_eq!(read(&link.replace("TOKEN", &token)).token, Some(token));
        assert_eq!(
            read(&link.replace("TOKEN", &"x".repeat(40))),
            OldLink::default()
        );
    }

    #[rstest]
    #[case("https://x.example/interview_app/?interview_id=9689ddff00004000800000000000002a")]
    #[case(
        "javascript:alert(1)//\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}\u{202e}"
    )]
    #[case("")]
    fn an_id_or_a_riddle_leads_nowhere(#[case] link: &str) {
        assert_eq!(read(link), OldLink::default());
    }
}
