//! The palette: a command is chosen by a few letters, and is then wanted as if its key had been pressed.

use super::wanted as want;
use crate::tui::message::{Effect, Intent};
use crate::tui::model::palette::Palette;
use crate::tui::model::{Modal, Model};

/// Opens it over what has the keys.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let palette = Palette::over(model.layer());
    model.modals.push(Modal::Palette(palette));
    Vec::new()
}

/// A key in it.
pub(super) fn wanted(model: &mut Model, intent: Intent) -> Vec<Effect> {
    let Some(Modal::Palette(palette)) = model.modals.last_mut() else {
        return Vec::new();
    };
    match intent {
        Intent::Leave => {
            model.modals.pop();
        }
        Intent::Accept => {
            let chosen = palette
                .found()
                .get(palette.index)
                .map(|binding| binding.intent.clone());
            // Where nothing is found, Enter must not close what says so.
            if let Some(chosen) = chosen {
                model.modals.pop();
                return want(model, chosen);
            }
        }
        Intent::Down => {
            let last = palette.found().len().saturating_sub(1);
            palette.index = (palette.index + 1).min(last);
        }
        Intent::Up => palette.index = palette.index.saturating_sub(1),
        Intent::Edit(edit) => {
            palette.index = 0;
            palette.query.edit(&edit);
        }
        Intent::Paste(text) => {
            palette.index = 0;
            palette
                .query
                .insert(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        _ => {}
    }
    Vec::new()
}
