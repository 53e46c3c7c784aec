//! The picture in the README is made from the program itself: the demonstration in a real terminal.
//!
//! `GREENROOM_PICTURE=write cargo test --test it picture` draws it anew after a change that can be seen.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::program::Greenroom;

const COLUMNS: u16 = 120;
const ROWS: u16 = 34;
const CELL: (u16, u16) = (9, 19);

#[test]
fn the_picture_in_the_readme_is_what_the_program_shows() {
    let greenroom = Greenroom::new().with("GREENROOM_NOW", "2031-03-04T14:12:00Z");
    let terminal = greenroom.terminal(&["demo"], COLUMNS, ROWS);
    // The last parts to come: the mail, the counts, and what failed.
    for part in [
        "Hello Ada Lovelace",
        "35 ahead",
        "could not be mailed",
        "interview scheduled",
    ] {
        terminal.shows(part);
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/dashboard.svg");
    if std::env::var_os("GREENROOM_PICTURE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        terminal.settles();
        std::fs::write(&file, terminal.look(svg)).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        terminal.becomes(|screen| svg(screen) == kept),
        "docs/dashboard.svg is not what the program shows; see tests/it/picture.rs"
    );
}

#[derive(PartialEq)]
struct Style {
    ink: &'static str,
    paper: Option<&'static str>,
    bold: bool,
    faint: bool,
}

fn svg(screen: &vt100::Screen) -> String {
    let (width, height) = (COLUMNS * CELL.0 + 24, ROWS * CELL.1 + 24);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\">\n\
         <title>The dashboard of Greenroom</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#16181d\"/>\n"
    );
    for row in 0..ROWS {
        let mut column = 0;
        while column < COLUMNS {
            let style = style(screen.cell(row, column).unwrap());
            let start = column;
            let mut text = String::new();
            while column < COLUMNS {
                let cell = screen.cell(row, column).unwrap();
                if style != self::style(cell) {
                    break;
                }
                text.push_str(match cell.contents() {
                    "" if cell.is_wide_continuation() => "",
                    "" => " ",
                    text => text,
                });
                column += 1;
            }
            run(&mut svg, row, start..column, &text, &style);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn run(svg: &mut String, row: u16, columns: std::ops::Range<u16>, text: &str, style: &Style) {
    let (x, y) = (12 + columns.start * CELL.0, 12 + row * CELL.1);
    let width = (columns.end - columns.start) * CELL.0;
    if let Some(paper) = style.paper {
        let height = CELL.1;
        writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{paper}\"/>"
        )
        .unwrap();
    }
    // Words are placed one by one, so that a font of another width, or a wide script, moves nothing.
    let mut at = 0;
    for word in text.split(' ') {
        let length = u16::try_from(greenroom::domain::text::columns(word)).unwrap();
        if length > 0 {
            let bold = if style.bold {
                " font-weight=\"bold\""
            } else {
                ""
            };
            let faint = if style.faint { " opacity=\"0.6\"" } else { "" };
            let word = word.replace('&', "&amp;").replace('<', "&lt;");
            writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{bold}{faint}>{word}</text>",
                x + at * CELL.0,
                y + 14,
                length * CELL.0,
                style.ink,
            )
            .unwrap();
        }
        at += length + 1;
    }
}

fn style(cell: &vt100::Cell) -> Style {
    let (mut ink, mut paper) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    if cell.inverse() {
        (ink, paper) = (
            Some(paper.unwrap_or("#16181d")),
            Some(ink.unwrap_or("#d7dae0")),
        );
    }
    Style {
        ink: ink.unwrap_or("#d7dae0"),
        paper,
        bold: cell.bold(),
        faint: cell.dim(),
    }
}

fn colour(colour: vt100::Color) -> Option<&'static str> {
    const ANSI: [&str; 16] = [
        "#16181d", "#f2777a", "#99cc99", "#ffcc66", "#6699cc", "#cc99cc", "#66cccc", "#d7dae0",
        "#7f848e", "#f2777a", "#99cc99", "#ffcc66", "#6699cc", "#cc99cc", "#66cccc", "#ffffff",
    ];
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(index) => ANSI.get(usize::from(index)).copied(),
        vt100::Color::Rgb(..) => Some("#d7dae0"),
    }
}
