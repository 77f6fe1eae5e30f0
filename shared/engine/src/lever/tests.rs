use super::*;

fn pull(off: &str) -> Pull {
    let region = |code: &str| code.parse().unwrap();
    Pull::wanted(Epoch(1), region("us-east-2"), region(off), Timestamp::UNIX_EPOCH)
}

#[test]
fn all_five_endpoints_are_asked_whichever_region_is_left() {
    for off in ["us-east-1", "ap-southeast-2", "us-west-1"] {
        for in_vain in 0..7 {
            let mut codes: Vec<String> =
                Pull { in_vain, ..pull(off) }.endpoints().iter().map(ToString::to_string).collect();
            codes.sort_unstable();
            let mut all = LEVER_ENDPOINTS.map(str::to_owned).to_vec();
            all.sort_unstable();
            assert_eq!(codes, all, "{off} {in_vain}");
        }
    }
}

#[test]
fn only_what_time_mends_is_waited_for_before_people_are_told() {
    let windows = Windows::default();
    let told = |trouble| Pull { trouble, ..pull("us-east-1") }.overdue_at(&windows).as_second();
    for trouble in
        [None, Some(LeverTrouble::Unreachable), Some(LeverTrouble::Unanswered), Some(LeverTrouble::Throttled)]
    {
        assert_eq!(told(trouble), 160, "{trouble:?}");
    }
    for trouble in [LeverTrouble::Denied, LeverTrouble::SafetyRule, LeverTrouble::Missing, LeverTrouble::Refused] {
        assert_eq!(told(Some(trouble)), 0, "{trouble:?}");
    }
}

#[test]
fn a_read_that_failed_does_not_forget_that_a_call_was_made() {
    let called = pull("us-east-1").after(LeverAct::Set, LeverAnswer::Accepted, Seconds(60), Timestamp::UNIX_EPOCH);
    let trouble = LeverAnswer::Trouble(LeverTrouble::Unanswered);
    let after = called.after(LeverAct::Read, trouble, Seconds(60), Seconds(300).after(Timestamp::UNIX_EPOCH));
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
