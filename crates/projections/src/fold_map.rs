//! A hash map for folds: cheap hashing, and text keys looked up without allocating.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// An odd constant with well spread bits (the fraction of the golden ratio).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes eight bytes at a time. The seed differs per map, so that nobody can prepare keys that collide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoldHasher(u64);

impl FoldHasher {
    fn add(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(MULTIPLIER);
        self.0 = mixed ^ (mixed >> 32);
    }
}

impl Hasher for FoldHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.add(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    fn write_usize(&mut self, word: usize) {
        self.add(u64::try_from(word).unwrap_or(u64::MAX));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Seeds a map's hasher.
#[derive(Clone, Debug)]
pub(crate) struct FoldSeed(u64);

impl Default for FoldSeed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for FoldSeed {
    type Hasher = FoldHasher;

    fn build_hasher(&self) -> FoldHasher {
        FoldHasher(self.0)
    }
}

/// Stands before each part of a key. No id holds a control character, so it keeps the parts apart.
pub(crate) const KEY_SEPARATOR: char = '\u{1f}';

/// A map with the cheap hash.
pub(crate) type FoldMap<K, V> = HashMap<K, V, FoldSeed>;

/// Rows under a key of several texts. A lookup writes the key into a buffer that is kept, so only a new row
/// allocates.
#[derive(Debug)]
pub(crate) struct TextMap<V> {
    places: FoldMap<Box<str>, usize>,
    rows: Vec<V>,
    key: String,
}

impl<V> Default for TextMap<V> {
    fn default() -> Self {
        Self {
            places: FoldMap::default(),
            rows: Vec::new(),
            key: String::new(),
        }
    }
}

impl<V> TextMap<V> {
    /// The row under the key, made first when there is none.
    pub(crate) fn entry<E>(
        &mut self,
        parts: &[&str],
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<&mut V, E> {
        self.write_key(parts);
        let place = match self.places.get(self.key.as_str()) {
            Some(place) => *place,
            None => self.push(make()?),
        };
        Ok(&mut self.rows[place])
    }

    /// Puts a row under the key that it writes, or combines it with the one that is there.
    pub(crate) fn put(&mut self, row: V, write_key: fn(&V, &mut String), combine: fn(&mut V, V)) {
        self.key.clear();
        write_key(&row, &mut self.key);
        match self.places.get(self.key.as_str()) {
            Some(place) => combine(&mut self.rows[*place], row),
            None => {
                self.push(row);
            }
        }
    }

    fn write_key(&mut self, parts: &[&str]) {
        self.key.clear();
        for part in parts {
            self.key.push(KEY_SEPARATOR);
            self.key.push_str(part);
        }
    }

    /// Adds a row under the key that was written last; answers its place.
    fn push(&mut self, row: V) -> usize {
        let place = self.rows.len();
        self.rows.push(row);
        self.places.insert(self.key.as_str().into(), place);
        place
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows, in the order in which their keys first appeared.
    pub(crate) fn rows(&self) -> &[V] {
        &self.rows
    }

    /// The rows, in the order in which their keys first appeared.
    pub(crate) fn rows_mut(&mut self) -> &mut [V] {
        &mut self.rows
    }

    /// Takes the rows of a later fold in, combining those that are in both.
    pub(crate) fn merge(&mut self, later: Self, combine: impl Fn(&mut V, V)) {
        let mut keys: Vec<(Box<str>, usize)> = later.places.into_iter().collect();
        keys.sort_unstable_by_key(|(_, place)| *place);
        for ((key, _), row) in keys.into_iter().zip(later.rows) {
            match self.places.get(&key) {
                Some(place) => combine(&mut self.rows[*place], row),
                None => {
                    self.places.insert(key, self.rows.len());
                    self.rows.push(row);
                }
            }
        }
    }

    /// The rows, in the order in which their keys first appeared.
    pub(crate) fn into_rows(self) -> Vec<V> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_finds_its_row_and_no_other() {
        let mut map = TextMap::default();
        for (parts, value) in [(["a", "bc"], 1), (["ab", "c"], 2), (["a", "bc"], 4)] {
            *map.entry::<()>(&parts, || Ok(0)).unwrap() += value;
        }
        assert_eq!(map.len(), 2);
        assert_eq!(map.into_rows(), [5, 2]);
    }

    #[test]
    fn hashes_of_near_keys_differ_in_the_bits_a_map_uses() {
        let seed = FoldSeed::default();
        let mut low = std::collections::HashSet::new();
        let mut high = std::collections::HashSet::new();
        for day in 0..1_000 {
            let hash = seed.hash_one(format!("loja_{}\u{1f}2026-01-{day}", day % 7));
            low.insert(hash & 0xfff);
            high.insert(hash >> 52);
        }
        assert!(
            low.len() > 800 && high.len() > 800,
            "{} {}",
            low.len(),
            high.len()
        );
    }
}
