use super::*;

fn rows_of(numbers: &[i64]) -> BTreeSet<i64> {
    numbers.iter().copied().collect()
}

/// Ten rows, 100 ms apart, of which the last is not answered; and three from 2 s on.
fn written(begun: Instant) -> Vec<Written> {
    let row = |n: i64, at: u64, answered: bool| {
        let begun_at = begun + Duration::from_millis(at);
        Written { n, begun_at, acknowledged_at: answered.then_some(begun_at + Duration::from_millis(1)) }
    };
    let before = (1..=10).map(|n| row(n, n.unsigned_abs() * 100, n != 10));
    before.chain([row(11, 2000, false), row(12, 2100, true), row(13, 2200, true)]).collect()
}

#[test]
fn what_was_acknowledged_and_is_not_in_the_promoted_database_is_lost() {
    let begun = Instant::now();
    let gone = begun + Duration::from_millis(1050);
    let counted =
        count(&written(begun), gone, &rows_of(&[1, 2, 3, 4, 5, 6, 12, 13]), &rows_of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    assert_eq!((counted.acknowledged, counted.replicated, counted.lost, counted.unanswered), (9, 6, 3, 1));
    assert_eq!((counted.left_behind, counted.written_after), (3, 2));
    assert!((counted.rpo_seconds - 0.3).abs() < 1e-9, "{}", counted.rpo_seconds);
    assert!(counted.agree());
}

#[test]
fn a_lost_row_that_the_old_primary_never_had_is_no_agreement() {
    let begun = Instant::now();
    let gone = begun + Duration::from_millis(1050);
    let counted = count(&written(begun), gone, &rows_of(&[1, 2, 3, 4, 5, 6]), &rows_of(&[1, 2, 3, 4, 5, 6, 7, 8]));
    assert!(!counted.agree(), "{counted:?}");
}
