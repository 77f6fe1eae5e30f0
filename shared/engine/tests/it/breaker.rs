//! The storm breaker itself: one record, and who is let through in which order.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use understudy_engine::{Admission, Admit, Application, Breaker, Ground, IncidentId, Revision};

struct Storm {
    breaker: Breaker,
    begun: Timestamp,
    now: Timestamp,
}

impl Storm {
    fn new() -> Self {
        let begun = "2026-03-01T03:00:00Z".parse().unwrap();
        Self { breaker: Breaker::default(), begun, now: begun }
    }

    fn at(&mut self, second: i64) -> &mut Self {
        self.now = self.begun.checked_add(SignedDuration::from_secs(second)).unwrap();
        self
    }

    fn ask(&mut self, admit: &Admit) -> Answer {
        let (next, answer) = self.breaker.admit(admit, self.now);
        let changed = next != self.breaker;
        assert_eq!(changed, next.revision > self.breaker.revision, "a change and only a change has a revision");
        self.breaker = next;
        match answer {
            Admission::Admitted { ground, .. } => Answer::Through(ground),
            Admission::Waits { waiting } => Answer::Waits(waiting),
            Admission::Unanswered => panic!("the breaker itself always answers"),
        }
    }

    fn release(&mut self, batch: &BTreeMap<Application, IncidentId>) -> bool {
        match self.breaker.release(&"ann".parse().unwrap(), batch, self.now) {
            Some(next) => {
                assert!(next.revision > self.breaker.revision);
                self.breaker = next;
                true
            }
            None => false,
        }
    }

    fn waiting(&self) -> Vec<&str> {
        self.breaker.waiting.keys().map(Application::as_str).collect()
    }
}

fn incident(number: u64) -> IncidentId {
    IncidentId::opened("2026-03-01T03:00:00Z".parse().unwrap(), Revision(number))
}

/// One that asks, with the default limit of one an hour.
fn app(application: &str) -> Admit {
    Admit {
        application: application.parse().unwrap(),
        incident: incident(1),
        priority: 100,
        promotes_per_hour: 1,
        region_down: false,
    }
}

/// The breaker's answer, whenever it was given.
#[derive(Debug, PartialEq)]
enum Answer {
    Through(Ground),
    Waits(u32),
}

const BELOW: Answer = Answer::Through(Ground::BelowLimit);

fn waits(waiting: u32) -> Answer {
    Answer::Waits(waiting)
}

#[test]
fn as_many_as_the_limit_begin_in_an_hour_and_the_rest_wait() {
    let mut storm = Storm::new();
    let limit = |application: &str, promotes_per_hour| Admit { promotes_per_hour, ..app(application) };
    assert_eq!(storm.ask(&limit("a", 2)), BELOW);
    assert_eq!(storm.ask(&limit("b", 2)), BELOW);
    assert_eq!(storm.ask(&limit("c", 2)), waits(1));
    assert_eq!(storm.ask(&limit("d", 2)), waits(2));
    assert_eq!(storm.waiting(), ["c", "d"]);
    assert_eq!(storm.breaker.admitted.len(), 2);
}

#[test]
fn asking_twice_for_one_incident_is_asking_once() {
    let mut storm = Storm::new();
    assert_eq!(storm.ask(&app("a")), BELOW);
    let before = storm.breaker.clone();
    assert_eq!(storm.at(30).ask(&app("a")), BELOW);
    assert_eq!(storm.breaker, before, "and writes nothing");
    assert_eq!(storm.ask(&Admit { incident: incident(2), ..app("a") }), waits(1), "another incident is another one");
    assert_eq!(storm.ask(&app("b")), waits(2));
    let before = storm.breaker.clone();
    assert_eq!(storm.at(60).ask(&app("b")), waits(2));
    assert_eq!(storm.breaker, before, "one that waits is written down again only now and then");
}

#[test]
fn one_that_waits_has_its_asking_written_down_again_once_a_minute() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    storm.ask(&app("b"));
    let asked_at = |storm: &Storm| storm.breaker.waiting[&"b".parse().unwrap()].asked_at;
    let first = asked_at(&storm);
    storm.at(59).ask(&app("b"));
    assert_eq!(asked_at(&storm), first);
    storm.at(60).ask(&app("b"));
    assert_eq!(asked_at(&storm), storm.now);
    assert_eq!(storm.breaker.waiting[&"b".parse().unwrap()].since, first, "and keeps its place");
}

#[test]
fn a_new_incident_of_one_that_waits_waits_from_now() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    storm.ask(&app("b"));
    storm.at(10).ask(&Admit { incident: incident(2), ..app("b") });
    let waiting = &storm.breaker.waiting[&"b".parse().unwrap()];
    assert_eq!((&waiting.incident, waiting.since), (&incident(2), storm.now));
}

#[test]
fn when_the_hour_has_passed_the_next_one_begins() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    for second in (60..3600).step_by(60) {
        assert_eq!(storm.at(second).ask(&app("b")), waits(1));
    }
    assert_eq!(storm.at(3599).ask(&app("b")), waits(1));
    assert_eq!(storm.at(3600).ask(&app("b")), BELOW);
    assert_eq!(storm.waiting(), Vec::<&str>::new());
}

#[test]
fn the_lowest_number_goes_first_and_then_the_name() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    let ranked = |application: &str, priority| Admit { priority, ..app(application) };
    let mut others = vec![ranked("last", 200), ranked("zoo", 5), ranked("bar", 100), ranked("baz", 100)];
    for (hour, first) in [(1, "zoo"), (2, "bar"), (3, "baz"), (4, "last")] {
        for second in ((hour - 1) * 3600 + 60..hour * 3600).step_by(60) {
            assert!(others.iter().all(|admit| storm.at(second).ask(admit) != BELOW));
        }
        let through = others.iter().position(|admit| storm.at(hour * 3600).ask(admit) == BELOW);
        let through = others.remove(through.expect("the hour is over"));
        assert_eq!(through.application.as_str(), first, "though it was not the first to ask");
    }
}

#[test]
fn one_that_has_stopped_asking_keeps_nobody_waiting() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    storm.ask(&Admit { priority: 1, ..app("b") });
    for second in (0..3600).step_by(60) {
        storm.at(second).ask(&app("c"));
    }
    assert_eq!(storm.waiting(), ["c"]);
    assert_eq!(storm.at(3600).ask(&app("c")), BELOW);
    let mut patient = Storm::new();
    patient.ask(&app("a"));
    patient.ask(&Admit { priority: 1, ..app("b") });
    patient.at(179).ask(&app("c"));
    assert_eq!(patient.waiting(), ["b", "c"], "asked 179 s ago");
    patient.at(180).ask(&app("c"));
    assert_eq!(patient.waiting(), ["c"]);
}

#[test]
fn a_released_batch_goes_through_in_its_order_and_counts_towards_no_limit() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    let first = Admit { priority: 1, ..app("z") };
    storm.ask(&app("b"));
    storm.ask(&first);
    let batch = storm.breaker.batch();
    assert!(storm.release(&batch));
    assert_eq!(storm.ask(&app("b")), waits(2), "z goes before it");
    assert_eq!(storm.ask(&first), Answer::Through(Ground::Released));
    assert_eq!(storm.ask(&app("b")), Answer::Through(Ground::Released));
    assert_eq!(storm.at(3600).ask(&app("c")), BELOW, "only a's counted");
}

#[test]
fn a_release_is_for_these_incidents_and_for_none_that_comes_later() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    storm.ask(&app("b"));
    let batch = storm.breaker.batch();
    storm.release(&batch);
    assert_eq!(storm.ask(&app("c")), waits(2), "it came later");
    assert_eq!(storm.ask(&Admit { incident: incident(2), ..app("b") }), waits(2), "another incident");
}

#[test]
fn a_release_is_for_exactly_those_that_the_person_saw() {
    let mut storm = Storm::new();
    assert!(!storm.release(&BTreeMap::new()), "nobody waits");
    storm.ask(&app("a"));
    storm.ask(&app("b"));
    let seen = storm.breaker.batch();
    storm.ask(&app("c"));
    assert!(!storm.release(&seen), "c was not seen");
    let both = storm.breaker.batch();
    storm.ask(&Admit { incident: incident(2), ..app("c") });
    assert!(!storm.release(&both), "c's incident is another one by now");
    let both = storm.breaker.batch();
    storm.at(180);
    assert!(!storm.release(&both), "nobody has asked for a while");
}

#[test]
fn a_release_is_forgotten_with_the_hour() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    storm.ask(&app("b"));
    let batch = storm.breaker.batch();
    storm.release(&batch);
    let released = |storm: &mut Storm, second: i64| {
        storm.at(second).ask(&app("a"));
        storm.breaker.released.is_some()
    };
    assert!(released(&mut storm, 3599));
    assert!(!released(&mut storm, 3600));
}

#[test]
fn a_region_that_is_down_by_its_own_voters_lets_all_through() {
    let mut storm = Storm::new();
    storm.ask(&app("a"));
    let down = |application: &str, priority| Admit { region_down: true, priority, ..app(application) };
    assert_eq!(storm.ask(&down("b", 100)), Answer::Through(Ground::RegionDown));
    assert_eq!(storm.ask(&app("c")), waits(1), "who has no such voters waits");
    assert_eq!(storm.ask(&down("d", 200)), Answer::Through(Ground::RegionDown), "c could not go anyway");
    assert_eq!(storm.at(3600).ask(&app("e")), BELOW, "and these count towards no limit");
}

#[test]
fn what_was_let_through_is_written_down_with_its_ground() {
    let mut storm = Storm::new();
    storm.at(5).ask(&app("a"));
    let admitted = &storm.breaker.admitted[0];
    assert_eq!((admitted.application.as_str(), &admitted.incident), ("a", &incident(1)));
    assert_eq!((admitted.at, admitted.ground), (storm.now, Ground::BelowLimit));
}

#[test]
fn a_turn_is_good_for_as_long_as_it_is_counted_and_not_renewed_by_asking_again() {
    let mut storm = Storm::new();
    let turn = |storm: &mut Storm, second: i64| {
        storm.at(second);
        let admission = storm.breaker.admit(&app("a"), storm.now).1;
        let Admission::Admitted { at, .. } = admission else { panic!("{admission:?}") };
        at
    };
    assert_eq!(storm.ask(&app("a")), BELOW);
    let begun = storm.now;
    assert_eq!(turn(&mut storm, 2999), begun, "dated by when it was let through, not by when it asked again");
    assert_eq!(storm.at(3000).ask(&app("a")), BELOW, "counted anew");
    assert_eq!(turn(&mut storm, 3001), storm.breaker.admitted[0].at);
    for second in (3060..=3600).step_by(60) {
        assert_eq!(storm.at(second).ask(&app("b")), waits(1), "while a may still decide nobody takes its place");
    }
}

#[test]
fn a_turn_that_is_used_up_waits_like_any_other_where_the_hour_is_full() {
    let mut storm = Storm::new();
    let two = |application: &str| Admit { promotes_per_hour: 2, ..app(application) };
    storm.ask(&two("a"));
    storm.at(1000).ask(&two("b"));
    assert_eq!(storm.at(3000).ask(&app("a")), waits(1), "b's is still counted, and the limit is one by now");
}
