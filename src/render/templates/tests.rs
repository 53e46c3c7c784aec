use rstest::rstest;
use serde_json::json;

use super::*;

fn with(file: &str, text: &str) -> Result<Templates, TemplateError> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(file), text).unwrap();
    Templates::load(Some(directory.path()))
}

fn rendered(file: &str, text: &str) -> Result<String, TemplateError> {
    let data = json!({
        "candidate": {"name": "<b>Ada & \"Co\"</b>"}, "company": null,
        "interviewers": [{"name": "Grace"}], "lines": ["a", "b"],
    });
    with(file, text)?.render(file, &data)
}

#[test]
fn html_escapes_and_text_does_not() {
    assert_eq!(
        rendered("invitation.html.hbs", "{{candidate.name}}").unwrap(),
        "&lt;b&gt;Ada &amp; &quot;Co&quot;&lt;/b&gt;"
    );
    assert_eq!(
        rendered("invitation.txt.hbs", "{{candidate.name}}").unwrap(),
        "<b>Ada & \"Co\"</b>"
    );
}

#[test]
fn a_subject_is_one_line() {
    assert_eq!(
        rendered(
            "invitation.subject.hbs",
            "Interview\r\n  {{#each lines}}{{this}}\n{{/each}}"
        )
        .unwrap(),
        "Interview a b"
    );
}

#[rstest]
#[case(
    "\n\n{{candidat.name}}",
    "invitation.html.hbs line 3: there is no variable `candidat.name`; did you mean `candidate.name`?"
)]
#[case(
    "\n{{#if compny}}x{{/if}}",
    "invitation.html.hbs line 2: there is no variable `compny`; did you mean `company`?"
)]
#[case(
    "{{#if company}}{{else}}\n\n{{#unless candidate.nam}}x{{/unless}}{{/if}}",
    "invitation.html.hbs line 3: there is no variable `candidate.nam`; did you mean `candidate.name`?"
)]
#[case(
    "{{#each interviewers}}\n{{nme}}{{/each}}",
    "invitation.html.hbs line 2: there is no variable `nme`; did you mean `name`?"
)]
#[case(
    "{{#each peple}}x{{/each}}",
    "invitation.html.hbs line 1: there is no variable `peple`"
)]
#[case(
    "{{wholly_unlike_anything}}",
    "invitation.html.hbs line 1: there is no variable `wholly_unlike_anything`"
)]
#[case("a\n{{#if company}}\nb", "invitation.html.hbs line ")]
#[case(
    "a\n{{#if company}}{{{company}}}{{/if}}",
    "invitation.html.hbs line 2: {{{…}}} would insert text as markup; write {{…}}"
)]
#[case("{{&company}}", "invitation.html.hbs line 1: {{{…}}} would")]
fn incident_26_a_fault_in_a_template_names_file_line_and_variable(
    #[case] text: &str,
    #[case] message: &str,
) {
    let error = rendered("invitation.html.hbs", text)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with(message), "{error}");
}

#[test]
fn a_file_that_replaces_nothing_is_pointed_out() {
    let error = with("invitaton.html.hbs", "x").unwrap_err().to_string();
    assert_eq!(
        error,
        "invitaton.html.hbs replaces no template; did you mean invitation.html.hbs?"
    );
    assert!(with("invitation.html.hbs~", "x").is_ok());
    assert!(with(".invitation.swp.hbs", "x").is_ok());
}

#[test]
fn without_files_the_built_in_templates_are_used() {
    assert!(Templates::load(None).is_ok());
    assert!(Templates::load(Some(Path::new("/nowhere/at/all"))).is_ok());
}
