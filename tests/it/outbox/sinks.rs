//! Against Postfix's `smtp-sink`, in its moods: what it did is what the outbox says.

use crate::support::postfix::SmtpSink;
use crate::support::program::{Greenroom, Ran};

fn new(sink: &SmtpSink) -> (Ran, Greenroom) {
    let greenroom = Greenroom::new().with_smtp(sink.port());
    (greenroom.new_ada(&["--json"]), greenroom)
}

#[test]
fn what_a_sink_takes_is_accepted_with_its_words() {
    let Some(sink) = SmtpSink::start(&[]) else {
        return;
    };
    let (ran, _) = new(&sink);
    let delivery = &ran.ended(0).one()["delivery"];
    assert_eq!(delivery["state"], "accepted");
    assert_eq!(delivery["last_reply"], "250 2.0.0 Ok");
    let [mail] = &sink.mails()[..] else {
        panic!("one mail")
    };
    assert!(mail.contains(delivery["message_id"].as_str().unwrap()));
}

#[test]
fn a_sink_that_takes_the_mail_and_drops_the_reply_leaves_it_unknown_and_it_is_not_sent_again() {
    let Some(sink) = SmtpSink::start(&["-q", "."]) else {
        return;
    };
    let (ran, greenroom) = new(&sink);
    assert_eq!(ran.ended(1).one()["delivery"]["state"], "unknown");
    let taken = sink.count();
    for _ in 0..2 {
        greenroom.run(&["deliver"]);
    }
    assert_eq!(sink.count(), taken, "never by itself");
    let listed = greenroom.run(&["outbox", "--json"]).one();
    assert_eq!(listed["state"], "unknown");
}

#[test]
fn refusals_of_a_sink_are_told_apart_by_their_code() {
    for (options, state) in [
        (["-r", "RCPT"], "deferred"),
        (["-f", "RCPT"], "failed"),
        (["-r", "."], "deferred"),
        (["-f", "."], "failed"),
        (["-Q", "RCPT"], "deferred"),
    ] {
        let Some(sink) = SmtpSink::start(&options) else {
            return;
        };
        let (ran, _) = new(&sink);
        assert_eq!(
            ran.ended(1).one()["delivery"]["state"],
            state,
            "{options:?}"
        );
    }
}
