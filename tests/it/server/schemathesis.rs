//! Schemathesis, which knows nothing of this program, asks the real one everything that its description allows.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use super::program::Served;
use crate::support::browser::left_out;
use crate::support::program::Greenroom;

/// Of what is asked at random, for each operation.
const EXAMPLES: &str = "5";

#[test]
fn schemathesis_finds_no_answer_that_the_description_does_not_have() {
    let named = env::var_os("GREENROOM_SCHEMATHESIS").map(PathBuf::from);
    let Some(schemathesis) = named.filter(|path| path.is_file()) else {
        let why = "schemathesis is not installed: GREENROOM_SCHEMATHESIS names no program";
        return left_out(why).unwrap_or_default();
    };
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let create = [
        "token", "create", "--name", "tests", "--scope", "read", "--scope", "write", "--json",
    ];
    let token = greenroom.run(&create).one()["token"].clone();
    let served = Served::by(&greenroom);
    let ran = Command::new("timeout")
        .arg("60")
        .arg(schemathesis)
        .arg("run")
        .arg(format!("http://{}/openapi.json", served.address))
        .args(["--phases", "coverage,fuzzing"])
        .args(["--max-examples", EXAMPLES, "--generation-deterministic"])
        // That a start lies ahead, or a cursor came from a list, no schema can say.
        .args(["--exclude-checks", "positive_data_acceptance", "--no-color"])
        .arg("--header")
        .arg(format!("Authorization: Bearer {}", token.as_str().unwrap()))
        .current_dir(greenroom.home())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}");
    // It did get in, and to every operation.
    assert!(!said.contains("Authentication failed"), "{said}");
    assert!(said.contains("Tested: 13"), "{said}");
}
