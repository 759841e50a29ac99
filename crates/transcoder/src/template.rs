//! Path templates: the grammar of `google/api/http.proto`.
//!
//! ```text
//! Template  = "/" Segments [ Verb ]
//! Segments  = Segment { "/" Segment }
//! Segment   = "*" | "**" | LITERAL | Variable
//! Variable  = "{" FieldPath [ "=" Segments ] "}"
//! FieldPath = IDENT { "." IDENT }
//! Verb      = ":" LITERAL
//! ```
//!
//! Narrower than the grammar in three points, each because the wider reading is ambiguous: `**` stands last or not at
//! all, `:` begins the verb and nothing else, and a name is bound once.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::escape;

/// Longest chain of segments that a template may have. Every segment costs a step of the router for every request.
const SEGMENTS_MAX: usize = 32;

/// One step of a path between two slashes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Exactly this text, compared after the percent escapes of both sides are undone.
    Literal(String),
    /// `*`: one segment that is not empty.
    Any,
    /// `**`: all that is left, which may be nothing. Always the last segment.
    Rest,
}

/// A field of the request that takes its value from the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Names of the fields from the request message down, as the proto writes them: `sale.name` is two.
    pub field_path: Vec<String>,
    /// Which segments of the template make up its value.
    pub segments: Range<usize>,
}

impl Variable {
    /// The field path with dots, such as `sale.name`.
    pub fn name(&self) -> String {
        self.field_path.join(".")
    }
}

/// A parsed path template such as `/v1/{name=companies/*/sales/*}:void`.
///
/// ```
/// use posars_transcoder::PathTemplate;
/// let template: PathTemplate = "/v1/{name=shelves/*/books/*}:check".parse()?;
/// assert_eq!(template.segments.len(), 5);
/// assert_eq!(template.verb.as_deref(), Some("check"));
/// assert_eq!(template.variables[0].segments, 1..5);
/// # Ok::<(), posars_transcoder::TemplateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate {
    /// The segments of the whole path, those inside variables included.
    pub segments: Vec<Segment>,
    /// What follows the last colon, without it.
    pub verb: Option<String>,
    /// Variables in the order of the path.
    pub variables: Vec<Variable>,
}

/// Why a text is no path template; each variant says at which byte.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A template is a path.
    #[error("it does not begin with '/'")]
    NotAbsolute,
    /// Two slashes in a row, a slash at the end, or nothing behind the first.
    #[error("a segment is empty at byte {at}; leave out the extra '/'")]
    EmptySegment {
        /// Where, in bytes from the beginning.
        at: usize,
    },
    /// A character that no segment may hold.
    #[error("{found:?} cannot stand at byte {at}; escape it, as in '%20'")]
    Unexpected {
        /// The character.
        found: char,
        /// Where, in bytes from the beginning.
        at: usize,
    },
    /// A `%` without two hexadecimal digits behind it, or bytes that are not UTF-8.
    #[error("the percent escape in {segment:?} is not UTF-8 in hexadecimal")]
    BadEscape {
        /// The literal.
        segment: String,
    },
    /// `{` without `}`.
    #[error("the variable that begins at byte {at} is not closed with '}}'")]
    Unclosed {
        /// Where the brace stands.
        at: usize,
    },
    /// A variable inside a variable.
    #[error("a variable begins inside another at byte {at}; variables do not nest")]
    Nested {
        /// Where the inner brace stands.
        at: usize,
    },
    /// A name that is no `IDENT { "." IDENT }`.
    #[error("{path:?} is not a field path; write names of letters, digits and '_' with dots between them")]
    BadFieldPath {
        /// What stands there.
        path: String,
    },
    /// Two variables for one field.
    #[error("{path:?} is bound twice")]
    BoundTwice {
        /// The field path.
        path: String,
    },
    /// `**` in another place than the end.
    #[error("'**' is not the last segment; it takes all that is left, so nothing can follow but a verb")]
    RestNotLast,
    /// A verb without text.
    #[error("the verb behind ':' is empty")]
    EmptyVerb,
    /// Longer than the router walks.
    #[error("it has more than {SEGMENTS_MAX} segments")]
    TooLong,
}

impl FromStr for PathTemplate {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut parser = Parser {
            text,
            at: 0,
            segments: Vec::new(),
            variables: Vec::new(),
        };
        if !parser.take('/') {
            return Err(TemplateError::NotAbsolute);
        }
        parser.segments(Place::Path)?;
        let verb = parser.verb()?;
        parser.checked(verb)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Variable,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    segments: Vec<Segment>,
    variables: Vec<Variable>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find(|found| !fits(found)).unwrap_or(rest.len());
        let taken = rest.get(..length).unwrap_or_default().to_owned();
        self.at += length;
        taken
    }

    fn segments(&mut self, place: Place) -> Result<(), TemplateError> {
        loop {
            self.segment(place)?;
            if !self.take('/') {
                return Ok(());
            }
        }
    }

    fn segment(&mut self, place: Place) -> Result<(), TemplateError> {
        let at = self.at;
        match self.peek() {
            Some('{') if place == Place::Variable => Err(TemplateError::Nested { at }),
            Some('{') => self.variable(),
            Some('*') => {
                self.at += 1;
                let segment = if self.take('*') {
                    Segment::Rest
                } else {
                    Segment::Any
                };
                self.segments.push(segment);
                self.expect_segment_end()
            }
            _ => self.literal_segment(),
        }
    }

    fn literal_segment(&mut self) -> Result<(), TemplateError> {
        let at = self.at;
        let raw = self.take_while(is_literal);
        if raw.is_empty() && !matches!(self.peek(), Some(found) if !matches!(found, '/' | ':' | '}')) {
            return Err(TemplateError::EmptySegment { at });
        }
        self.expect_segment_end()?;
        let text = unescaped(&raw)?;
        self.segments.push(Segment::Literal(text));
        Ok(())
    }

    /// After a segment comes a slash, a verb, the end of a variable or the end; nothing else joins it.
    fn expect_segment_end(&self) -> Result<(), TemplateError> {
        match self.peek() {
            None | Some('/' | ':' | '}') => Ok(()),
            Some(found) => Err(TemplateError::Unexpected { found, at: self.at }),
        }
    }

    fn variable(&mut self) -> Result<(), TemplateError> {
        let at = self.at;
        self.at += 1;
        let path = self.take_while(|found| !matches!(found, '=' | '}' | '/' | '{'));
        let field_path: Vec<String> = path.split('.').map(str::to_owned).collect();
        if !field_path.iter().all(|name| is_ident(name)) {
            return Err(TemplateError::BadFieldPath { path });
        }
        let begin = self.segments.len();
        if self.take('=') {
            self.segments(Place::Variable)?;
        } else {
            self.segments.push(Segment::Any);
        }
        if !self.take('}') {
            return match self.peek() {
                Some('{') => Err(TemplateError::Nested { at: self.at }),
                Some(_) | None => Err(TemplateError::Unclosed { at }),
            };
        }
        self.variables.push(Variable {
            field_path,
            segments: begin..self.segments.len(),
        });
        match self.peek() {
            None | Some('/' | ':') => Ok(()),
            Some(found) => Err(TemplateError::Unexpected { found, at: self.at }),
        }
    }

    fn verb(&mut self) -> Result<Option<String>, TemplateError> {
        if !self.take(':') {
            return Ok(None);
        }
        let raw = self.take_while(is_literal);
        if raw.is_empty() && self.peek().is_none() {
            return Err(TemplateError::EmptyVerb);
        }
        unescaped(&raw).map(Some)
    }

    fn checked(self, verb: Option<String>) -> Result<PathTemplate, TemplateError> {
        if let Some(found) = self.peek() {
            return Err(TemplateError::Unexpected { found, at: self.at });
        }
        if self.segments.len() > SEGMENTS_MAX {
            return Err(TemplateError::TooLong);
        }
        let last = self.segments.len().saturating_sub(1);
        let rest_before_end = self.segments.iter().take(last).any(|s| *s == Segment::Rest);
        if rest_before_end {
            return Err(TemplateError::RestNotLast);
        }
        for (index, variable) in self.variables.iter().enumerate() {
            let again = self.variables.iter().skip(index + 1);
            if again.clone().any(|other| other.field_path == variable.field_path) {
                return Err(TemplateError::BoundTwice {
                    path: variable.name(),
                });
            }
        }
        Ok(PathTemplate {
            segments: self.segments,
            verb,
            variables: self.variables,
        })
    }
}

/// The characters of a path segment in RFC 3986 without those that mean something here.
fn is_literal(found: char) -> bool {
    found.is_ascii_alphanumeric() || "-._~%!$&'()+,;@".contains(found)
}

fn is_ident(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|found| found.is_ascii_alphanumeric() || found == '_')
}

fn unescaped(raw: &str) -> Result<String, TemplateError> {
    match escape::decode(raw) {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(TemplateError::BadEscape {
            segment: raw.to_owned(),
        }),
    }
}

/// The shortest form: `{name=*}` is written `{name}`.
impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut at = 0;
        while at < self.segments.len() {
            f.write_str("/")?;
            let variable = self
                .variables
                .iter()
                .find(|variable| variable.segments.start == at);
            if let Some(variable) = variable {
                let inside = self.segments.get(variable.segments.clone()).unwrap_or_default();
                write!(f, "{{{}", variable.name())?;
                if inside != [Segment::Any] {
                    f.write_str("=")?;
                    write_joined(f, inside)?;
                }
                f.write_str("}")?;
                at = variable.segments.end;
            } else {
                write_joined(f, self.segments.get(at..=at).unwrap_or_default())?;
                at += 1;
            }
        }
        match &self.verb {
            Some(verb) => write!(f, ":{}", escape::encode(verb)),
            None => Ok(()),
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, segments: &[Segment]) -> fmt::Result {
    for (index, segment) in segments.iter().enumerate() {
        if index > 0 {
            f.write_str("/")?;
        }
        match segment {
            Segment::Literal(text) => f.write_str(&escape::encode(text))?,
            Segment::Any => f.write_str("*")?,
            Segment::Rest => f.write_str("**")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_every_form() {
        let forms = [
            "/v1/shelves",
            "/v1/{shelf}",
            "/v1/{shelf.id}/books/*",
            "/v1/{name=shelves/*/books/*}",
            "/v1/{name=files/**}",
            "/v1/**",
            "/v1/{name=shelves/*}:check",
            "/v1/shelves:import",
            "/v1/a%20b/{x}",
            "/v1/$discovery/it's",
            "/{a}/{b}/{c=x/**}:verb",
        ];
        for form in forms {
            let template: PathTemplate = form.parse().unwrap();
            assert_eq!(template.to_string(), form);
        }
        let short: PathTemplate = "/v1/{shelf=*}".parse().unwrap();
        assert_eq!(short.to_string(), "/v1/{shelf}");
    }

    #[test]
    fn refuses_every_other_form() {
        let forms = [
            "",
            "v1",
            "/",
            "//v1",
            "/v1/",
            "/v1//a",
            "/v1/{",
            "/v1/{}",
            "/v1/{a",
            "/v1/{a=",
            "/v1/{a=}",
            "/v1/{a=b/}",
            "/v1/{a={b}}",
            "/v1/{a=x/{b}}",
            "/v1/{a}{b}",
            "/v1/{a}b",
            "/v1/a{b}",
            "/v1/***",
            "/v1/**/b",
            "/v1/{a=**}/b",
            "/v1/{a}:",
            "/v1/a:b:c",
            "/v1/a:b/c",
            "/v1/a b",
            "/v1/a?b",
            "/v1/a#b",
            "/v1/%zz",
            "/v1/%2",
            "/v1/%ff",
            "/v1/{a}/{a}",
            "/v1/{a.b}/{a.b}",
            "/v1/{1a}",
            "/v1/{a..b}",
            "/v1/{.a}",
            "/v1/{a-b}",
            "/v1/}",
            "/v1/*a",
            "/v1/é",
            "/v1/{a=b:c}",
            ":v",
            "/:v",
        ];
        for form in forms {
            let parsed = PathTemplate::from_str(form);
            assert!(parsed.is_err(), "{form:?} was taken for {parsed:?}");
        }
        assert!(PathTemplate::from_str(&"/a".repeat(SEGMENTS_MAX)).is_ok());
        assert_eq!(
            PathTemplate::from_str(&"/a".repeat(SEGMENTS_MAX + 1)),
            Err(TemplateError::TooLong)
        );
    }
}
