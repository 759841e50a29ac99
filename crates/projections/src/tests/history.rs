//! Random histories: plausible enough to touch every row and every merge, the same for the same seed.

use super::world::{
    Balance, Said, broken, give_back, issued, product, received, register, retired, sale, short, store, void,
};

/// A small generator, so that a history is one number.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 16) % u64::from(bound)).unwrap()
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.below(u32::try_from(words.len()).unwrap())).unwrap()]
    }
}

/// A history of about so many events. With `faults`, some of them cannot be read.
pub(super) fn history(seed: u64, length: u32, faults: bool) -> Vec<Said> {
    let mut dice = Dice::new(seed);
    let mut events = vec![
        store("centro", "Loja Centro"),
        product("cafe", "Café 500 g"),
        register("centro", "7", "Caixa rápido"),
    ];
    for number in 0..length {
        let day = dice.pick(&["2026-01-30", "2026-01-31", "2026-02-01"]);
        let (shop, sku) = (
            dice.pick(&["centro", "norte", "sul_2"]),
            dice.pick(&["cafe", "pao", "p-3"]),
        );
        let method = dice.pick(&["cash", "pix", "credit_card", "vale_x"]);
        let total = i64::from(dice.below(90_000)) + 100;
        let after = Balance {
            quantity: i64::from(dice.below(40)) - 8,
            value: i64::from(dice.below(9_000)) - 900,
        };
        let earlier = dice.below(number + 1);
        events.push(match dice.below(if faults { 14 } else { 13 }) {
            0..=4 => sale(number, shop, day, method, total),
            5 => void(earlier, shop, day, method, total),
            6 => give_back(earlier, shop, day, method, total),
            7 => received(shop, sku, day, number, after),
            8 | 9 => issued(shop, sku, day, number, after),
            10 => short(
                shop,
                sku,
                day,
                Balance {
                    quantity: -3,
                    ..after
                },
            ),
            11 => product(sku, &format!("Produto {number}")),
            12 => retired(sku),
            _ => broken(earlier),
        });
    }
    events
}
