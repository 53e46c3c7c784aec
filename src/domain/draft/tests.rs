use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn now() -> Timestamp {
    "2031-03-04T09:12:00Z".parse().unwrap()
}

fn defaults() -> Defaults {
    Defaults {
        zone: Some(Zone::parse("Europe/London").unwrap()),
        duration: InterviewDuration::from_minutes(45).unwrap(),
        company: Some("Acme".to_owned()),
        recruiter: Recruiter::default(),
    }
}

fn draft() -> Draft {
    Draft {
        candidate: "Grace Hopper".to_owned(),
        email: "grace@navy.example".to_owned(),
        role: "Compiler Engineer".to_owned(),
        at: "thu 15:00".to_owned(),
        ..Draft::default()
    }
}

fn refused(draft: &Draft) -> Vec<(&'static str, String)> {
    let refusals = draft.check(&defaults(), now()).unwrap_err();
    refusals
        .into_iter()
        .map(|refusal| (refusal.field.name(), refusal.message))
        .collect()
}

#[test]
fn every_field_that_is_wrong_is_named_at_once_in_the_order_of_the_form() {
    let wrong = Draft {
        email: "grace".to_owned(),
        at: "yesterday".to_owned(),
        zone: "Mars/Olympus".to_owned(),
        duration: "3m".to_owned(),
        meeting_url: "javascript:alert(1)".to_owned(),
        ..Draft::default()
    };
    let fields: Vec<_> = refused(&wrong)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(
        fields,
        [
            "candidate",
            "email",
            "role",
            "zone",
            "duration",
            "meeting-url"
        ]
    );
}

#[test]
fn incident_03_a_start_is_never_invented() {
    let timeless = Draft {
        at: String::new(),
        ..draft()
    };
    let refusals = refused(&timeless);
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].0, "at");
}

#[test]
fn a_zone_is_asked_for_where_none_is_known() {
    let nowhere = Defaults {
        zone: None,
        ..defaults()
    };
    let refusals = draft().check(&nowhere, now()).unwrap_err();
    assert_eq!(refusals[0].field, Field::Zone);
}

#[rstest]
#[case::terminal_escape("Ada\u{1b}[2J")]
#[case::line_break("Ada\r\nBcc: eve@x.example")]
#[case::bidi_override("Ada \u{202E}evil")]
#[case::isolate("Ada \u{2066}x")]
#[case::line_separator("Ada\u{2028}x")]
#[case::zero_width_space("Ada\u{200B}Lovelace")]
fn a_character_that_could_act_is_refused_by_its_number(#[case] name: &str) {
    let hostile = Draft {
        candidate: name.to_owned(),
        ..draft()
    };
    let refusals = refused(&hostile);
    assert_eq!(refusals[0].0, "candidate");
    assert!(refusals[0].1.contains("U+"), "{refusals:?}");
}

#[rstest]
#[case(Field::Candidate)]
#[case(Field::Role)]
#[case(Field::Company)]
#[case(Field::Note)]
fn a_template_that_was_never_filled_in_is_refused(#[case] field: Field) {
    let mut unfilled = draft();
    *unfilled.text_mut(field) = "Dear {{first_name}}".to_owned();
    assert_eq!(refused(&unfilled)[0].0, field.name());
}

#[rstest]
#[case(Field::Candidate, 201)]
#[case(Field::Note, 4001)]
fn a_text_that_is_too_long_is_refused(#[case] field: Field, #[case] length: usize) {
    let mut long = draft();
    *long.text_mut(field) = "🦀".repeat(length);
    assert!(refused(&long)[0].1.contains("longer than"));
    *long.text_mut(field) = "🦀".repeat(length - 1);
    assert!(long.check(&defaults(), now()).is_ok());
}

#[test]
fn names_that_need_joiners_and_marks_are_welcome() {
    let persian = Draft {
        candidate: "علی\u{200C}رضا".to_owned(),
        ..draft()
    };
    assert!(persian.check(&defaults(), now()).is_ok());
}

#[test]
fn incident_24_a_likely_typo_is_pointed_out_and_does_not_block() {
    let typo = Draft {
        email: "grace@gmial.com".to_owned(),
        ..draft()
    };
    assert_eq!(typo.notices()[0].message, "did you mean grace@gmail.com?");
    assert!(typo.check(&defaults(), now()).is_ok());
}

#[test]
fn interviewers_may_have_commas_in_their_names() {
    let several = Draft {
        interviewers:
            "\"Kay, Alan\" <alan@acme.example>; Radia <radia@acme.example>, x@acme.example"
                .to_owned(),
        ..draft()
    };
    let names: Vec<_> = several
        .check(&defaults(), now())
        .unwrap()
        .interviewers
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(
        names,
        [Some("Kay, Alan".to_owned()), Some("Radia".to_owned()), None]
    );
}

proptest! {
    #[test]
    fn whatever_is_accepted_is_written_back_into_the_form_and_accepted_as_the_same(
        candidate in "[ -~À-ž一-龥]{1,40}",
        note in "[ -~\n]{0,80}",
        interviewer in "[A-Za-z ,;\"]{0,20}",
        minutes in 5_u64..720,
    ) {
        let interviewer = interviewer.replace('"', "");
        let typed = Draft {
            candidate,
            note,
            duration: minutes.to_string(),
            interviewers: format!("\"{interviewer}\" <alan@acme.example>"),
            recruiter: "Rita <rita@acme.example>".to_owned(),
            ..draft()
        };
        if let Ok(details) = typed.check(&defaults(), now()) {
            let id = crate::domain::ids::InterviewId::new(uuid::Uuid::nil());
            let interview = Interview::new(id, details.clone(), now());
            prop_assert_eq!(Draft::of(&interview).check(&defaults(), now()), Ok(details));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        for field in Field::ALL {
            let mut any = draft();
            text.clone_into(any.text_mut(field));
            let _ = any.check(&defaults(), now());
        }
    }
}
