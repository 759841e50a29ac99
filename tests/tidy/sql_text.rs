//! SQL as text: enough of its grammar to tell code from words.

/// The statement with comments, quoted text and function bodies blanked out; as long as before, line for line.
pub(crate) fn code_of(sql: &str) -> String {
    let mut code = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '\'' | '"' => end_of(rest, 1, &first.to_string()),
            '$' => dollar_quoted(rest).unwrap_or(0),
            _ => 0,
        };
        if length == 0 {
            code.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        } else {
            let (blanked, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            for letter in blanked.chars() {
                match letter {
                    '\n' => code.push('\n'),
                    // As many bytes, so that a place in the code is the same place in the text.
                    _ => code.extend(std::iter::repeat_n(' ', letter.len_utf8())),
                }
            }
            rest = after;
        }
    }
    code
}

/// Where the quoted text ends that begins here, in bytes.
fn end_of(text: &str, from: usize, mark: &str) -> usize {
    text.get(from..)
        .and_then(|inner| inner.find(mark))
        .map_or(text.len(), |found| from + found + mark.len())
}

/// The length of `$tag$ … $tag$`; none for a bind.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag_end = text
        .get(1..)?
        .find(|letter: char| !letter.is_alphabetic() && letter != '_')?
        + 1;
    let tag = text.get(..=tag_end).filter(|tag| tag.ends_with('$'))?;
    Some(end_of(text, tag.len(), tag))
}

/// The statements of a file, without blank ones.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    let code = code_of(sql);
    let mut statements = Vec::new();
    let mut from = 0;
    for (end, _) in code.match_indices(';').chain([(code.len(), "")]) {
        if code.get(from..end).is_some_and(|code| !code.trim().is_empty()) {
            statements.push(sql.get(from..end).unwrap_or("").to_owned());
        }
        from = end + 1;
    }
    statements
}

/// The comment that a file begins with.
pub(crate) fn heading(sql: &str) -> String {
    sql.lines()
        .take_while(|line| line.starts_with("--"))
        .map(|line| line.trim_start_matches('-').trim())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The numbers of the binds in a statement: `$3` -> 3.
pub(crate) fn binds(code: &str) -> Vec<usize> {
    let mut numbers: Vec<usize> = code
        .split('$')
        .skip(1)
        .filter_map(|rest| {
            rest.split(|letter: char| !letter.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Whether a heading speaks of this bind: `$3`, `$2-$4`, `$2 on` for all from there, `$2 to $4`.
pub(crate) fn explains(heading: &str, bind: usize) -> bool {
    if binds(heading).contains(&bind) {
        return true;
    }
    let words: Vec<&str> = heading.split_whitespace().collect();
    let number = |word: &str| binds(word).first().copied();
    words.iter().enumerate().any(|(at, word)| {
        if let Some((from, to)) = word.split_once("-$") {
            let to = to
                .trim_end_matches(|letter: char| !letter.is_ascii_digit())
                .parse();
            return number(from).is_some_and(|from| from <= bind) && to.is_ok_and(|to: usize| bind <= to);
        }
        let next = words.get(at + 1).map(|next| next.trim_end_matches([':', ',']));
        next == Some("on") && number(word).is_some_and(|from| from <= bind)
    })
}

#[test]
fn code_is_told_from_words() {
    let sql = "-- A; B …\nselect 'It; IS', \"X\", $1 from t;\ncreate function f() as $$ begin X; end $$";
    let code = code_of(sql);
    assert_eq!(code.len(), sql.len());
    assert!(
        !code.contains("IS") && !code.contains('X') && !code.contains('B'),
        "{code}"
    );
    assert_eq!(statements(sql).len(), 2);
    assert_eq!(binds(&code), [1]);
    assert_eq!(heading(sql), "A; B …");
    assert!(explains("$1 log; $2-$4 requests; $7 on: arrays", 3));
    assert!(explains("$1 log, $2 on: arrays", 9));
    assert!(!explains("$1 log; $2-$4 requests", 5));
}
