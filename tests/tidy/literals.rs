//! The literals of a Rust file that are code: shared with the gateway's check of reasons.

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};

/// Calls `visit` with every literal outside attributes (hence outside doc comments) and outside `#[cfg(test)]` items.
pub(crate) fn visit_literals(tokens: TokenStream, visit: &mut dyn FnMut(&Literal)) {
    let mut after_hash = false;
    let mut skip_item = false;
    for token in tokens {
        let was_after_hash = std::mem::replace(&mut after_hash, false);
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '#' => after_hash = true,
                // `#![…]`
                '!' => after_hash = was_after_hash,
                ';' => skip_item = false,
                _ => {}
            },
            TokenTree::Group(group) if was_after_hash && group.delimiter() == Delimiter::Bracket => {
                skip_item |= group.stream().to_string().replace(' ', "") == "cfg(test)";
            }
            TokenTree::Group(group) => {
                if !skip_item {
                    visit_literals(group.stream(), visit);
                } else if group.delimiter() == Delimiter::Brace {
                    skip_item = false;
                }
            }
            TokenTree::Literal(literal) if !skip_item => visit(&literal),
            TokenTree::Literal(_) | TokenTree::Ident(_) => {}
        }
    }
}
