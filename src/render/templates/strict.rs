//! The engine, made strict: no missing name passes for an empty one, no text becomes markup.

use handlebars::{
    Context, Handlebars, Helper, HelperResult, JsonTruthy as _, Output, RenderContext, RenderError,
    RenderErrorReason, Renderable as _, Template, template::TemplateElement,
};

/// An engine for which a name that does not exist is an error.
pub(super) fn registry() -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.unregister_helper("log");
    // The engine's own `if` takes a misspelt name for an empty one, strict or not.
    registry.register_helper("if", Box::new(strict_if));
    registry.register_helper("unless", Box::new(strict_unless));
    registry
}

/// Everything that could end a text or a quoted attribute, and no more: a link in the source reads as it is.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn strict_if<'reg, 'rc>(
    helper: &Helper<'rc>,
    registry: &'reg Handlebars<'reg>,
    context: &'rc Context,
    state: &mut RenderContext<'reg, 'rc>,
    out: &mut dyn Output,
) -> HelperResult {
    choose(true, helper, registry, context, state, out)
}

fn strict_unless<'reg, 'rc>(
    helper: &Helper<'rc>,
    registry: &'reg Handlebars<'reg>,
    context: &'rc Context,
    state: &mut RenderContext<'reg, 'rc>,
    out: &mut dyn Output,
) -> HelperResult {
    choose(false, helper, registry, context, state, out)
}

fn choose<'reg, 'rc>(
    wanted: bool,
    helper: &Helper<'rc>,
    registry: &'reg Handlebars<'reg>,
    context: &'rc Context,
    state: &mut RenderContext<'reg, 'rc>,
    out: &mut dyn Output,
) -> HelperResult {
    let condition = helper
        .param(0)
        .ok_or(RenderErrorReason::ParamNotFoundForIndex("if", 0))?;
    if condition.is_value_missing() {
        return Err(RenderError::strict_error(condition.relative_path()));
    }
    let branch = if condition.value().is_truthy(false) == wanted {
        helper.template()
    } else {
        helper.inverse()
    };
    branch.map_or(Ok(()), |template| {
        template.render(registry, context, state, out)
    })
}

/// The line of the first expression that would insert text as markup.
pub(super) fn first_unescaped(template: &Template) -> Option<usize> {
    let line = |at: usize| template.mapping.get(at).map_or(1, |mapping| mapping.0);
    template
        .elements
        .iter()
        .enumerate()
        .find_map(|(at, element)| match element {
            TemplateElement::HtmlExpression(_) => Some(line(at)),
            TemplateElement::HelperBlock(block) => [&block.template, &block.inverse]
                .into_iter()
                .flatten()
                .find_map(first_unescaped),
            TemplateElement::DecoratorBlock(block) | TemplateElement::PartialBlock(block) => {
                block.template.as_ref().and_then(first_unescaped)
            }
            _ => None,
        })
}
