//! One pass over the text of a body before it is parsed, and the way back from an error to the field.
//!
//! The parser behind it knows no limits of ours and lets the last of two equal keys win, so that what a proxy or an
//! audit read may not be what was done. Both are refused here. It also reads a number that no integer holds as the
//! nearest float, so those are pointed out. Whether the text is JSON at all is left to the parser: a wrong bracket only
//! makes this pass see less.

use std::borrow::Cow;
use std::ops::Range;

/// What this pass refuses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    TooDeep,
    TooManyValues,
    /// The path of the key that is there twice.
    DuplicateKey(String),
}

/// How much a text may hold.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) depth_max: usize,
    /// Fields of objects and elements of lists, and values at the top.
    pub(crate) values_max: usize,
}

/// What this pass saw of a text that it lets go on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) values: usize,
    /// The paths of numbers that are beyond 2^53 and written so that the parser takes them for floats: there two whole
    /// numbers can be one float.
    pub(crate) rounded: Vec<String>,
    /// Keys of one object that can be the two spellings of one field.
    pub(crate) alike: Vec<Alike>,
}

/// Two keys of one object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    /// The path of the object.
    pub(crate) inside: String,
    /// Such as `item_count`.
    pub(crate) snake: String,
    /// Such as `itemCount`.
    pub(crate) camel: String,
}

/// From here on not every whole number is a float of its own.
const FLOAT_WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

enum Frame {
    /// Keys of the object, from this index of `Scan::keys`.
    Object { keys_from: usize },
    /// Index of the current element.
    Array { index: usize },
}

struct Scan<'j> {
    json: &'j [u8],
    bounds: Bounds,
    frames: Vec<Frame>,
    keys: Vec<Range<usize>>,
    key_comes: bool,
    seen: Seen,
}

/// Checks the bounds and that no object has a key twice.
pub(crate) fn check(json: &[u8], bounds: Bounds) -> Result<Seen, Unfit> {
    let mut scan = Scan::new(json, bounds);
    scan.run(json.len())?;
    Ok(scan.seen)
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
    let no_bounds = Bounds {
        depth_max: usize::MAX,
        values_max: usize::MAX,
    };
    let mut scan = Scan::new(json, no_bounds);
    // A duplicate before this place would have been refused already.
    let _checked = scan.run(seen.len());
    scan.path()
}

impl<'j> Scan<'j> {
    fn new(json: &'j [u8], bounds: Bounds) -> Self {
        Self {
            json,
            bounds,
            frames: Vec::new(),
            keys: Vec::new(),
            key_comes: false,
            seen: Seen::default(),
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
                    self.open(Frame::Object { keys_from }, at)?;
                    self.key_comes = true;
                }
                b'[' => {
                    self.open(Frame::Array { index: 0 }, at)?;
                    self.key_comes = false;
                }
                b'}' | b']' => self.close()?,
                b',' => {
                    self.count(1)?;
                    match self.frames.last_mut() {
                        Some(Frame::Array { index }) => *index += 1,
                        Some(Frame::Object { .. }) => self.key_comes = true,
                        None => {}
                    }
                }
                b'-' | b'0'..=b'9' => at = self.number(at - 1),
                _ => {}
            }
        }
        Ok(())
    }

    /// Counts further values.
    fn count(&mut self, values: usize) -> Result<(), Unfit> {
        self.seen.values += values;
        if self.seen.values > self.bounds.values_max {
            return Err(Unfit::TooManyValues);
        }
        Ok(())
    }

    /// Looks at the number that begins at `from`; gives the place behind it.
    fn number(&mut self, from: usize) -> usize {
        let rest = self.json.get(from..).unwrap_or_default();
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let number = rest.get(..length).unwrap_or_default();
        // What is no JSON can have more numbers than values.
        let has_room = self.seen.rounded.len() <= self.seen.values;
        if has_room && is_rounded(number) {
            self.seen.rounded.push(self.path());
        }
        from + length.max(1)
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

    /// Goes into an object or a list, whose inside begins at `at`.
    fn open(&mut self, frame: Frame, at: usize) -> Result<(), Unfit> {
        if self.frames.len() >= self.bounds.depth_max {
            return Err(Unfit::TooDeep);
        }
        let inside = self.json.get(at..).unwrap_or_default().trim_ascii_start();
        let is_empty = matches!(inside.first(), Some(b'}' | b']'));
        // Each comma counts the value behind it.
        self.count(usize::from(!is_empty) + usize::from(self.frames.is_empty()))?;
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
        self.note_alike(keys_from);
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

    /// Notes keys that differ in their spelling alone. They are in order already.
    fn note_alike(&mut self, keys_from: usize) {
        let keys = self.keys.get(keys_from..).unwrap_or_default();
        let mut found = Vec::new();
        for key in keys {
            let snake = text(self.json, key);
            if keys.len() < 2 || !snake.contains(&b'_') {
                continue;
            }
            let camel = camel_of(&snake);
            let place = keys.binary_search_by(|other| (*text(self.json, other)).cmp(&camel));
            if camel != *snake && place.is_ok() {
                let of = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
                found.push((of(&snake), of(&camel)));
            }
        }
        if found.is_empty() {
            return;
        }
        let outer = self.frames.len().saturating_sub(1);
        let frames = self.frames.get(..outer).unwrap_or_default();
        let inside = path_of(self.json, frames, self.keys.get(..keys_from).unwrap_or_default());
        self.seen
            .alike
            .extend(found.into_iter().map(|(snake, camel)| Alike {
                inside: inside.clone(),
                snake,
                camel,
            }));
    }

    fn path(&self) -> String {
        path_of(self.json, &self.frames, &self.keys)
    }
}

/// The path that the frames and the last key of each of them make.
fn path_of(json: &[u8], frames: &[Frame], keys: &[Range<usize>]) -> String {
    let mut path = String::new();
    let mut frames = frames.iter().peekable();
    while let Some(frame) = frames.next() {
        match frame {
            Frame::Array { index } => path.push_str(&format!("[{index}]")),
            Frame::Object { keys_from } => {
                let next_object = frames.clone().find_map(|frame| match frame {
                    Frame::Object { keys_from } => Some(*keys_from),
                    Frame::Array { .. } => None,
                });
                let keys_end = next_object.unwrap_or(keys.len());
                let key = keys.get(*keys_from..keys_end).and_then(<[_]>::last);
                let Some(key) = key else { break };
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&String::from_utf8_lossy(&text(json, key)));
            }
        }
    }
    path
}

/// The name as JSON writes it: without underscores, and a capital behind each.
fn camel_of(snake: &[u8]) -> Vec<u8> {
    let mut is_behind = false;
    let mut camel = Vec::with_capacity(snake.len());
    for byte in snake {
        match byte {
            b'_' => is_behind = true,
            letter if is_behind => {
                camel.push(letter.to_ascii_uppercase());
                is_behind = false;
            }
            letter => camel.push(*letter),
        }
    }
    camel
}

/// Whether the parser takes the number for a float, and one that other whole numbers are too.
fn is_rounded(number: &[u8]) -> bool {
    // A whole number of fewer digits fits.
    if number.len() < 16 && !number.iter().any(|byte| matches!(byte, b'e' | b'E')) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(number) else {
        return false;
    };
    let is_whole = text.parse::<u64>().is_ok() || text.parse::<i64>().is_ok();
    !is_whole
        && text
            .parse::<f64>()
            .is_ok_and(|float| float.abs() >= FLOAT_WHOLE_MAX)
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

    fn check(json: &[u8], depth_max: usize) -> Result<Seen, Unfit> {
        let values_max = 9;
        super::check(
            json,
            Bounds {
                depth_max,
                values_max,
            },
        )
    }

    #[test]
    fn counts_every_value_and_refuses_too_many() {
        for (json, values) in [
            ("", 0),
            ("{}", 1),
            ("[ ]", 1),
            ("[1]", 2),
            (r#"{"a":[1,2,{"b":"x,y"}],"c":{}}"#, 7),
            ("{} {}\n{}", 3),
            ("[[[[],[]]]]", 5),
        ] {
            assert_eq!(check(json.as_bytes(), 9).unwrap().values, values, "{json}");
        }
        assert_eq!(check(b"[{},{},{},{},{},{},{},{}]", 9).unwrap().values, 9);
        for json in [
            "[{},{},{},{},{},{},{},{},{}]",
            "{}{}{}{}{}{}{}{}{}{}",
            r#"{"a":0,"b":{"c":[0,0,0,0,0,0]}}"#,
        ] {
            assert_eq!(check(json.as_bytes(), 9), Err(Unfit::TooManyValues), "{json}");
        }
    }

    #[test]
    fn points_out_whole_numbers_that_a_float_would_change() {
        for (json, rounded) in [
            (r#"{"a":18446744073709551616}"#, "a"),
            (r#"{"a":{"b":[0,-9223372036854775809]}}"#, "a.b[1]"),
            (r#"[9007199254740993.0]"#, "[0]"),
            (r#"{"a":1.8446744073709551615e19}"#, "a"),
            (r#"{"a":1E300}"#, "a"),
        ] {
            assert_eq!(check(json.as_bytes(), 9).unwrap().rounded, [rounded], "{json}");
        }
        for json in [
            r#"{"a":18446744073709551615,"b":-9223372036854775808}"#,
            r#"[1e3,1.0,0.30000000000000004,-1.5e-300]"#,
            r#"["18446744073709551616"]"#,
            "-",
        ] {
            assert!(check(json.as_bytes(), 9).unwrap().rounded.is_empty(), "{json}");
        }
    }

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
            assert!(check(json.as_bytes(), 9).is_ok(), "{json}");
        }
    }

    #[test]
    fn refuses_what_is_nested_too_deeply() {
        assert!(check(b"[[[]]]", 3).is_ok());
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
