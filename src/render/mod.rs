//! Turns values into text: templates, and HTML into styled lines. Never touches a terminal.

pub mod html;
pub mod templates;

pub use html::{SpanStyle, StyledLine, StyledSpan, html_lines};
pub use templates::{TemplateError, Templates};
