//! Styles by role. Only the terminal's own sixteen colours, so that its theme stays the person's.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means; every meaning also has a glyph or words, never colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Secondary text.
    Dim,
    /// Matters: a heading, a name.
    Strong,
    /// The selection and keys to press.
    Accent,
    /// Trouble: `!`.
    Trouble,
    /// Wants a look: `▲`.
    Attention,
    /// Fine: `✓`.
    Fine,
}

impl Role {
    /// The glyph that goes with the meaning, or a space.
    #[must_use]
    pub const fn glyph(self) -> &'static str {
        match self {
            Self::Trouble => "!",
            Self::Attention => "▲",
            Self::Fine => "✓",
            Self::Text | Self::Dim | Self::Strong | Self::Accent => " ",
        }
    }
}

/// The styles of all roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colours: bool,
}

impl Theme {
    /// With colours or, for `NO_COLOR` and `--color never`, with bold, dim and reverse only.
    #[must_use]
    pub const fn new(colours: bool) -> Self {
        Self { colours }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let coloured = |colour: Color, otherwise: Style| {
            if self.colours {
                Style::new().fg(colour)
            } else {
                otherwise
            }
        };
        let bold = Style::new().add_modifier(Modifier::BOLD);
        match role {
            Role::Text => Style::new(),
            Role::Dim => Style::new().add_modifier(Modifier::DIM),
            Role::Strong => bold,
            Role::Accent => coloured(Color::Cyan, bold).add_modifier(Modifier::BOLD),
            Role::Trouble => coloured(Color::Red, bold),
            Role::Attention => coloured(Color::Yellow, Style::new()),
            Role::Fine => coloured(Color::Green, Style::new()),
        }
    }

    /// A button in a mail.
    #[must_use]
    pub fn button(self) -> Style {
        self.style(Role::Accent).add_modifier(Modifier::REVERSED)
    }

    /// A link in a mail.
    #[must_use]
    pub fn link(self) -> Style {
        self.style(Role::Text).add_modifier(Modifier::UNDERLINED)
    }
}
