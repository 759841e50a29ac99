//! A small `.xls` written byte by byte: one sheet of texts and formatted numbers, with merged ranges.

/// A cell of the sheet.
pub(crate) enum Old<'a> {
    Text(&'a str),
    Number(f64),
    /// A number and the code of its format.
    Shown(f64, &'a str),
    /// Numbers side by side in one record, as the format writes them; whole ones only.
    Run(&'a [i16], &'a str),
    /// A formula with the eight bytes of its stored result.
    Formula([u8; 8]),
    /// No cell: hides its row, before the cells of it.
    Hidden,
}

/// Rows with their cells by column; ranges are first and last row and first and last column, from 0.
pub(crate) fn xls(rows: &[&[(u16, Old<'_>)]], merged: &[[u16; 4]]) -> Vec<u8> {
    compound(&workbook(rows, merged, Version::Excel97))
}

/// The same by the rules of Excel 95, whose texts are bytes.
pub(crate) fn xls_of_excel_95(rows: &[&[(u16, Old<'_>)]]) -> Vec<u8> {
    compound(&workbook(rows, &[], Version::Excel95))
}

#[derive(Clone, Copy, PartialEq)]
enum Version {
    Excel95,
    Excel97,
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn begin(version: Version, kind: u16) -> Vec<u8> {
    let number = if version == Version::Excel97 {
        0x0600
    } else {
        0x0500
    };
    record(0x0809, &words(&[number, kind, 0x0DBB, 0x07CC, 0, 0, 6, 0]))
}

fn text(version: Version, text: &str) -> Vec<u8> {
    if version == Version::Excel95 {
        return text
            .chars()
            .map(|character| u8::try_from(character).unwrap_or(0x80))
            .collect();
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    [vec![1], words(&units)].concat()
}

/// Formats by their place, from number 164 on; the style of the same place follows a plain one.
#[derive(Default)]
struct Formats(Vec<String>);

impl Formats {
    fn style(&mut self, code: &str) -> u16 {
        let at = self.0.iter().position(|known| known == code);
        let at = at.unwrap_or_else(|| {
            self.0.push(code.to_owned());
            self.0.len() - 1
        });
        u16::try_from(at + 1).unwrap()
    }

    fn records(&self, version: Version) -> Vec<u8> {
        let mut records = Vec::new();
        for (number, code) in (164_u16..).zip(&self.0) {
            let count = u16::try_from(code.chars().count()).unwrap();
            let count = match version {
                Version::Excel97 => words(&[count]),
                Version::Excel95 => vec![u8::try_from(count).unwrap()],
            };
            let data = [words(&[number]), count, text(version, code)].concat();
            records.extend(record(0x041E, &data));
        }
        let style_bytes = if version == Version::Excel97 { 20 } else { 16 };
        for number in std::iter::once(0).chain((164..).take(self.0.len())) {
            let mut data = words(&[0, number]);
            data.resize(style_bytes, 0);
            records.extend(record(0x00E0, &data));
        }
        records
    }
}

fn cell(row: u16, column: u16, cell: &Old<'_>, version: Version, formats: &mut Formats) -> Vec<u8> {
    let head = |style: u16| words(&[row, column, style]);
    match cell {
        Old::Text(content) => {
            let count = words(&[u16::try_from(content.chars().count()).unwrap()]);
            record(0x0204, &[head(0), count, text(version, content)].concat())
        }
        Old::Number(number) => record(0x0203, &[&head(0)[..], &number.to_le_bytes()].concat()),
        Old::Shown(number, code) => {
            let head = head(formats.style(code));
            record(0x0203, &[&head[..], &number.to_le_bytes()].concat())
        }
        Old::Formula(result) => {
            let one = [0x1E, 1, 0];
            let tail = [0, 0, 0, 0, 0, 0, 3, 0];
            record(0x0006, &[&head(0)[..], result, &tail, &one].concat())
        }
        Old::Hidden => record(0x0208, &words(&[row, 0, 8, 0xFF, 0, 0, 0x0120, 0x0F])),
        Old::Run(numbers, code) => {
            let style = words(&[formats.style(code)]);
            let each = numbers.iter().flat_map(|number| {
                let whole = (i32::from(*number) << 2) | 2;
                [&style[..], &whole.to_le_bytes()].concat()
            });
            let last = column + u16::try_from(numbers.len()).unwrap() - 1;
            record(
                0x00BD,
                &[words(&[row, column]), each.collect(), words(&[last])].concat(),
            )
        }
    }
}

fn workbook(rows: &[&[(u16, Old<'_>)]], merged: &[[u16; 4]], version: Version) -> Vec<u8> {
    let mut formats = Formats::default();
    let mut cells = Vec::new();
    for (row, columns) in (0..).zip(rows) {
        for (column, content) in *columns {
            cells.extend(cell(row, *column, content, version, &mut formats));
        }
    }
    let code_page = if version == Version::Excel97 { 1200 } else { 1252 };
    let mut globals = [
        begin(version, 5),
        record(0x0042, &words(&[code_page])),
        formats.records(version),
    ]
    .concat();
    let name = [&[6_u8][..], &text(version, "Plan 1")].concat();
    let bound_sheet_bytes = 4 + 6 + name.len();
    let end = record(0x000A, &[]);
    let start = u32::try_from(globals.len() + bound_sheet_bytes + end.len()).unwrap();
    globals.extend(record(
        0x0085,
        &[&start.to_le_bytes()[..], &[0, 0], &name].concat(),
    ));
    globals.extend(&end);
    let ranges: Vec<u8> = merged.iter().flat_map(|range| words(range)).collect();
    let count = words(&[u16::try_from(merged.len()).unwrap()]);
    let merged = record(0x00E5, &[count, ranges].concat());
    [globals, begin(version, 16), cells, merged, end].concat()
}

/// A compound file of one stream, which takes the sectors from the third on.
fn compound(stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    const FREE: u32 = 0xFFFF_FFFF;
    // Short streams live elsewhere; this one is made long enough.
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(4096).next_multiple_of(SECTOR), 0);
    let sectors = u32::try_from(stream.len() / SECTOR).unwrap();
    let mut header = vec![0_u8; SECTOR];
    header[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    header[24..34].copy_from_slice(&[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    let mut put = |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_le_bytes());
    for (at, value) in [(44, 1), (48, 1), (56, 4096), (60, END), (68, END), (76, 0)] {
        put(at, value);
    }
    (1..109).for_each(|entry| put(76 + entry * 4, FREE));
    let mut table = vec![0xFFFF_FFFD, END];
    table.extend((3..sectors + 2).chain([END]));
    assert!(table.len() <= SECTOR / 4, "one sector of allocation");
    table.resize(SECTOR / 4, FREE);
    let table: Vec<u8> = table.iter().flat_map(|entry| entry.to_le_bytes()).collect();
    let mut directory = Vec::new();
    let entries = [
        ("Root Entry", 5_u8, 1, END, 0),
        ("Workbook", 2, FREE, 2, stream.len()),
    ];
    for (name, kind, child, start, size) in entries {
        let mut entry = vec![0_u8; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        entry[64] = u8::try_from(units.len() + 2).unwrap();
        (entry[66], entry[67]) = (kind, 1);
        entry[68..72].copy_from_slice(&FREE.to_le_bytes());
        entry[72..76].copy_from_slice(&FREE.to_le_bytes());
        entry[76..80].copy_from_slice(&child.to_le_bytes());
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        directory.extend(entry);
    }
    let mut nobody = vec![0_u8; 128];
    nobody[68..80].fill(0xFF);
    directory.extend([nobody.clone(), nobody].concat());
    [header, table, directory, stream].concat()
}
