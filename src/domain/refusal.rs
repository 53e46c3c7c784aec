//! What a mail server's refusal means, in words for people: basic codes (RFC 5321) and enhanced ones (RFC 3463, with the
//! IANA registry of SMTP enhanced status codes).
//!
//! The server's own words always stay beside the meaning; a code that is not known here has none.

/// What the refusal in these words means: "the mailbox does not exist".
///
/// `words` may be a server's reply (`550 5.1.1 no such user`) or hold one (`RCPT: the server refused: 550 …`, the
/// complaint of a mail program). The enhanced code is preferred to the basic one. `None` where nothing was refused, and
/// where the code says no more than that.
#[must_use]
pub fn explain(words: &str) -> Option<&'static str> {
    let refusal = Refusal::find(words)?;
    refusal
        .enhanced
        .and_then(|(subject, detail)| of_enhanced(refusal.permanent, subject, detail))
        .or_else(|| of_basic(refusal.basic?))
}

/// The words, and behind them what they mean where that is known.
#[must_use]
pub fn with_meaning(words: &str) -> String {
    match explain(words) {
        Some(meaning) => format!("{words}, which means: {meaning}"),
        None => words.to_owned(),
    }
}

/// Whether the refusal in these words is one for good (5yz); `None` where there is none.
#[must_use]
pub fn is_permanent(words: &str) -> Option<bool> {
    Refusal::find(words).map(|refusal| refusal.permanent)
}

/// The codes of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refusal {
    permanent: bool,
    basic: Option<u16>,
    enhanced: Option<(u16, u16)>,
}

impl Refusal {
    // A basic code opens the reply: it is the first word, or follows one that ends in a colon. The enhanced code is the
    // first word from there on that is one of the same class; some servers put it last, or in brackets.
    fn find(words: &str) -> Option<Self> {
        let words: Vec<&str> = words.split_whitespace().collect();
        let opens = |at: usize| {
            at.checked_sub(1)
                .and_then(|before| words.get(before))
                .is_none_or(|before| before.ends_with(':'))
        };
        let basic = words
            .iter()
            .enumerate()
            .find_map(|(at, word)| Some((at, basic(word).filter(|_| opens(at))?)));
        let class = match basic {
            Some((_, code)) if !(400..600).contains(&code) => return None,
            Some((_, code)) => Some(code / 100),
            None => None,
        };
        let after = words.iter().skip(basic.map_or(0, |(at, _)| at));
        let enhanced = after
            .filter_map(|word| enhanced(word))
            .find(|(found, ..)| class.is_none_or(|class| class == *found));
        let class = class.or(enhanced.map(|(class, ..)| class))?;
        Some(Self {
            permanent: class == 5,
            basic: basic.map(|(_, code)| code),
            enhanced: enhanced.map(|(_, subject, detail)| (subject, detail)),
        })
    }
}

fn number(text: &str) -> Option<u16> {
    let digits = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn basic(word: &str) -> Option<u16> {
    let word = word
        .get(..3)
        .filter(|_| word.get(3..4) == Some("-"))
        .unwrap_or(word);
    number(word).filter(|code| (200..600).contains(code))
}

fn enhanced(word: &str) -> Option<(u16, u16, u16)> {
    // `550-5.1.1`, `(#5.1.1)`, `dsn=5.1.1,`
    let word = word.rsplit(['-', '=']).next().unwrap_or(word);
    let word = word.trim_matches(|character: char| !character.is_ascii_digit());
    let mut parts = word.split('.').map(number);
    match (parts.next()??, parts.next()??, parts.next()??, parts.next()) {
        (class @ (4 | 5), subject, detail, None) => Some((class, subject, detail)),
        _ => None,
    }
}

fn of_basic(code: u16) -> Option<&'static str> {
    Some(match code {
        421 => "the server is closing or too busy; it may take the mail later",
        450 => "the mailbox can't be used at the moment",
        451 => "the server met an error, or wants the mail to come again later",
        452 => "the server has no room at the moment",
        454 => "signing in or TLS does not work at the server at the moment",
        500..=504 => "the server did not understand or does not allow a command",
        521 | 556 => "the domain of that address takes no mail",
        530 => "the server wants a user name and password first",
        534 => "the server wants another way of signing in",
        535 => "the user name or the password was refused",
        538 => "the server wants TLS before signing in",
        550 => "the mailbox does not exist, or the server does not take mail for it from here",
        551 => "the server takes no mail for that address",
        552 => "the mailbox is full, or the mail is too large",
        553 => "the server does not allow that address",
        554 => "the server refused the mail as a whole; its words may say why",
        555 => "the server does not support something in the sender's or the recipient's address",
        _ => return None,
    })
}

fn of_enhanced(permanent: bool, subject: u16, detail: u16) -> Option<&'static str> {
    Some(match (subject, detail) {
        // Addresses.
        (1, 0) => "something is wrong with one of the addresses",
        (1, 1) => "the mailbox does not exist",
        (1, 2) => "the domain of the address does not exist or takes no mail",
        (1, 3) => "the address is not written as an address",
        (1, 4) => "the address belongs to more than one mailbox",
        (1, 6) => "the mailbox has moved, and nobody knows where to",
        (1, 7) => "the sender's address is not written as an address",
        (1, 8) => "the domain of the sender's address does not exist",
        (1, 10) => "the domain of the address says that it takes no mail",
        // Mailboxes.
        (2, 0) => "something is wrong with the mailbox",
        (2, 1) if !permanent => "the mailbox takes no mail at the moment",
        (2, 1) => "the mailbox is switched off",
        (2, 2) => "the mailbox is full",
        (2, 3) => "the mail is larger than the mailbox allows",
        (2, 4) => "the mailing list could not be expanded",
        // Mail systems.
        (3, 0) => "something is wrong with the receiving mail system",
        (3, 1) => "the receiving mail system has no room left",
        (3, 2) => "the receiving mail system takes no mail at the moment",
        (3, 3 | 6) => "the receiving mail system can't do what the mail asks of it",
        (3, 4) => "the mail is larger than the server allows",
        (3, 5) => "the mail server is not set up properly",
        // Networks and routes.
        (4, 0) => "something is wrong with the network",
        (4, 1) => "the recipient's mail server does not answer",
        (4, 2) => "the connection to the recipient's mail server broke",
        (4, 3) => "the server could not ask its directory or the name service",
        (4, 4) => "the server knows no way to the recipient's domain",
        (4, 5) => "the mail system is too busy",
        (4, 6) => "the mail went in a circle between servers",
        (4, 7) => "the mail waited for too long",
        // Protocol.
        (5, 0) => "something went wrong in the conversation with the server",
        (5, 1) => {
            "the server does not allow that command now; often it wants signing in or TLS first"
        }
        (5, 2) => "the server did not understand a command",
        (5, 3) => "there were too many recipients",
        (5, 4) => "the server does not support something in a command",
        (5, 5) => "the two sides speak different versions of the protocol",
        (5, 6) => "the password or token is longer than the server takes",
        // Content.
        (6, 0) => "something in the mail's content was refused",
        (6, 1) => "the server does not take a part of the mail for its kind",
        (6, 2..=5) => "the mail would have had to be converted on its way, and could not be",
        (6, 6) => "the server could not get at the mail's content",
        (6, 7) => "an address has characters outside ASCII, which the server does not take",
        (6, 8..=10) => "the mail has headers outside ASCII, which the server does not take",
        // Security and policy.
        (7, 0) => "the server's policy refused it",
        (7, 1) if !permanent => {
            "the server does not take it yet; many ask unknown senders to come again later"
        }
        (7, 1) => "the server does not allow this sender to mail this recipient",
        (7, 2) => "the sender may not write to that mailing list",
        (7, 3) => "the mail would have had to be converted between security systems",
        (7, 4) => "the server does not support the security that was asked for",
        (7, 5 | 6) => "the server could not decrypt or verify the mail",
        (7, 7) => "the mail was changed on its way",
        (7, 8) => "the user name or the password was refused",
        (7, 9) => {
            "that way of signing in is too weak for the server; many want an app password or a token"
        }
        (7, 10) => "the server wants TLS",
        (7, 11) => "the server wants TLS for that way of signing in",
        (7, 12) => "the password has to be changed first",
        (7, 13) => "the account is switched off",
        (7, 14) => "the server does not trust the sender's side",
        (7, 15 | 16) => "the mail's priority is too low for the server at the moment",
        (7, 17) => "the mailbox belongs to another person than before",
        (7, 18) => "the domain belongs to somebody else than before",
        (7, 19) => "the server could not tell whether the mailbox still belongs to the same person",
        (7, 20..=22) => "the mail has no valid DKIM signature of the sender's domain",
        (7, 23) => "the sender's domain does not allow this server to send for it (SPF)",
        (7, 24) => "the sender's domain has an SPF record that can't be used",
        (7, 25) => "the sending server's address has no matching name (reverse DNS)",
        (7, 26) => "the mail failed several checks of its sender (SPF, DKIM, DMARC)",
        (7, 27) => "the sender's domain says that it takes no mail, so none is taken from it",
        (7, 28) => "too much mail came at once",
        (7, 29) => "the mail's chain of forwarders could not be verified (ARC)",
        (7, 30) => "a server on the way can't keep the promise of TLS that the mail asks for",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "550 5.1.1 <ada@example.org> no such user",
        "the mailbox does not exist"
    )]
    #[case(
        "RCPT: the server refused: 550 5.1.1 User unknown",
        "the mailbox does not exist"
    )]
    #[case(
        "RCPT: the server refused: 550 #5.1.0 Address rejected.",
        "something is wrong with one of the addresses"
    )]
    #[case(
        "550 sorry, no mailbox here by that name. (#5.1.1)",
        "the mailbox does not exist"
    )]
    #[case("550-5.1.1 The account does not exist.", "the mailbox does not exist")]
    #[case(
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        "the domain of the address says that it takes no mail"
    )]
    #[case("452 4.2.2 Over quota", "the mailbox is full")]
    #[case(
        "given up, the interview has begun; the last answer was: RCPT: the server refused: 450 4.2.1 busy",
        "the mailbox takes no mail at the moment"
    )]
    #[case("552-5.3.4 too big", "the mail is larger than the server allows")]
    #[case(
        "451 4.7.1 Greylisted",
        "the server does not take it yet; many ask unknown senders to come again later"
    )]
    #[case(
        "554 5.7.1 Relay access denied",
        "the server does not allow this sender to mail this recipient"
    )]
    #[case(
        "AUTH: the server refused: 535 5.7.8 no",
        "the user name or the password was refused"
    )]
    #[case(
        "535 authentication failed",
        "the user name or the password was refused"
    )]
    #[case(
        "550 5.7.26 unauthenticated",
        "the mail failed several checks of its sender (SPF, DKIM, DMARC)"
    )]
    #[case(
        "msmtp ended with 69: msmtp: server message: 554 5.7.1 no",
        "the server does not allow this sender to mail this recipient"
    )]
    #[case(
        "dsn=5.1.2, status=bounced",
        "the domain of the address does not exist or takes no mail"
    )]
    // An unknown detail leaves the basic code, and a code of another class is somebody's number.
    #[case(
        "421 4.99.99 closing",
        "the server is closing or too busy; it may take the mail later"
    )]
    #[case("552 see 4.2.2", "the mailbox is full, or the mail is too large")]
    fn a_refusal_is_explained(#[case] words: &str, #[case] meaning: &str) {
        assert_eq!(explain(words), Some(meaning));
    }

    #[rstest]
    #[case("")]
    #[case("250 2.0.0 queued as 550")]
    #[case("250 2.6.0 <5.1.1@mx> queued 5.1.1")]
    #[case("connect: no answer within 450 s")]
    #[case("connect: Connection refused (os error 111)")]
    #[case("599 I made that up")]
    #[case("content: the server closed the connection to 4.3.2.1")]
    #[case("5.1.1.1 5..1 5.1 55.1.1 5.1.1111")]
    fn what_is_no_known_refusal_has_no_explanation(#[case] words: &str) {
        assert_eq!(explain(words), None);
    }

    #[test]
    fn a_refusal_is_for_good_or_not() {
        assert_eq!(is_permanent("550 5.1.1 no"), Some(true));
        assert_eq!(is_permanent("server message: 451 later"), Some(false));
        assert_eq!(is_permanent("250 ok"), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}", codes in "[45.# ()=:-]{0,20}") {
            let _ = (explain(&text), explain(&codes));
        }
    }
}
