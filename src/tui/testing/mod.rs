//! What the tests of the dashboard share: made-up rows, keys written as words, the screen as text.

mod made_up;
mod stage;

pub use made_up::*;
pub use stage::Stage;
