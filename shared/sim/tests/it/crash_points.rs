//! Crash points: every call that the driver makes, in every story, with everything that can go wrong at
//! it. The calls are not listed by hand: a story is played once and its calls are counted, and then it is
//! played again for each call and each fault. Whatever goes wrong, it must end as it should.

mod check;
mod director;
mod invocation;
mod levers;
mod page;
mod port;
mod ports;
mod stage;
mod story;

use director::{Call, Director};
use port::{Fault, Port};
use stage::{Stage, gives_up};
use std::fs;
use story::{Story, stories, story};

/// A story played once without a fault: its calls, from its own first one on.
struct Rehearsal {
    begins: usize,
    calls: Vec<Call>,
}

impl Rehearsal {
    fn own_calls(&self) -> &[Call] {
        &self.calls[self.begins..]
    }

    fn points(&self) -> usize {
        self.own_calls().len() * Fault::ALL.len()
    }
}

fn in_virtual_time<T>(play: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(play)
}

fn rehearse(story: &Story) -> Rehearsal {
    in_virtual_time(async {
        let director = Director::new(None);
        let mut stage = Stage::new(story, director.clone());
        let gives_up = gives_up(&stage.world);
        let begun = stage.until(story.begins, gives_up).await;
        let begins = director.notes().calls.len();
        let ended = begun && stage.until_the_end(gives_up).await;
        assert!(ended, "{} does not end:\n{}", story.name, check::timeline(&stage).await);
        let calls = director.notes().calls.clone();
        stage.rounds(3).await;
        assert_eq!(check::findings(&stage).await, Vec::<String>::new(), "{}", story.name);
        Rehearsal { begins, calls }
    })
}

/// Plays a story with one fault in it, and says what is wrong afterwards.
fn play(story: &Story, rehearsal: &Rehearsal, index: usize, fault: Fault) -> Vec<String> {
    in_virtual_time(async {
        let director = Director::new(Some((index, fault)));
        let mut stage = Stage::new(story, director.clone());
        let gives_up = gives_up(&stage.world);
        let ended = stage.until(story.begins, gives_up).await && stage.until_the_end(gives_up).await;
        assert_eq!(director.notes().calls[..=index], rehearsal.calls[..=index], "a play differs before its fault");
        let mut wrong = Vec::new();
        if !ended {
            wrong.push("it did not end".to_owned());
        }
        stage.rounds(3).await;
        wrong.extend(check::findings(&stage).await);
        if wrong.is_empty() && stage.is_frozen() {
            stage.thaw().await;
            wrong.extend(check::findings(&stage).await.into_iter().map(|what| format!("a day later: {what}")));
        }
        wrong
    })
}

/// Plays a story once for each of its crash points.
fn converges(name: &str) {
    let story = story(name);
    let rehearsal = rehearse(&story);
    let mut failed = Vec::new();
    for index in rehearsal.begins..rehearsal.calls.len() {
        let Call { by, port } = rehearsal.calls[index];
        for fault in Fault::ALL {
            let wrong = play(&story, &rehearsal, index, *fault);
            if !wrong.is_empty() {
                let at = format!("{name}, call {index} ({by}: {}), {}", port.name(), fault.name());
                failed.push(format!("{at}: {}", wrong.join("; ")));
            }
        }
    }
    println!("{name}: {} crash points, {} do not converge", rehearsal.points(), failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A test for each story, so that they run side by side.
macro_rules! each_converges {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            converges($name);
        })*

        #[test]
        fn every_story_is_played() {
            assert_eq!(stories().iter().map(|story| story.name).collect::<Vec<_>>(), [$($name),*]);
        }
    };
}

each_converges! {
    a_failover_in_auto_ends_alike_wherever_it_is_cut: "auto",
    a_failover_that_is_approved_ends_alike_wherever_it_is_cut: "approve",
    a_failover_with_a_veto_window_ends_alike_wherever_it_is_cut: "veto-window",
    a_failover_that_fences_ends_alike_wherever_it_is_cut: "fenced",
    an_abort_while_fencing_ends_alike_wherever_it_is_cut: "aborted-while-fencing",
    an_abort_while_promoting_ends_alike_wherever_it_is_cut: "aborted-while-promoting",
    an_abort_that_comes_too_late_ends_alike_wherever_it_is_cut: "aborted-too-late",
    a_switchover_home_ends_alike_wherever_it_is_cut: "switched-home",
    a_storm_of_two_ends_alike_wherever_it_is_cut: "storm",
    levers_of_traffic_end_alike_wherever_it_is_cut: "levers",
}

/// How many crash points there are. Another number means that the driver calls more, or less, than it did.
const CRASH_POINTS: usize = 9090;

fn rehearsals() -> Vec<(Story, Rehearsal)> {
    let rehearsed = |story: Story| {
        let rehearsal = rehearse(&story);
        (story, rehearsal)
    };
    stories().into_iter().map(rehearsed).collect()
}

#[test]
fn every_call_that_the_driver_can_make_is_made_in_a_story() {
    let rehearsals = rehearsals();
    let made =
        |port: Port| rehearsals.iter().any(|(_, rehearsal)| rehearsal.calls.iter().any(|call| call.port == port));
    for port in Port::ALL {
        // An incident is read by people and programs, and never by the driver.
        assert_eq!(made(*port), *port != Port::Incident, "{}", port.name());
    }
}

#[test]
fn the_page_lists_the_crash_points_and_their_number_is_pinned() {
    let rehearsals = rehearsals();
    let expected = page::page(&rehearsals);
    let made = concat!(env!("CARGO_TARGET_TMPDIR"), "/crash-points.md");
    fs::write(made, &expected).unwrap();
    println!("{} crash points", page::points(&rehearsals));
    assert_eq!(page::points(&rehearsals), CRASH_POINTS);
    let found = fs::read_to_string(page::PATH).unwrap();
    assert!(found == expected, "docs/reference/crash-points.md should be as {made} is");
}
