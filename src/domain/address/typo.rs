//! Slips of the finger in common mail domains. Only ever a hint.

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
#[must_use]
pub fn likely_typo(address: &EmailAddress) -> Option<String> {
    let domain = address.domain();
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
        // One slip makes a name longer or shorter by one letter at most, which is quickly told.
        .filter(|provider| provider.len().abs_diff(mended.len()) <= 1)
        .find(|provider| strsim::osa_distance(provider, &mended) <= 1)
        .unwrap_or(&mended);
    (meant != domain).then(|| format!("{}@{meant}", address.local()))
}
