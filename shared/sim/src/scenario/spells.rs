//! Spells: stretches of time for which something is so. Before the first and after the end of each
//! everything is well.

use super::file::{ControlWord, TableWord, Timed};
use std::time::Duration;

/// A control plane's spell, of a Region that is known.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    pub(crate) at: i64,
    pub(crate) until: Option<i64>,
    pub(crate) state: ControlWord,
    pub(crate) takes: Duration,
}

/// A spell of the table, and whether it is felt where the functions are.
#[derive(Debug, Clone)]
pub(crate) struct TableHere {
    pub(crate) at: i64,
    pub(crate) until: Option<i64>,
    pub(crate) state: TableWord,
    pub(crate) region: String,
    pub(crate) is_felt: bool,
}

impl Timed for Control {
    fn span(&self) -> (i64, Option<i64>) {
        (self.at, self.until)
    }
}

impl Timed for TableHere {
    fn span(&self) -> (i64, Option<i64>) {
        (self.at, self.until)
    }
}

pub(crate) fn sorted<T: Timed + Clone>(spells: &[T]) -> Vec<T> {
    let mut spells = spells.to_vec();
    spells.sort_by_key(|spell| spell.span().0);
    spells
}

/// The spell that holds at an offset, and how many there are before it.
pub(crate) fn at<T: Timed>(spells: &[T], offset: f64) -> Option<(usize, &T)> {
    let started = |spell: &T| spell.span().0 as f64 <= offset;
    let index = spells.iter().rposition(started)?;
    let spell = spells.get(index)?;
    spell.span().1.is_none_or(|until| offset < until as f64).then_some((index, spell))
}

/// When a spell ends: at its own end, or where the next one begins.
pub(crate) fn end<T: Timed>(spells: &[T], index: usize) -> Option<i64> {
    let own = spells.get(index).and_then(|spell| spell.span().1);
    let next = spells.get(index + 1).map(|spell| spell.span().0);
    match (own, next) {
        (Some(own), Some(next)) => Some(own.min(next)),
        (own, next) => own.or(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(at: i64, until: Option<i64>) -> Control {
        Control { at, until, state: ControlWord::Down, takes: Duration::ZERO }
    }

    #[test]
    fn a_spell_holds_from_its_offset_to_its_end_or_to_the_next_one() {
        let spells = [spell(0, Some(10)), spell(20, None), spell(30, None)];
        let index = |offset| at(&spells, offset).map(|(index, _)| index);
        assert_eq!([index(-1.0), index(0.0), index(9.9), index(10.0)], [None, Some(0), Some(0), None]);
        assert_eq!([index(20.0), index(30.0), index(1e6)], [Some(1), Some(2), Some(2)]);
        assert_eq!([end(&spells, 0), end(&spells, 1), end(&spells, 2)], [Some(10), Some(30), None]);
    }
}
