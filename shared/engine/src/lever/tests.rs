use super::*;

fn pull(off: &str) -> Pull {
    let region = |code: &str| code.parse().unwrap();
    Pull::wanted(Epoch(1), region("us-east-2"), region(off), None, Timestamp::UNIX_EPOCH)
}

#[test]
fn all_five_endpoints_are_asked_whichever_region_is_left() {
    for off in ["us-east-1", "ap-southeast-2", "us-west-1"] {
        for sets in 0..7 {
            let mut codes: Vec<String> =
                Pull { sets, ..pull(off) }.endpoints().iter().map(ToString::to_string).collect();
            codes.sort_unstable();
            let mut all = LEVER_ENDPOINTS.map(str::to_owned).to_vec();
            all.sort_unstable();
            assert_eq!(codes, all, "{off} {sets}");
        }
    }
}

/// What stands behind an endpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Behind {
    Nobody,
    /// Takes requests, and never answers.
    Hangs,
    Well,
}

/// What a call comes to, as whoever makes it tells it.
fn called(endpoints: &[Region], behind: &BTreeMap<&str, Behind>) -> LeverAnswer {
    let taken = endpoints.iter().map(|region| behind[region.as_str()]).find(|behind| *behind != Behind::Nobody);
    match taken {
        Some(Behind::Well) => LeverAnswer::Accepted,
        Some(Behind::Hangs) => LeverAnswer::Trouble(LeverTrouble::Unanswered),
        Some(Behind::Nobody) | None => LeverAnswer::Trouble(LeverTrouble::Unreachable),
    }
}

/// How many calls it takes until one is accepted, with so many readings after each that was not; none after five.
fn calls_until_set(mut pull: Pull, behind: &BTreeMap<&str, Behind>, readings: usize) -> Option<u32> {
    let windows = Windows::default();
    let by = (Lever::RoutingControls, &windows);
    let mut now = Timestamp::UNIX_EPOCH;
    for call in 1..=5 {
        let answer = called(&pull.endpoints(), behind);
        pull = pull.after(LeverAct::Set, answer, by, now);
        if answer == LeverAnswer::Accepted {
            return Some(call);
        }
        for _ in 0..readings {
            now = windows.settle_seconds.after(now);
            pull = pull.after(LeverAct::Read, LeverAnswer::Seen { on: false, off: true }, by, now);
        }
    }
    None
}

#[test]
fn one_endpoint_that_is_well_is_found_in_five_calls_whatever_the_others_do() {
    let all = [Behind::Nobody, Behind::Hangs, Behind::Well];
    for off in ["us-east-1", "us-west-2", "ap-southeast-2", "us-west-1"] {
        for code in 0..3_usize.pow(5) {
            let place = |place: u32| (LEVER_ENDPOINTS[place as usize], all[code / 3_usize.pow(place) % 3]);
            let behind: BTreeMap<&str, Behind> = (0..5).map(place).collect();
            if behind.values().all(|behind| *behind != Behind::Well) {
                continue;
            }
            for readings in 0..=6 {
                let calls = calls_until_set(pull(off), &behind, readings);
                assert!(calls.is_some(), "{off} is left, and nothing was set: {behind:?}, {readings} readings");
            }
        }
    }
}

#[test]
fn only_what_time_mends_is_waited_for_before_people_are_told() {
    let windows = Windows::default();
    let told = |lever, trouble| {
        let pull = Pull { trouble, ..pull("us-east-1") };
        pull.told_next(lever, &windows, false).map(Timestamp::as_second)
    };
    let passing =
        [LeverTrouble::Unreachable, LeverTrouble::Unanswered, LeverTrouble::Throttled, LeverTrouble::Conflicting];
    for trouble in passing.map(Some).into_iter().chain([None]) {
        assert_eq!(told(Lever::RoutingControls, trouble), Some(160), "{trouble:?}");
        assert_eq!(told(Lever::MultiRegionAccessPoint, trouble), Some(220), "S3 takes two minutes: {trouble:?}");
    }
    for trouble in [LeverTrouble::Denied, LeverTrouble::SafetyRule, LeverTrouble::Missing, LeverTrouble::Refused] {
        assert_eq!(told(Lever::RoutingControls, Some(trouble)), Some(0), "{trouble:?}");
    }
}

#[test]
fn a_longer_settling_than_two_minutes_is_the_owners_choice() {
    let windows = Windows { settle_seconds: Seconds(300), ..Windows::default() };
    assert_eq!(Lever::ALL.map(|lever| lever.settles_within(&windows)), [Seconds(300); 2]);
}

#[test]
fn a_read_that_failed_does_not_forget_that_a_call_was_made() {
    let windows = Windows::default();
    let by = (Lever::RoutingControls, &windows);
    let called = pull("us-east-1").after(LeverAct::Set, LeverAnswer::Accepted, by, Timestamp::UNIX_EPOCH);
    let trouble = LeverAnswer::Trouble(LeverTrouble::Unanswered);
    let after = called.after(LeverAct::Read, trouble, by, Seconds(300).after(Timestamp::UNIX_EPOCH));
    assert_eq!(after.standing, called.standing);
}

#[test]
fn what_is_told_of_a_lever_names_it_and_where_it_is_to_send_traffic() {
    let said = |lever, came_to| LeverNews { lever, on: "us-west-2".parse().unwrap(), came_to }.to_string();
    let left = CameTo::Left { trouble: None };
    assert_eq!(said(Lever::MultiRegionAccessPoint, CameTo::Moved), "the Multi-Region Access Point set to us-west-2");
    assert_eq!(said(Lever::RoutingControls, left), "the routing controls not set to us-west-2");
    assert!(said(Lever::RoutingControls, CameTo::GivenUp).ends_with("not set to us-west-2, and given up"));
}
