//! The incidents of the system that Greenroom replaces: each number with the tests that answer it, or with what will.
//! A number is never dropped. Below them, what the bulk tools of others do wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

enum Answer {
    /// Tests whose names begin with `incident_NN_`, and these in particular.
    Tests(&'static [&'static str]),
    /// The part of Greenroom that is still to come, and with it the test.
    #[expect(dead_code, reason = "none waits at the moment")]
    Waits(&'static str),
}

use Answer::{Tests, Waits};

const INCIDENTS: [(u8, &str, Answer); 34] = [
    (
        1,
        "mailed without a key",
        Tests(&[
            "a_template_that_drops_the_link_is_refused_by_name",
            "what_is_previewed_is_what_is_stored_is_what_leaves",
            "what_the_api_mails_carries_the_key_that_it_keeps",
        ]),
    ),
    (
        2,
        "no key, silently",
        Tests(&[
            "every_way_of_scheduling_makes_a_key",
            "the_api_never_leaves_an_interview_without_a_key_in_silence",
        ]),
    ),
    (
        3,
        "an invented start",
        Tests(&[
            "a_time_is_never_invented",
            "a_start_is_never_invented",
            "the_api_invents_no_start_and_names_what_is_missing",
        ]),
    ),
    (
        4,
        "the fix never ran",
        Tests(&["every_surface_schedules_through_the_one_use_case"]),
    ),
    (
        5,
        "nobody saw what stopped the mail",
        Tests(&[
            "what_stopped_a_mail_stands_in_the_timeline_by_its_name",
            "everything_that_names_an_interview_finds_it_and_says_why",
        ]),
    ),
    (
        6,
        "mailed link and stored key differ",
        Tests(&["the_mailed_link_and_the_stored_key_are_equal"]),
    ),
    (
        7,
        "a session of another interview",
        Tests(&[
            "the_session_of_another_interview_is_refused_by_the_schema",
            "a_good_link_opens_its_own_interview_and_a_bad_one_tells_the_true_cause",
        ]),
    ),
    (
        8,
        "the link of another interview",
        Tests(&[
            "two_interviews_of_one_address_have_two_links",
            "nothing_is_looked_up_by_address_but_a_repeated_booking",
        ]),
    ),
    (
        9,
        "expired for ever",
        Tests(&[
            "a_link_that_was_closed_opens_again_with_a_new_start",
            "an_extension_opens_a_link_at_once_and_keeps_it_open_and_a_new_start_ends_it",
            "a_link_that_was_clicked_too_early_or_too_late_works_with_a_new_start",
            "a_key_that_was_replaced_says_so",
        ]),
    ),
    (
        10,
        "a scanner completed the interview",
        Tests(&["a_scanner_that_follows_every_link_changes_nothing"]),
    ),
    (
        11,
        "a cancelled interview admits",
        Tests(&[
            "a_cancelled_interview_has_no_working_link",
            "a_revoked_or_cancelled_link_that_is_still_held_is_found",
            "a_cancelled_interview_admits_nobody",
            "cancelling_closes_the_link_in_the_middle_of_its_window_and_revokes_nothing",
            "a_cancelled_interview_admits_nobody_who_joins_or_has_joined",
            "a_cancelled_interview_admits_nobody_through_the_api",
        ]),
    ),
    (
        12,
        "five copies of the start",
        Tests(&["after_a_change_of_start_no_mail_shows_the_old_time"]),
    ),
    (
        13,
        "four URL formats",
        Tests(&[
            "one_function_builds_the_join_link",
            "old_links_with_a_known_key_lead_to_the_canonical_one",
        ]),
    ),
    (
        14,
        "the page never opens",
        Tests(&["the_page_opens_by_itself"]),
    ),
    (
        15,
        "the portal crashed on an unusual row",
        Tests(&[
            "every_state_of_a_row_has_its_words",
            "every_state_of_a_row_has_a_page",
        ]),
    ),
    (
        16,
        "a secret that was a known word",
        Tests(&[
            "the_secret_of_link_tokens_is_made_once_and_is_no_default",
            "a_token_that_was_not_signed_here_opens_nothing",
        ]),
    ),
    (
        17,
        "localhost in production mail",
        Tests(&[
            "a_base_url_only_this_machine_can_reach_is_recognised_in_every_spelling",
            "allow_local_is_a_decision_of_its_own",
        ]),
    ),
    (
        18,
        "a URL pasted together",
        Tests(&[
            "a_base_url_is_normalised_once",
            "a_bad_base_url_is_a_named_error",
            "a_bad_base_url_names_its_setting_and_is_not_repaired",
        ]),
    ),
    (
        19,
        "sent, and nothing arrives",
        Tests(&[
            "accepted_keeps_the_reply_and_its_time",
            "mail_kept_on_this_machine_is_never_ready",
        ]),
    ),
    (
        20,
        "TLS and SSL, 535",
        Tests(&[
            "there_is_one_security_mode_and_none_stays_on_this_machine",
            "a_probe_explains_535",
        ]),
    ),
    (
        21,
        "a hanging server killed the workers",
        Tests(&[
            "a_hanging_server_ends_at_its_deadline",
            "a_server_that_falls_silent_does_not_slow_the_dashboard",
        ]),
    ),
    (
        22,
        "links rewritten to a tracking host",
        Tests(&["tracking_is_off_by_default_and_a_setting_can_change_it"]),
    ),
    (
        23,
        "two mails for one interview",
        Tests(&[
            "a_repeated_action_returns_the_first_result",
            "two_greenrooms_with_one_key_make_one_interview",
            "two_dashboards_with_the_same_plan_send_it_once",
            "two_processes_that_carry_out_one_plan_send_it_once",
            "a_second_mail_of_a_batch_to_one_interview_is_refused_by_the_schema",
        ]),
    ),
    (
        24,
        "two letters swapped",
        Tests(&["an_address_is_checked_and_a_likely_typo_is_pointed_out"]),
    ),
    (
        25,
        "nobody can say what was sent",
        Tests(&[
            "bytes_digest_link_and_reply_of_every_mail_are_kept",
            "the_evidence_of_an_interview_is_written_once_and_for_its_owner_only",
        ]),
    ),
    (
        26,
        "markup in a name",
        Tests(&["markup_in_a_name_stays_text_and_nothing_unknown_is_made_up"]),
    ),
    (
        27,
        "the recruiter was never alerted",
        Tests(&["a_mail_that_failed_is_counted_where_everybody_looks"]),
    ),
    (
        28,
        "five causes in five documents",
        Tests(&[
            "the_timeline_says_what_happened_in_order",
            "what_the_candidate_last_saw_is_said",
        ]),
    ),
    (
        29,
        "12:50 shown as 18:20",
        Tests(&["an_instant_and_a_zone_are_kept_and_every_shown_time_names_its_zone"]),
    ),
    (
        30,
        "page and mail disagree",
        Tests(&["text_html_and_calendar_show_the_same_instants"]),
    ),
    (
        31,
        "5 h 30 late after a migration",
        Tests(&["a_skew_of_exactly_the_zone_is_detected_reported_and_asked"]),
    ),
    (
        32,
        "the wrong day after midnight",
        Tests(&["date_and_time_are_read_in_one_zone"]),
    ),
    (
        33,
        "no slot until midnight",
        Tests(&["an_interview_may_cross_midnight"]),
    ),
    (
        34,
        "every text promised another window",
        Tests(&[
            "a_window_is_told_as_configured",
            "the_window_in_the_text_is_the_configured_one",
        ]),
    ),
];

/// What the bulk tools of others do wrong, by their issue trackers: each with the tests, called `others_…`, which say
/// that it can't happen here.
const OTHERS: [(&str, &[&str]); 5] = [
    (
        "finished with 150 unsent; the list shows 100, the button retries 344; a bulk edit mistaken for a search",
        &[
            "a_batch_with_some_unsent_is_not_finished_and_just_those_are_tried_again",
            "a_list_that_shows_a_hundred_does_not_hide_that_a_plan_acts_on_344",
            "a_search_changes_nothing_and_neither_does_a_plan",
        ],
    ),
    (
        "a cancelled event as a new request, SEQUENCE that never rises, a link lost or swapped, mail for the old time",
        &[
            "a_cancelled_interview_is_never_mailed_as_a_new_request",
            "a_new_start_keeps_the_link_and_raises_sequence",
            "links_are_never_swapped_each_mail_carries_its_own_interviews",
            "a_mail_for_the_old_time_never_leaves_a_batch",
            "a_mail_without_a_link_can_not_be_asked_for",
        ],
    ),
    (
        "one-time links burned by mail scanners",
        &["scanners_that_open_a_link_first_and_often_leave_it_to_the_candidate"],
    ),
    (
        "a literal {{first_name}} sent to candidates",
        &["a_placeholder_is_never_mailed"],
    ),
    (
        "copied to the clipboard of the wrong host over SSH",
        &["nothing_is_called_copied_and_it_is_said_whose_clipboard_it_is"],
    ),
];

/// What follows `prefix` in the names of all tests that begin with it, wherever they stand.
fn tests_in_the_tree(prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let begins = format!("fn {prefix}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut directories = vec![root.join("src"), root.join("tests")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for after in text.split(&begins).skip(1) {
                    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_');
                    found.extend(name.take(1).map(str::to_owned));
                }
            }
        }
    }
    found
}

/// The names of all tests called `incident_NN_…`, by their numbers.
fn incidents_in_the_tree() -> BTreeMap<u8, BTreeSet<String>> {
    let mut found: BTreeMap<u8, BTreeSet<String>> = BTreeMap::new();
    for name in tests_in_the_tree("incident_") {
        let Some((number, name)) = name.split_once('_') else {
            continue;
        };
        let Ok(number) = number.parse() else { continue };
        found.entry(number).or_default().insert(name.to_owned());
    }
    found
}

#[test]
fn every_incident_is_answered_by_a_test_that_exists_or_says_what_it_waits_for() {
    let tests = incidents_in_the_tree();
    let mut complaints = Vec::new();
    for (index, (number, symptom, answer)) in (1..).zip(&INCIDENTS) {
        assert_eq!(*number, index, "the table is in order and complete");
        let there = tests.get(number);
        match answer {
            Tests(names) => {
                let missing = names
                    .iter()
                    .filter(|name| !there.is_some_and(|there| there.contains(**name)));
                complaints.extend(missing.map(|name| {
                    format!("{number} ({symptom}): no test incident_{number:02}_{name}")
                }));
            }
            Waits(what) if there.is_some() => {
                complaints.push(format!(
                    "{number} ({symptom}) no longer waits for {what}: name its tests"
                ));
            }
            Waits(_) => {}
        }
    }
    let unknown = tests.keys().filter(|number| !(1..=34).contains(*number));
    complaints.extend(unknown.map(|number| format!("there is no incident {number}")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_mistake_of_others_is_answered_by_tests_that_exist() {
    let there = tests_in_the_tree("others_");
    for (mistake, tests) in OTHERS {
        assert!(!tests.is_empty(), "{mistake}");
        for name in tests {
            assert!(there.contains(*name), "{mistake}: no test others_{name}");
        }
    }
}
