//! An import for the tests of what shows one.

use super::*;

impl Import {
    /// One that was never read from an old database, with that report.
    #[must_use]
    pub(crate) fn legacy_sample(report: Report) -> Self {
        Self {
            format: Format::Legacy,
            zone: Some(Zone::parse(LEGACY_ZONE).unwrap()),
            ..Self::sample(report)
        }
    }

    /// One that was never read from a table, with that report.
    #[must_use]
    pub(crate) fn sample(report: Report) -> Self {
        let found = Found {
            incoming: Incoming::new().unwrap(),
            shared: HashSet::new(),
        };
        Self {
            request: ImportRequest {
                file: PathBuf::from("t.csv"),
                format: None,
                zone: None,
                skew: None,
                skip_bad: false,
            },
            format: Format::Csv,
            zone: None,
            report,
            found: Arc::new(Mutex::new(found)),
        }
    }
}
