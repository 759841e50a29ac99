//! Numbers that look random and are the same on every machine and every run (SplitMix64).

/// A stream of numbers that depends on its seed alone.
pub(super) struct Dice(u64);

impl Dice {
    /// The stream of one thing, told apart by its coordinates.
    pub(super) fn of(coordinates: [u32; 3]) -> Self {
        let seed = coordinates.into_iter().fold(0x706f_7361_7273, |seed: u64, part| {
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(u64::from(part) + 1)
        });
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..bound`; 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let remainder = self.next().checked_rem(u64::from(bound)).unwrap_or(0);
        u32::try_from(remainder).unwrap_or(0)
    }

    /// One of `low..=high`.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }

    /// True once in so many throws.
    pub(super) fn one_in(&mut self, throws: u32) -> bool {
        self.below(throws) == 0
    }

    /// An index of `weights`, each as likely as its weight says.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (index, weight) in weights.enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_coordinates_give_the_same_numbers_and_others_do_not() {
        let throws = |coordinates| {
            let mut dice = Dice::of(coordinates);
            [
                dice.below(1_000_000),
                dice.below(1_000_000),
                dice.below(1_000_000),
            ]
        };
        assert_eq!(throws([1, 2, 3]), throws([1, 2, 3]));
        assert_ne!(throws([1, 2, 3]), throws([1, 3, 2]));
        let mut dice = Dice::of([0, 0, 0]);
        assert!((0..1_000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert!((0..1_000).all(|_| dice.weighted([0, 7, 0].into_iter()) == 1));
    }
}
