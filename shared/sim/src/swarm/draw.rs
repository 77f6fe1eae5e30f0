//! Draws: all that chance decides comes from one seed, in the order in which it is asked.

/// A stream of draws. The generator is `splitmix64`: small, and the same on every machine.
#[derive(Debug, Clone)]
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        // Neighbouring seeds must not begin alike.
        let mut draw = Self(seed ^ 0x5851_f42d_4c95_7f2d);
        draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn span(&mut self, from: i64, to: i64) -> i64 {
        let width = to.saturating_sub(from).max(0).unsigned_abs() + 1;
        let wide = u128::from(self.next()) * u128::from(width);
        from.saturating_add(i64::try_from(wide >> 64).unwrap_or(0))
    }

    pub(super) fn seconds(&mut self, from: u32, to: u32) -> u32 {
        u32::try_from(self.span(i64::from(from), i64::from(to))).unwrap_or(from)
    }

    pub(super) fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    pub(super) fn one_of<T: Copy, const N: usize>(&mut self, items: [T; N]) -> T {
        items[self.below(N)]
    }

    /// A span whose length is drawn by its magnitude first: mostly short, sometimes as long as it may be.
    pub(super) fn long_tailed(&mut self, from: i64, to: i64) -> i64 {
        let mut top = from.max(1);
        while top < to && self.chance(700) {
            top = top.saturating_mul(4).min(to);
        }
        self.span(from, top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_does_not() {
        let drawn = |seed| {
            let mut draw = Draw::new(seed);
            (0..20).map(|_| draw.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }

    #[test]
    fn draws_stay_in_their_bounds() {
        let mut draw = Draw::new(1);
        for _ in 0..1000 {
            assert!((3..=9).contains(&draw.span(3, 9)));
            assert!((1..=86_400).contains(&draw.long_tailed(1, 86_400)));
            assert!(draw.below(4) < 4);
        }
        assert_eq!(draw.below(0), 0);
    }
}
