//! What comes in from elsewhere: the old system's database, and tables.

mod defects;
mod export;
mod hostile;
mod keys;
mod legacy;
mod table;

use greenroom::app::{App, Import, ImportError, ImportRequest, Progress};
use greenroom::domain::import::Report;
use greenroom::domain::import::legacy::SkewAnswer;
use std::path::Path;
use tokio::sync::watch;

use crate::support::World;

pub(crate) fn request(file: &Path) -> ImportRequest {
    ImportRequest {
        file: file.to_owned(),
        format: None,
        zone: None,
        skew: None,
        skip_bad: false,
    }
}

async fn look(app: &App, request: ImportRequest) -> Result<Import, ImportError> {
    app.look_through(request, watch::channel(Progress::default()).0)
        .await
}

pub(crate) async fn import(app: &App, request: ImportRequest) -> Result<Report, ImportError> {
    let looked = look(app, request).await?;
    app.import(looked, watch::channel(Progress::default()).0)
        .await
}

async fn import_with(world: &World, file: &Path, skew: SkewAnswer) -> Report {
    let request = ImportRequest {
        skew: Some(skew),
        ..request(file)
    };
    import(&world.app, request).await.unwrap()
}

/// The names of what was noticed, with how often.
fn noticed(report: &Report) -> Vec<(&'static str, u64)> {
    report
        .noticed
        .iter()
        .map(|(defect, group)| (defect.name(), group.count))
        .collect()
}
