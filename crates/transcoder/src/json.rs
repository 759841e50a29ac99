//! One pass over the text of a body before it is parsed, and the way back from an error to the field.
//!
//! The parser behind it knows no depth limit of ours and lets the last of two equal keys win, so that what a proxy or
//! an audit read may not be what was done. Both are refused here. Whether the text is JSON at all is left to the
//! parser: a wrong bracket only makes this pass see less.

use std::borrow::Cow;
use std::ops::Range;

/// What this pass refuses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    TooDeep,
    /// The path of the key that is there twice.
    DuplicateKey(String),
}

enum Frame {
    /// Keys of the object, from this index of `Scan::keys`.
    Object { keys_from: usize },
    /// Index of the current element.
    Array { index: usize },
}

struct Scan<'j> {
    json: &'j [u8],
    depth_max: usize,
    frames: Vec<Frame>,
    keys: Vec<Range<usize>>,
    key_comes: bool,
}

/// Checks the depth and that no object has a key twice.
pub(crate) fn check(json: &[u8], depth_max: usize) -> Result<(), Unfit> {
    Scan::new(json, depth_max).run(json.len())
}

/// The path of the value that a parser was in when it stopped, such as `sale.lines[0].quantity`.
///
/// `line` and `column` count from 1, as `serde_json` gives them. Empty at the top.
pub(crate) fn path_at(json: &[u8], line: usize, column: usize) -> String {
    let line_start = json
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    let end = line_start.saturating_add(column).min(json.len());
    let seen = json.get(..end).unwrap_or_default();
    // What is wrong with an object as a whole is said behind its end; its last key is the nearest name for it.
    let seen = seen.strip_suffix(b"}").unwrap_or(seen);
    let mut scan = Scan::new(json, usize::MAX);
    // A duplicate before this place would have been refused already.
    let _checked = scan.run(seen.len());
    scan.path()
}

impl<'j> Scan<'j> {
    fn new(json: &'j [u8], depth_max: usize) -> Self {
        Self {
            json,
            depth_max,
            frames: Vec::new(),
            keys: Vec::new(),
            key_comes: false,
        }
    }

    fn run(&mut self, until: usize) -> Result<(), Unfit> {
        let mut at = 0;
        while let Some(&byte) = self.json.get(at).filter(|_| at < until) {
            at += 1;
            match byte {
                b'"' => {
                    let end = self.string_end(at);
                    if self.key_comes && end < until {
                        self.keys.push(at..end);
                        self.key_comes = false;
                    }
                    at = end + 1;
                }
                b'{' => {
                    let keys_from = self.keys.len();
                    self.open(Frame::Object { keys_from })?;
                    self.key_comes = true;
                }
                b'[' => {
                    self.open(Frame::Array { index: 0 })?;
                    self.key_comes = false;
                }
                b'}' | b']' => self.close()?,
                b',' => match self.frames.last_mut() {
                    Some(Frame::Array { index }) => *index += 1,
                    Some(Frame::Object { .. }) => self.key_comes = true,
                    None => {}
                },
                _ => {}
            }
        }
        Ok(())
    }

    /// The index of the quote that ends a string which begins at `at`.
    fn string_end(&self, mut at: usize) -> usize {
        while let Some(&byte) = self.json.get(at) {
            match byte {
                b'"' => return at,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.json.len()
    }

    fn open(&mut self, frame: Frame) -> Result<(), Unfit> {
        if self.frames.len() >= self.depth_max {
            return Err(Unfit::TooDeep);
        }
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unfit> {
        self.key_comes = false;
        let Some(Frame::Object { keys_from }) = self.frames.last() else {
            self.frames.pop();
            return Ok(());
        };
        let keys_from = *keys_from;
        if let Some(duplicate) = self.duplicate(keys_from) {
            self.keys.truncate(keys_from);
            self.keys.push(duplicate);
            return Err(Unfit::DuplicateKey(self.path()));
        }
        self.keys.truncate(keys_from);
        self.frames.pop();
        Ok(())
    }

    fn duplicate(&mut self, keys_from: usize) -> Option<Range<usize>> {
        let json = self.json;
        let keys = self.keys.get_mut(keys_from..)?;
        if keys.len() < 2 {
            return None;
        }
        if keys.iter().all(|key| matches!(text(json, key), Cow::Borrowed(_))) {
            keys.sort_unstable_by(|left, right| json.get(left.clone()).cmp(&json.get(right.clone())));
        } else {
            // An escaped key is parsed once, not for every comparison: whoever wants to keep us busy can send many.
            keys.sort_by_cached_key(|key| text(json, key));
        }
        keys.windows(2).find_map(|pair| match pair {
            [left, right] if text(json, left) == text(json, right) => Some(right.clone()),
            _ => None,
        })
    }

    fn path(&self) -> String {
        let mut path = String::new();
        let mut frames = self.frames.iter().peekable();
        while let Some(frame) = frames.next() {
            match frame {
                Frame::Array { index } => path.push_str(&format!("[{index}]")),
                Frame::Object { keys_from } => {
                    let next_object = frames.clone().find_map(|frame| match frame {
                        Frame::Object { keys_from } => Some(*keys_from),
                        Frame::Array { .. } => None,
                    });
                    let keys_end = next_object.unwrap_or(self.keys.len());
                    let key = self.keys.get(*keys_from..keys_end).and_then(<[_]>::last);
                    let Some(key) = key else { break };
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&String::from_utf8_lossy(&text(self.json, key)));
                }
            }
        }
        path
    }
}

/// A key without its escapes: `"a"` and `"\u0061"` are one key.
fn text<'j>(json: &'j [u8], key: &Range<usize>) -> Cow<'j, [u8]> {
    let raw = json.get(key.clone()).unwrap_or_default();
    if !raw.contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let quoted = json
        .get(key.start.saturating_sub(1)..=key.end)
        .unwrap_or_default();
    match serde_json::from_slice::<String>(quoted) {
        Ok(text) => Cow::Owned(text.into_bytes()),
        Err(_not_json) => Cow::Borrowed(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_key_that_is_there_twice() {
        let cases = [
            (r#"{"a":1,"b":2,"a":3}"#, "a"),
            (r#"{"a":{"x":[{"k":1},{"k":1,"j":0,"k":2}]}}"#, "a.x[1].k"),
            (r#"{"a":1,"\u0061":2}"#, "a"),
            (r#"[[],{"q":"}","q":""}]"#, "[1].q"),
        ];
        for (json, path) in cases {
            let expected = Err(Unfit::DuplicateKey(path.to_owned()));
            assert_eq!(check(json.as_bytes(), 9), expected, "{json}");
        }
        let fine = [
            r#"{"a":{"a":{"a":"a"}},"b":[{"a":1},{"a":1}]}"#,
            r#"{"a":"a\"","b":"\\","c":"{\"c\":1,\"c\":2}"}"#,
            "",
            "{",
            r#"{"a""#,
            "]]}}",
            r#"{"a\"#,
        ];
        for json in fine {
            assert_eq!(check(json.as_bytes(), 9), Ok(()), "{json}");
        }
    }

    #[test]
    fn refuses_what_is_nested_too_deeply() {
        assert_eq!(check(b"[[[]]]", 3), Ok(()));
        assert_eq!(check(b"[[[[", 3), Err(Unfit::TooDeep));
        assert_eq!(check(br#"{"a":{"b":[{}]}}"#, 3), Err(Unfit::TooDeep));
    }

    #[test]
    fn finds_the_way_back() {
        let json = b"{\n \"a\": [1, {\"b\": true, \"c\": \"x\"}]\n}";
        let column = 30;
        assert_eq!(path_at(json, 2, column), "a[1].c");
        assert_eq!(path_at(json, 2, 8), "a[0]");
        assert_eq!(path_at(json, 1, 1), "");
        assert_eq!(
            path_at(json, 99, 99),
            "a",
            "an object as a whole has the name of its last key"
        );
    }
}
