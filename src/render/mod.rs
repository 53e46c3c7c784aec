//! Turns values into text: templates, and HTML into styled lines. Never touches a terminal.
