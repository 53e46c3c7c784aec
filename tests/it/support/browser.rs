//! A real browser: Chromium without a window, driven through `ChromeDriver` (W3C `WebDriver`).
//!
//! Where there is none, [`Browser::open`] says so and the test is left out; in CI that is a failure.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a page may take to say what it is waited for: long, for a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);
/// Under which key `WebDriver` names an element (section 12.1 of its standard).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How wide a page is shown: a telephone.
pub const TELEPHONE: (u32, u32) = (390, 844);
/// How wide a page is shown: a desk.
pub const DESK: (u32, u32) = (1280, 800);

/// A browser with one empty profile and one window. Ends with the value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Opens one, or says why the test is left out.
    ///
    /// # Panics
    /// In CI, where a browser has to be there.
    pub fn open() -> Option<Self> {
        let (Some(chromium), Some(driver)) = (found("chromium"), found("chromedriver")) else {
            return left_out("chromium and chromedriver are not installed");
        };
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let port = port_said(&mut driver);
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-default-apps",
        ];
        let mut arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
        }}});
        let session = call(port, "POST", "/session", &capabilities)["sessionId"]
            .as_str()
            .unwrap()
            .to_owned();
        Some(Self {
            driver,
            port,
            session,
            _profile: profile,
        })
    }

    /// Shows pages in a window of that width and height.
    pub fn size(&self, (width, height): (u32, u32)) {
        let size = json!({ "width": width, "height": height });
        self.post("/window/rect", &size);
    }

    /// Follows a link, and waits until its page is there.
    pub fn goes_to(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// Where it is now.
    pub fn address(&self) -> String {
        text(&self.get("/url"))
    }

    /// The words on the page.
    pub fn words(&self) -> String {
        text(&self.runs("return document.body ? document.body.innerText : ''"))
    }

    /// Waits until the page says that.
    pub fn shows(&self, words: &str) {
        self.waits(|| self.words().contains(words), words);
    }

    /// Waits until it is at an address that begins so.
    pub fn arrives_at(&self, beginning: &str) {
        self.waits(|| self.address().starts_with(beginning), beginning);
    }

    fn waits(&self, mut come: impl FnMut() -> bool, what: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !come() {
            assert!(
                Instant::now() < deadline,
                "{what:?} did not come; at {}:\n{}",
                self.address(),
                self.words()
            );
            // The driver offers no way to be told.
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }

    /// Presses what a style selector names, with the mouse.
    pub fn clicks(&self, selector: &str) {
        let found = json!({ "using": "css selector", "value": selector });
        let element = self.post("/element", &found);
        let element = element[ELEMENT].as_str().unwrap().to_owned();
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Types keys to whatever has the focus; `\u{E004}` is Tab and `\u{E007}` Enter (section 17.4.2).
    pub fn types(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|stroke| json!({ "type": stroke, "value": key }))
            })
            .collect();
        let actions =
            json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.post("/actions", &actions);
    }

    /// Runs a script in the page and gives back what it returns.
    pub fn runs(&self, script: &str) -> Value {
        self.post(
            "/execute/sync",
            &json!({ "script": script, "args": Vec::<Value>::new() }),
        )
    }

    /// What axe finds wrong with the page for people who can't see it, or use no mouse: one line a finding.
    ///
    /// # Panics
    /// In CI, where axe has to be there.
    pub fn barriers(&self) -> Option<Vec<String>> {
        let Some(axe) = axe() else {
            return left_out("axe is not installed: GREENROOM_AXE names no axe.min.js");
        };
        self.runs(&std::fs::read_to_string(axe).unwrap());
        let found = self.post(
            "/execute/async",
            &json!({ "args": Vec::<Value>::new(), "script": "
                const done = arguments[arguments.length - 1];
                const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
                axe.run(document, { runOnly: tags }).then(
                    (found) => done(found.violations.map((one) =>
                        `${one.impact} ${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(' ')}`)),
                    (error) => done([String(error)]));" }),
        );
        let lines = found.as_array().unwrap().iter().map(text).collect();
        Some(lines)
    }

    /// Shows pages as that colour scheme: `light` or `dark`.
    pub fn prefers(&self, scheme: &str) {
        let emulation = json!({
            "cmd": "Emulation.setEmulatedMedia",
            "params": { "features": [{ "name": "prefers-color-scheme", "value": scheme }] },
        });
        self.post("/goog/cdp/execute", &emulation);
    }

    /// Shows pages as they are printed.
    pub fn prints(&self) {
        let emulation = json!({
            "cmd": "Emulation.setEmulatedMedia",
            "params": { "media": "print" },
        });
        self.post("/goog/cdp/execute", &emulation);
    }

    /// Shows pages on a device of that language, in that zone.
    pub fn lives_in(&self, language: &str, zone: &str) {
        for (command, params) in [
            ("Emulation.setLocaleOverride", json!({ "locale": language })),
            (
                "Emulation.setTimezoneOverride",
                json!({ "timezoneId": zone }),
            ),
        ] {
            let emulation = json!({ "cmd": command, "params": params });
            self.post("/goog/cdp/execute", &emulation);
        }
    }

    /// Lets pages run scripts, or not.
    pub fn scripts(&self, allowed: bool) {
        let emulation = json!({
            "cmd": "Emulation.setScriptExecutionDisabled",
            "params": { "value": !allowed },
        });
        self.post("/goog/cdp/execute", &emulation);
    }

    fn get(&self, path: &str) -> Value {
        call(
            self.port,
            "GET",
            &format!("/session/{}{path}", self.session),
            &Value::Null,
        )
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        call(
            self.port,
            "POST",
            &format!("/session/{}{path}", self.session),
            body,
        )
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser is in the driver's group.
        if let Some(group) = rustix::process::Pid::from_raw(self.driver.id().cast_signed()) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.driver.wait();
    }
}

/// Says why a test is left out; in CI nothing may be.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to see it")]
pub fn left_out<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("LEFT OUT: {why}");
    None
}

pub fn found(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|directory| directory.join(program))
        .find(|path| path.is_file())
}

fn axe() -> Option<PathBuf> {
    std::env::var_os("GREENROOM_AXE")
        .map(PathBuf::from)
        .filter(|path| path.is_file())
}

// The driver takes a free port and says which.
fn port_said(driver: &mut Child) -> u16 {
    let said = BufReader::new(driver.stdout.take().unwrap());
    let mut lines = said.lines();
    let port = lines
        .find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })
        .unwrap();
    // Whatever else it says must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    port
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

// One call of the driver: a request on a connection of its own.
fn call(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    // The driver does not close the connection, whatever it is asked.
    let mut answer = BufReader::new(stream);
    let mut status = String::new();
    answer.read_line(&mut status).unwrap();
    let mut length = 0;
    loop {
        let mut header = String::new();
        answer.read_line(&mut header).unwrap();
        if header.trim().is_empty() {
            break;
        }
        if let Some((_, value)) = header
            .split_once(':')
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body).unwrap();
    let mut answer: Value = serde_json::from_slice(&body).unwrap();
    assert!(
        status.starts_with("HTTP/1.1 200"),
        "{method} {path}: {answer}"
    );
    answer["value"].take()
}
