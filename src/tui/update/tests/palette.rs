//! The palette: a command by a few letters.

use super::cursor;
use crate::tui::keymap::Layer;
use crate::tui::message::Intent;
use crate::tui::testing::Stage;

#[test]
fn a_command_is_found_by_a_few_letters_shown_with_its_key_and_done_by_enter() {
    let mut stage = Stage::new(80, 24);
    stage.keys(": outb");
    let screen = stage.screen();
    assert!(screen.contains(" : outb▏"), "{screen}");
    assert!(
        screen.contains(" ▌ B        the outbox: what is on its way"),
        "{screen}"
    );
    stage.keys("Enter");
    assert_eq!(stage.model.layer(), Layer::Outbox);
}

#[test]
fn arrows_choose_and_typing_goes_back_to_the_likeliest() {
    let mut stage = Stage::new(80, 24);
    stage.keys(": Down Down Up Down");
    let Some(crate::tui::model::Modal::Palette(palette)) = stage.model.modals.last() else {
        panic!("no palette")
    };
    assert_eq!(palette.index, 2);
    stage.keys("h e l p");
    stage.keys("Backspace Backspace Backspace Backspace t h e s e~k Enter");
    assert_eq!(stage.model.layer(), Layer::Help);
}

#[test]
fn what_is_called_nothing_is_said_and_esc_leaves_everything_as_it_was() {
    let mut stage = Stage::new(80, 24);
    let before = cursor(&stage);
    stage.keys(": xyzzy Enter");
    assert_eq!(stage.model.layer(), Layer::Palette);
    assert!(stage.screen().contains("no command is called so"));
    stage.want(Intent::Paste("two\nlines".to_owned()));
    assert!(
        stage.screen().contains("xyzzytwo lines"),
        "{}",
        stage.screen()
    );
    stage.keys("Esc");
    assert_eq!((stage.model.layer(), cursor(&stage)), (Layer::List, before));
}

#[test]
fn over_the_details_it_holds_their_commands() {
    let mut stage = Stage::new(80, 24);
    stage.keys("Enter : copy Enter");
    assert_eq!(stage.model.layer(), Layer::Pane);
    assert!(
        super::status(&stage).contains("no link"),
        "the command was carried out"
    );
}
