//! What a configuration may say, and that every slip is named with its place.

use std::path::PathBuf;
use std::time::Duration;

use rstest::rstest;

use super::*;
use crate::domain::base_url::Reach;
use crate::mail::transport::smtp::Security;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment {
        variables: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        config_home: Some(PathBuf::from("/home/rita/.config/greenroom")),
        data_home: Some(PathBuf::from("/home/rita/.local/share/greenroom")),
        home: Some(PathBuf::from("/home/rita")),
        machine_zone: Some("Europe/London".to_owned()),
    }
}

fn read_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let environment = environment(variables);
    let paths = Paths::choose(&Options::default(), &environment).unwrap();
    Config::read(text, paths, &environment).map_err(|problems| {
        problems
            .iter()
            .map(|problem| {
                problem
                    .to_string()
                    .replace("/home/rita/.config/greenroom/", "")
            })
            .collect()
    })
}

fn read(text: &str) -> Result<Config, Vec<String>> {
    read_with(text, &[])
}

fn only_problem(result: Result<Config, Vec<String>>) -> String {
    let problems = result.unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.concat()
}

const SMTP: &str = "company.from = 'Acme <jobs@acme.example>'\nmail.transport = 'smtp'\nmail.smtp.host = 'mx.acme.example'\n";

#[test]
fn without_a_configuration_everything_has_a_default() {
    let config = read("").unwrap();
    assert_eq!(config.mail.transport, Transport::Mailbox);
    assert_eq!(config.mail.hold, Duration::from_secs(10));
    assert_eq!(config.mail.batch_hold, Duration::from_secs(30));
    assert_eq!(config.mail.recent, Duration::from_mins(10));
    assert_eq!(config.links.base_url.as_str(), "http://127.0.0.1:8000");
    assert!(
        config.link_policy().may_leave().is_ok(),
        "mail on this machine may carry a link to it"
    );
    assert_eq!(
        config.sender().from().to_string(),
        "Greenroom <interviews@greenroom.invalid>"
    );
    assert_eq!(config.defaults().zone.unwrap().name(), "Europe/London");
    assert_eq!(config.list_zone().name(), "Europe/London");
}

#[test]
fn the_example_names_every_setting_with_its_default() {
    let example = include_str!("../../config.example.toml");
    assert_eq!(
        format!("{:?}", read(example).unwrap()),
        format!("{:?}", read("").unwrap())
    );
    // Uncommented, every line is a setting that exists.
    let is_setting = |line: &str| {
        line.split_once(" = ")
            .is_some_and(|(key, _)| !key.contains(' '))
    };
    let uncommented: Vec<&str> = example
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| is_setting(rest))
                .unwrap_or(line)
        })
        .filter(|line| !line.contains("password_") && !line.starts_with("transport"))
        .collect();
    let config = read(&uncommented.join("\n")).unwrap();
    assert_eq!(config.company.name.as_deref(), Some("Acme"));
    // And every setting that exists is in the example.
    let mut values = sources::of_file("", "x".as_ref()).0;
    sources::overlay(&mut values, &environment(&[]).variables);
    let mut reader = Reader::new(values, Vec::new());
    let company = settings::company(&mut reader);
    settings::links(&mut reader);
    settings::user(&mut reader);
    settings::mail(&mut reader, &company, &environment(&[]), "x".as_ref());
    settings::schedule(&mut reader);
    settings::ui(&mut reader);
    for key in reader.asked() {
        let (section, name) = key.rsplit_once('.').unwrap();
        let after = example
            .split(&format!("[{section}]\n"))
            .nth(1)
            .unwrap_or_default();
        let section = after.split("\n[").next().unwrap_or_default();
        let has = |prefix: &str| {
            section.contains(&format!("\n{prefix}{name} = "))
                || section.starts_with(&format!("{prefix}{name} = "))
        };
        assert!(
            has("") || has("# ") || example.contains(&format!("[{key}]")),
            "{key} is missing in the example"
        );
    }
}

#[rstest]
#[case(
    "[links]\nbase_ulr = 'https://acme.example'",
    "config.toml:2: links.base_ulr: there is no such setting; did you mean links.base_url?"
)]
#[case(
    "[link]\nbase_url = 'https://acme.example'",
    "config.toml:2: link.base_url: there is no such setting; did you mean links.base_url?"
)]
#[case(
    "[mail]\nhost = 'mx.acme.example'",
    "config.toml:2: mail.host: there is no such setting; did you mean mail.smtp.host?"
)]
#[case(
    "\n\ncolour = 'red'",
    "config.toml:3: colour: there is no such setting"
)]
#[case("[weather]", "config.toml:1: weather: there is no such setting")]
#[case(
    "company = 'Acme'",
    "config.toml:1: company: is a section; its settings stand under [company]"
)]
#[case(
    "[company.name]",
    "config.toml:1: company.name: must be text in quotation marks, not a section"
)]
#[case(
    "[mail]\nheaders = 'X: y'",
    "config.toml:2: mail.headers: must be a section of its own, not text"
)]
#[case(
    "[mail.headers]\nX-Year = 2031",
    "config.toml:2: mail.headers.X-Year: must be text in quotation marks"
)]
#[case(
    "[mail]\ntransport = 'pigeon'",
    "config.toml:2: mail.transport: \"pigeon\" is not one of mailbox, smtp, sendmail"
)]
#[case(
    "[mail]\nhold = 10",
    "config.toml:2: mail.hold: must be text in quotation marks, not a number"
)]
#[case(
    "[mail]\nhold = '2 fortnights'",
    "config.toml:2: mail.hold: \"2 fortnights\" is not a span of time; write 5s, 15m, 2h or 1h30m"
)]
#[case(
    "[mail]\nhold = '2d'",
    "config.toml:2: mail.hold: is longer than 1 hour"
)]
#[case(
    "[mail.smtp]\nport = 70000",
    "config.toml:2: mail.smtp.port: must be a number from 1 to 65535, not \"70000\""
)]
#[case(
    "[links]\nallow_local = 'yes'",
    "config.toml:2: links.allow_local: must be true or false, without quotation marks, not text"
)]
#[case("[schedule]\nzone = 'Europe/Lodnon'", "did you mean Europe/London?")]
#[case(
    "[schedule]\nduration = '1m'",
    "config.toml:2: schedule.duration: an interview lasts from 5 minutes to 12 hours"
)]
#[case(
    "[company]\nname = \"Ac\\nme\"",
    "config.toml:2: company.name: must be one line, without control or invisible characters"
)]
#[case("[company]\nname = \"A\\u202eB\"", "company.name: must be one line")]
#[case(
    "[mail]\nlanguage = 'english!'",
    "config.toml:2: mail.language: \"english!\" is not a language tag"
)]
#[case(
    "[mail.headers]\nBcc = 'eve@evil.example'",
    "mail.headers: Bcc is written by Greenroom itself"
)]
#[case(
    "[mail.sendmail]\ncommand = 'msmtp -a \"acme\"'",
    "config.toml:2: mail.sendmail.command: no shell reads this command"
)]
#[case(
    "[mail.sendmail]\ncommand = ['msmtp', '-t']",
    "config.toml:2: mail.sendmail.command: leave out -t"
)]
#[case(
    "[mail.sendmail]\ncommand = ['msmtp', 1]",
    "config.toml:2: mail.sendmail.command: must be a list of texts in quotation marks, not a list"
)]
#[case("[company\n", "config.toml:1: syntax: ")]
#[case(
    "[mail.smtp]\npassword_env = 'A'\npassword_file = 'b'",
    "keep one of the two"
)]
fn a_slip_is_named_with_its_place(#[case] text: &str, #[case] expected: &str) {
    let problem = only_problem(read(text));
    assert!(problem.contains(expected), "{problem}");
}

#[test]
fn all_problems_are_told_at_once() {
    let problems =
        read("[mail]\nhold = 1\n[schedule]\nzone = 'nowhere'\n[ui]\ncolor = 'no'").unwrap_err();
    assert_eq!(problems.len(), 3, "{problems:#?}");
}

#[test]
fn a_variable_wins_over_the_file_and_an_empty_one_unsets() {
    let file = "[company]\nname = 'Acme'\n[mail.smtp]\nport = 25\n";
    let variables = [
        ("GREENROOM_COMPANY__NAME", ""),
        ("GREENROOM_COMPANY__FROM", "jobs@acme.example"),
        ("GREENROOM_MAIL__TRANSPORT", "smtp"),
        ("GREENROOM_MAIL__SMTP__HOST", "mx.acme.example"),
        ("GREENROOM_MAIL__SMTP__PORT", "2525"),
        ("GREENROOM_LINKS__ALLOW_LOCAL", "true"),
    ];
    let config = read_with(file, &variables).unwrap();
    assert_eq!(config.company.name, None);
    assert!(config.links.allow_local);
    let Transport::Smtp(server) = config.mail.transport else {
        panic!("not smtp")
    };
    assert_eq!(
        (server.host.as_str(), server.port),
        ("mx.acme.example", 2525)
    );
}

#[rstest]
#[case(
    "GREENROOM_MAIL__SMTP__HSOT",
    "x",
    "GREENROOM_MAIL__SMTP__HSOT: mail.smtp.hsot: there is no such setting; did you mean mail.smtp.host?"
)]
#[case(
    "GREENROOM_LINKS__ALLOW_LOCAL",
    "perhaps",
    "GREENROOM_LINKS__ALLOW_LOCAL: links.allow_local: must be true or false, not \"perhaps\""
)]
#[case(
    "GREENROOM_MAIL__SMTP__PORT",
    "smtp",
    "GREENROOM_MAIL__SMTP__PORT: mail.smtp.port: must be a number"
)]
#[case("GREENROOM_MAIL__HEADERS__X_A", "b", "is set in the file only")]
#[case(
    "GREENROOM_NOW",
    "tomorrow",
    "GREENROOM_NOW: is not an instant of RFC 3339"
)]
#[case("GREENROOM_USER", "rita@", "GREENROOM_USER: ")]
fn a_slip_in_a_variable_names_the_variable(
    #[case] name: &str,
    #[case] value: &str,
    #[case] expected: &str,
) {
    let problem = only_problem(read_with("", &[(name, value)]));
    assert!(problem.contains(expected), "{problem}");
}

#[test]
fn incident_20_smtp_has_one_security_mode_and_its_usual_port() {
    let port = |more: &str| match read(&format!("{SMTP}{more}")).unwrap().mail.transport {
        Transport::Smtp(server) => (server.security, server.port),
        other => panic!("not smtp: {other:?}"),
    };
    assert_eq!(port(""), (Security::Tls, 465));
    assert_eq!(
        port("mail.smtp.security = 'starttls'"),
        (Security::StartTls, 587)
    );
    let problem = only_problem(read(&format!("{SMTP}mail.smtp.security = 'none'")));
    assert!(
        problem.contains(
            "config.toml:4: mail.smtp.security: none is only for a server on this machine"
        ),
        "{problem}"
    );
}

#[test]
fn smtp_needs_a_sender_and_a_host() {
    // Both at once: nobody wants to learn of the second when the first is in order.
    let problems = read("mail.transport = 'smtp'").unwrap_err();
    for missing in ["mail.smtp.host: is missing", "company.from: is missing"] {
        let named = problems.iter().any(|problem| problem.starts_with(missing));
        assert!(named, "{missing}: {problems:?}");
    }
    let problem = only_problem(read(
        "[mail]\ntransport = 'smtp'\nsmtp.host = 'mx.acme.example'",
    ));
    assert!(problem.starts_with("company.from: is missing"), "{problem}");
}

#[rstest]
#[case("['msmtp', '-a', 'acme']", "msmtp")]
#[case("'/usr/bin/msmtp  -a acme'", "msmtp")]
#[case("''", "sendmail")]
fn sendmail_is_a_list_or_words(#[case] command: &str, #[case] program: &str) {
    let text = format!(
        "company.from = 'jobs@acme.example'\nmail.transport = 'sendmail'\nmail.sendmail.command = {command}"
    );
    let Transport::Sendmail(settings) = read(&text).unwrap().mail.transport else {
        panic!("not sendmail")
    };
    assert_eq!(settings.program(), program);
}

#[test]
fn sendmail_needs_a_sender_a_running_clock_and_a_public_base_url() {
    let problem = only_problem(read("mail.transport = 'sendmail'"));
    assert!(problem.starts_with("company.from: is missing"), "{problem}");
    let text = "company.from = 'jobs@acme.example'\nmail.transport = 'sendmail'";
    let now = [("GREENROOM_NOW", "2031-03-04T09:12:00Z")];
    assert!(only_problem(read_with(text, &now)).starts_with("GREENROOM_NOW: "));
    assert!(read(text).unwrap().link_policy().may_leave().is_err());
}

#[test]
fn incident_18_a_bad_base_url_names_its_setting_and_is_not_repaired() {
    for bad in ["//interview/", "interviews.acme.example", "https://"] {
        let problem = only_problem(read(&format!("links.base_url = '{bad}'")));
        assert!(
            problem.starts_with("config.toml:1: links.base_url: "),
            "{problem}"
        );
    }
}

#[test]
fn incident_17_smtp_with_the_local_base_url_is_refused_when_a_link_would_leave() {
    let config = read(SMTP).unwrap();
    assert!(matches!(config.links.base_url.reach(), Reach::Local(_)));
    let refused = config.link_policy().may_leave().unwrap_err().to_string();
    assert!(refused.starts_with("links.base_url: "), "{refused}");
}

#[test]
fn with_a_fixed_clock_mail_leaves_for_this_machine_only() {
    let now = [("GREENROOM_NOW", "2031-03-04T09:12:00Z")];
    assert_eq!(
        read_with("", &now).unwrap().fixed_now,
        Some("2031-03-04T09:12:00Z".parse().unwrap())
    );
    assert!(only_problem(read_with(SMTP, &now)).starts_with("GREENROOM_NOW: "));
    let here = SMTP.replace("mx.acme.example", "127.0.0.1");
    assert!(read_with(&here, &now).is_ok());
}

#[test]
fn over_ssh_a_line_makes_a_local_join_page_reachable() {
    let ssh = [
        ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"),
        ("USER", "rita"),
    ];
    let line = |text: &str| read_with(text, &ssh).unwrap().port_forwarding();
    assert_eq!(
        line("").as_deref(),
        Some("ssh -L 8000:127.0.0.1:8000 rita@192.0.2.2")
    );
    let other = "links.base_url = 'http://127.0.0.1:9000'";
    assert_eq!(
        line(other).as_deref(),
        Some("ssh -L 9000:127.0.0.1:9000 rita@192.0.2.2")
    );
    assert_eq!(line("links.base_url = 'https://join.acme.example'"), None);
    assert_eq!(read_with("", &[]).unwrap().port_forwarding(), None);
    for nonsense in ["a b $(reboot) d", "a b 192.0.2.2 d", "a b 192.0.2.2", "a"] {
        let nonsense = [("SSH_CONNECTION", nonsense)];
        assert_eq!(read_with("", &nonsense).unwrap().port_forwarding(), None);
    }
}

#[rstest]
#[case(
    "127.0.0.1:8000",
    "2222",
    "ssh -p 2222 -L 8000:127.0.0.1:8000 192.0.2.2"
)]
#[case("0.0.0.0:8000", "22", "ssh -L 8000:127.0.0.1:8000 192.0.2.2")]
#[case("[::]:8001", "2222", "ssh -p 2222 -L 8000:[::1]:8001 192.0.2.2")]
fn the_line_leads_to_where_ssh_and_the_join_page_really_listen(
    #[case] listen: &str,
    #[case] port: &str,
    #[case] expected: &str,
) {
    let ssh = format!("192.0.2.1 50000 192.0.2.2 {port}");
    let config = read_with(
        &format!("server.listen = '{listen}'"),
        &[("SSH_CONNECTION", &ssh)],
    );
    assert_eq!(config.unwrap().port_forwarding().as_deref(), Some(expected));
}

#[test]
fn over_ssh_the_zone_of_the_machine_is_nobodys() {
    let ssh = [("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")];
    let config = read_with("", &ssh).unwrap();
    assert!(config.defaults().zone.is_none());
    assert_eq!(config.list_zone().name(), "UTC");
    let config = read_with("schedule.zone = 'Asia/Tokyo'", &ssh).unwrap();
    assert_eq!(config.defaults().zone.unwrap().name(), "Asia/Tokyo");
}

#[rstest]
#[case(&[("USER", "rita")], "rita")]
#[case(&[("USER", "rita"), ("GREENROOM_USER", "Rita Levi")], "Rita Levi")]
#[case(&[("GREENROOM_USER", "Rita Levi <rita@acme.example>")], "Rita Levi <rita@acme.example>")]
#[case(&[], "somebody")]
fn who_is_acting(#[case] variables: &[(&str, &str)], #[case] actor: &str) {
    assert_eq!(read_with("", variables).unwrap().actor(), actor);
}

#[test]
fn a_password_file_is_found_at_home_and_beside_the_configuration() {
    let file = |path: &str| match read(&format!(
        "{SMTP}mail.smtp.username = 'a'\nmail.smtp.password_file = '{path}'"
    ))
    .unwrap()
    .mail
    .transport
    {
        Transport::Smtp(server) => server.secret,
        _ => None,
    };
    let at = |path: &str| {
        Some(crate::mail::transport::smtp::SecretSource::File(
            PathBuf::from(path),
        ))
    };
    assert_eq!(file("~/secret"), at("/home/rita/secret"));
    assert_eq!(file("secret"), at("/home/rita/.config/greenroom/secret"));
    assert_eq!(file("/run/secret"), at("/run/secret"));
}

#[test]
fn a_flag_wins_over_its_variable_and_a_named_file_must_exist() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("none.toml");
    let environment = environment(&[("GREENROOM_DATA_DIR", "/srv/a")]);
    let options = Options {
        data_dir: Some("/srv/b".into()),
        ..Options::default()
    };
    assert_eq!(
        Config::load(&options, &environment)
            .unwrap()
            .paths
            .database(),
        PathBuf::from("/srv/b/greenroom.db")
    );
    assert_eq!(
        Config::load(&Options::default(), &environment)
            .unwrap()
            .paths
            .data_dir,
        PathBuf::from("/srv/a")
    );
    let options = Options {
        config: Some(missing),
        ..Options::default()
    };
    assert_eq!(
        Config::load(&options, &environment).unwrap_err()[0].key,
        "config"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}", value in "\\PC{0,30}") {
        let _ = read_with(&text, &[("GREENROOM_COMPANY__FROM", &value)]);
    }
}
