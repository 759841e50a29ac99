//! The comments of the protos, cleaned for readers of the API.

use std::collections::HashMap;

use prost_reflect::{
    DescriptorPool, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor,
    MethodDescriptor, OneofDescriptor, ServiceDescriptor,
};

/// Comments by file name, then by the path of what they stand at.
pub(super) struct Comments {
    by_file: HashMap<String, HashMap<Vec<i32>, String>>,
}

impl Comments {
    pub(super) fn of(pool: &DescriptorPool) -> Self {
        let by_file = pool
            .files()
            .map(|file| (file.name().to_owned(), of_file(&file)))
            .collect();
        Self { by_file }
    }

    pub(super) fn message(&self, message: &MessageDescriptor) -> Option<&str> {
        self.at(&message.parent_file(), message.path())
    }

    pub(super) fn field(&self, field: &FieldDescriptor) -> Option<&str> {
        self.at(&field.parent_file(), field.path())
    }

    pub(super) fn oneof(&self, oneof: &OneofDescriptor) -> Option<&str> {
        self.at(&oneof.parent_file(), oneof.path())
    }

    pub(super) fn enumeration(&self, enumeration: &EnumDescriptor) -> Option<&str> {
        self.at(&enumeration.parent_file(), enumeration.path())
    }

    pub(super) fn value(&self, value: &EnumValueDescriptor) -> Option<&str> {
        self.at(&value.parent_file(), value.path())
    }

    pub(super) fn interface(&self, service: &ServiceDescriptor) -> Option<&str> {
        self.at(&service.parent_file(), service.path())
    }

    pub(super) fn method(&self, method: &MethodDescriptor) -> Option<&str> {
        self.at(&method.parent_file(), method.path())
    }

    fn at(&self, file: &FileDescriptor, path: &[i32]) -> Option<&str> {
        self.by_file.get(file.name())?.get(path).map(String::as_str)
    }
}

fn of_file(file: &FileDescriptor) -> HashMap<Vec<i32>, String> {
    let source = file.file_descriptor_proto().source_code_info.as_ref();
    let mut comments = HashMap::new();
    for location in source.iter().flat_map(|source| &source.location) {
        let leading = cleaned(location.leading_comments());
        let text = if leading.is_empty() {
            cleaned(location.trailing_comments())
        } else {
            leading
        };
        if !text.is_empty() {
            comments.insert(location.path.clone(), text);
        }
    }
    comments
}

/// The text without the space behind each `//`, without `(-- notes for the team --)` and without links that only
/// a proto resolves.
fn cleaned(raw: &str) -> String {
    let mut public = String::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("(--") {
        public.push_str(before);
        rest = after.split_once("--)").map_or("", |(_internal, after)| after);
    }
    public.push_str(rest);
    let lines: Vec<&str> = public
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect();
    without_links(lines.join("\n").trim())
}

/// `[text][google.rpc.Status]` becomes `text`.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("][") {
        let (Some(open), Some(close)) = (before.rfind('['), after.find(']')) else {
            plain.push_str(before);
            plain.push_str("][");
            rest = after;
            continue;
        };
        let (outside, label) = before.split_at(open);
        plain.push_str(outside);
        plain.push_str(label.trim_start_matches('['));
        rest = after.split_at(close).1.trim_start_matches(']');
    }
    plain.push_str(rest);
    plain
}

/// The first sentence, on one line and without its full stop.
pub(super) fn summary(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    // "e.g. this" does not end a sentence: the next one begins with a capital.
    let end = paragraph.match_indices(". ").map(|(at, _stop)| at).find(|at| {
        let next = paragraph.get(at + 2..).and_then(|rest| rest.chars().next());
        next.is_some_and(char::is_uppercase)
    });
    let sentence = paragraph
        .get(..end.unwrap_or(paragraph.len()))
        .unwrap_or_default();
    sentence.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_team_reads_is_left_out() {
        assert_eq!(
            cleaned(" A book.\n (-- rename: see the plan --)\n More of it.\n"),
            "A book.\n\nMore of it."
        );
        assert_eq!(cleaned(" Open end (-- never closed"), "Open end");
        assert_eq!(
            cleaned(" See [the status][google.rpc.Status] and [Code][]."),
            "See the status and Code."
        );
        assert_eq!(cleaned(" Not ][ a link"), "Not ][ a link");
    }

    #[test]
    fn the_summary_is_the_first_sentence() {
        let table = [
            ("Records a sale.", "Records a sale"),
            ("Records\na sale. Then more.", "Records a sale"),
            ("Takes names, e.g. a word. Then more", "Takes names, e.g. a word"),
            ("One.\n\nTwo.", "One"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(summary(text), expected, "{text:?}");
        }
    }
}
