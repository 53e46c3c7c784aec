//! Schemathesis, an independent witness, asks the real program whatever its description allows and forbids.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::server::program::Served;
use crate::support::browser::{found, left_out};
use crate::support::program::Greenroom;

/// Seconds it may take.
const PATIENCE: &str = "60";
/// Requests of each kind to each operation.
const EXAMPLES: &str = "15";

fn schemathesis() -> Option<PathBuf> {
    std::env::var_os("GREENROOM_SCHEMATHESIS")
        .map(PathBuf::from)
        .filter(|path| path.is_file())
        .or_else(|| found("schemathesis"))
        .or_else(|| left_out("schemathesis is not installed (GREENROOM_SCHEMATHESIS names it)"))
}

#[test]
fn what_is_answered_is_what_the_description_says_whatever_is_asked() {
    let Some(schemathesis) = schemathesis() else {
        return;
    };
    let greenroom = Greenroom::new().with("GREENROOM_LINKS__ALLOW_LOCAL", "true");
    let create = "token create --name witness --scope read --scope write";
    let token = greenroom
        .run(&create.split(' ').collect::<Vec<_>>())
        .ended(0)
        .out;
    greenroom.new_ada(&[]).ended(0);
    let served = Served::by(&greenroom);
    let ran = Command::new("timeout")
        .arg(PATIENCE)
        .arg(schemathesis)
        .args(["--no-color", "run"])
        .arg(format!("http://{}/openapi.json", served.address))
        .arg("--header")
        .arg(format!("Authorization: Bearer {}", token.trim()))
        .args(["--max-examples", EXAMPLES, "--generation-deterministic"])
        // A schema can't say that a start lies ahead or that a zone exists.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .current_dir(greenroom.home())
        .env("HOME", greenroom.home())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let operations = greenroom::server::api::description().paths.paths;
    let operations: usize = operations
        .values()
        .map(|path| usize::from(path.get.is_some()) + usize::from(path.post.is_some()))
        .sum();
    assert!(said.contains(&format!("Tested: {operations}")), "{said}");
    // And what it made can be read.
    greenroom.run(&["list", "--json", "--limit", "0"]).ended(0);
}
