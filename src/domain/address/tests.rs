//! Addresses good, bad and mistyped.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case("ada@example.org", "ada@example.org")]
#[case("  ada@Example.ORG ", "ada@example.org")]
#[case("Ada.Lovelace+x@example.org", "Ada.Lovelace+x@example.org")]
#[case("o'neil@example.co.uk", "o'neil@example.co.uk")]
#[case("info@münchen.de", "info@xn--mnchen-3ya.de")]
#[case("info@例え.jp", "info@xn--r8jz45g.jp")]
#[case("root@localhost", "root@localhost")]
fn real_addresses_pass(#[case] text: &str, #[case] ascii: &str) {
    assert_eq!(EmailAddress::parse(text).unwrap().ascii(), ascii);
}

#[rstest]
#[case("", AddressError::Empty)]
#[case("Ada <ada@example.org>", AddressError::HasName)]
#[case("a@example.org, b@example.org", AddressError::Several)]
#[case("a@b@example.org", AddressError::Several)]
#[case("ada", AddressError::NoAt("ada".into()))]
#[case("@example.org", AddressError::NoLocal)]
#[case("ada@", AddressError::NoDomain)]
#[case(".ada@example.org", AddressError::Dots)]
#[case("a..b@example.org", AddressError::Dots)]
#[case("a b@example.org", AddressError::LocalCharacter(' '))]
#[case("josé@example.org", AddressError::LocalNotAscii('é'))]
#[case("\"a b\"@example.org", AddressError::Quoted)]
#[case("ada@[192.0.2.1]", AddressError::IpAddress)]
#[case("ada@192.0.2.1", AddressError::IpAddress)]
#[case("ada@gmail", AddressError::NoDot("gmail".into()))]
#[case("ada@exam ple.org", AddressError::Domain("exam ple.org".into()))]
#[case("ada@-example.org", AddressError::Domain("-example.org".into()))]
#[case("ada@example..org", AddressError::Domain("example..org".into()))]
#[case("ada@example.org\r\nBcc: eve@example.org", AddressError::Invisible("ada@example.org<U+000D><U+000A>Bcc: eve@example.org".into()))]
#[case("ada@exam\u{200b}ple.org", AddressError::Invisible("ada@exam<U+200B>ple.org".into()))]
fn each_bad_address_is_refused_by_name(#[case] text: &str, #[case] error: AddressError) {
    assert_eq!(EmailAddress::parse(text).unwrap_err(), error);
}

#[test]
fn lengths_are_bounded() {
    let local = "a".repeat(64);
    assert!(EmailAddress::parse(&format!("{local}@example.org")).is_ok());
    assert_eq!(
        EmailAddress::parse(&format!("{local}a@example.org")),
        Err(AddressError::TooLong)
    );
    let long = format!("{local}@{}.example.org", vec!["b".repeat(60); 4].join("."));
    assert!(EmailAddress::parse(&long).is_err());
    assert_eq!(
        EmailAddress::parse(&"😀@".repeat(1 << 20)),
        Err(AddressError::TooLong)
    );
}

#[test]
fn addresses_are_equal_when_their_ascii_forms_are() {
    let parse = |text| EmailAddress::parse(text).unwrap();
    assert_eq!(parse("a@MÜNCHEN.de"), parse("a@xn--mnchen-3ya.de"));
    assert_ne!(parse("Ada@example.org"), parse("ada@example.org"));
    assert_eq!(parse("a@MÜNCHEN.de").display(), "a@MÜNCHEN.de");
}

#[rstest]
#[case("grace@gmial.com", Some("grace@gmail.com"))]
#[case("grace@gmai.com", Some("grace@gmail.com"))]
#[case("grace@gmail.con", Some("grace@gmail.com"))]
#[case("grace@gmail.co", Some("grace@gmail.com"))]
#[case("grace@hotmial.com", Some("grace@hotmail.com"))]
#[case("grace@yaho.com", Some("grace@yahoo.com"))]
#[case("grace@outlok.con", Some("grace@outlook.com"))]
#[case("grace@acme.ogr", Some("grace@acme.org"))]
#[case("grace@gmail.com", None)]
#[case("grace@mail.com", None)]
#[case("grace@gmx.de", None)]
#[case("grace@ymail.com", None)]
#[case("grace@email.com", None)]
#[case("grace@mail.con", Some("grace@mail.com"))]
#[case("grace@cloud.com", None)]
#[case("grace@navy.example", None)]
#[case("root@localhost", None)]
fn a_slip_of_a_common_domain_is_pointed_out(#[case] text: &str, #[case] meant: Option<&str>) {
    let address = EmailAddress::parse(text).unwrap();
    assert_eq!(likely_typo(&address).as_deref(), meant);
}

#[rstest]
#[case("Grace Hopper <grace@navy.example>", Some("Grace Hopper"))]
#[case("grace@navy.example", None)]
#[case("<grace@navy.example>", None)]
#[case(
    "\"Hopper, \\\"Amazing\\\" Grace\" <grace@navy.example>",
    Some("Hopper, \"Amazing\" Grace")
)]
#[case(
    "Grace \"Amazing\" Hopper <grace@navy.example>",
    Some("Grace \"Amazing\" Hopper")
)]
fn a_mailbox_is_read_and_shown_alike(#[case] text: &str, #[case] name: Option<&str>) {
    let mailbox = Mailbox::parse(text).unwrap();
    assert_eq!(mailbox.name.as_deref(), name);
    assert_eq!(Mailbox::parse(&mailbox.to_text()), Ok(mailbox));
}

#[rstest]
#[case("Grace <grace@navy.example", AddressError::Brackets)]
#[case("Gr\"ace <grace@navy.example>", AddressError::Name)]
#[case("Grace\r\nBcc: x <grace@navy.example>", AddressError::Name)]
#[case("Grace\u{202e} <grace@navy.example>", AddressError::Name)]
fn an_impossible_mailbox_is_refused(#[case] text: &str, #[case] error: AddressError) {
    assert_eq!(Mailbox::parse(text), Err(error));
}

#[test]
fn an_address_is_a_string_in_json() {
    let address: EmailAddress = serde_json::from_str("\"ada@example.org\"").unwrap();
    assert_eq!(
        serde_json::to_string(&address).unwrap(),
        "\"ada@example.org\""
    );
    assert!(serde_json::from_str::<EmailAddress>("\"ada\"").is_err());
}

proptest! {
    #[test]
    fn no_text_panics_and_what_passes_is_harmless(text in "\\PC*|.{0,20}@.{0,20}") {
        if let Ok(address) = EmailAddress::parse(&text) {
            prop_assert!(address.ascii().is_ascii());
            prop_assert!(!address.ascii().contains([' ', '\r', '\n', '<', '>', ',']));
            prop_assert_eq!(visible(address.display()), address.display());
            prop_assert_eq!(EmailAddress::parse(address.ascii()).unwrap(), address);
        }
        let _ = Mailbox::parse(&text);
    }
}
