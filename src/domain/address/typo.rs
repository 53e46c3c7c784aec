//! Slips of the finger in common mail domains. Only ever a hint.

use std::borrow::Cow;

use super::EmailAddress;

/// Providers so common that a domain one slip away from theirs is most likely that slip.
const PROVIDERS: [&str; 12] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "hotmail.co.uk",
    "yahoo.co.uk",
    "outlook.com",
    "icloud.com",
    "fastmail.com",
    "protonmail.com",
    "btinternet.com",
    "comcast.net",
];

/// Real domains that lie one slip away from a provider's.
const REAL: [&str; 14] = [
    "mail.com",
    "email.com",
    "ymail.com",
    "gmx.com",
    "cloud.com",
    "fmail.com",
    "hmail.com",
    "jmail.com",
    "qmail.com",
    "tmail.com",
    "zmail.com",
    "yahoo.co",
    "hotmail.ca",
    "lookout.com",
];

/// Endings that do not exist, and the one that was meant.
const ENDINGS: [(&str, &str); 14] = [
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("comm", "com"),
    ("coom", "com"),
    ("cim", "com"),
    ("cpm", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("nte", "net"),
    ("nett", "net"),
    ("ner", "net"),
    ("ogr", "org"),
    ("orgg", "org"),
];

/// The whole address that was probably meant, where the domain looks like a slip of a common
/// one (`gmial.com`, `gmail.con`). A hint, never a refusal.
///
/// Audits ask this of every interview that they show, so that the usual answer, none, is found without copying anything.
#[must_use]
pub fn likely_typo(address: &EmailAddress) -> Option<String> {
    let meant = meant_domain(address.domain())?;
    Some(format!("{}@{meant}", address.local()))
}

fn meant_domain(domain: &str) -> Option<Cow<'_, str>> {
    if PROVIDERS.contains(&domain) || REAL.contains(&domain) {
        return None;
    }
    let (name, ending) = domain.rsplit_once('.')?;
    let slip = ENDINGS.iter().find(|(slip, _)| *slip == ending);
    let mended = slip.map_or(Cow::Borrowed(domain), |(_, meant)| {
        Cow::Owned(format!("{name}.{meant}"))
    });
    let provider = PROVIDERS
        .into_iter()
        .filter(|_| !REAL.contains(&&*mended))
        .find(|provider| is_slip_of(provider, &mended));
    match provider {
        Some(provider) => Some(Cow::Borrowed(provider)),
        None => slip.map(|_| mended),
    }
}

// Whether one is the other but for one letter too many, missing or another, or two neighbours that are swapped. Where all
// but one slip is alike, what begins alike and what ends alike leave no more than that slip between them.
fn is_slip_of(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let alike = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[alike..], &other[alike..]);
    let pairs = one.iter().rev().zip(other.iter().rev());
    let alike = pairs.take_while(|(a, b)| a == b).count();
    match (&one[..one.len() - alike], &other[..other.len() - alike]) {
        ([_] | [], [_] | []) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // All that is one slip away: by the distance that counts letters, the slow way.
    fn meant_by_distance(domain: &str) -> Option<String> {
        if PROVIDERS.contains(&domain) || REAL.contains(&domain) {
            return None;
        }
        let (name, ending) = domain.rsplit_once('.')?;
        let ending = ENDINGS
            .iter()
            .find(|(slip, _)| *slip == ending)
            .map_or(ending, |(_, meant)| meant);
        let mended = format!("{name}.{ending}");
        let meant = PROVIDERS
            .into_iter()
            .filter(|_| !REAL.contains(&mended.as_str()))
            .find(|provider| strsim::osa_distance(provider, &mended) <= 1)
            .unwrap_or(&mended);
        (meant != domain).then(|| meant.to_owned())
    }

    // Every domain that is one slip away from this one.
    fn slips_of(domain: &str) -> Vec<String> {
        let letters = "aceghilmnoptuvxyz1-.";
        let mut all = vec![domain.to_owned()];
        for at in 0..=domain.len() {
            let (before, after) = domain.split_at(at);
            for letter in letters.chars() {
                all.push(format!("{before}{letter}{after}"));
                all.extend(
                    after
                        .get(1..)
                        .map(|after| format!("{before}{letter}{after}")),
                );
            }
            all.extend(after.get(1..).map(|after| format!("{before}{after}")));
            let swapped = after
                .get(..2)
                .map(|two| two.chars().rev().collect::<String>());
            all.extend(swapped.map(|two| format!("{before}{two}{}", &after[2..])));
        }
        all
    }

    #[test]
    fn every_domain_near_a_provider_is_told_as_the_distance_tells_it() {
        let domains = PROVIDERS.iter().chain(&REAL).copied();
        let with_endings = PROVIDERS.iter().flat_map(|provider| {
            let name = provider.rsplit_once('.').map_or("", |(name, _)| name);
            ENDINGS.map(|(slip, _)| format!("{name}.{slip}"))
        });
        for near in domains.map(str::to_owned).chain(with_endings) {
            for domain in slips_of(&near) {
                let meant = meant_domain(&domain).map(Cow::into_owned);
                assert_eq!(meant, meant_by_distance(&domain), "{domain}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_domain_is_told_as_the_distance_tells_it(
            domain in "[a-z0-9-]{1,12}(\\.[a-z]{2,4}){0,2}",
            provider in proptest::sample::select(PROVIDERS.to_vec()),
            edits in proptest::collection::vec((0_usize..16, "[a-z.]?"), 0..3),
        ) {
            let mut near = provider.to_owned();
            for (at, letter) in edits {
                let at = at.min(near.len());
                near.replace_range(at..(at + 1).min(near.len()), &letter);
            }
            for domain in [domain, near] {
                let meant = meant_domain(&domain).map(Cow::into_owned);
                prop_assert_eq!(meant, meant_by_distance(&domain), "{}", domain);
            }
        }
    }
}
