//! The page of HTML: safe with what others wrote, readable by everybody, and complete by itself.

use crate::timelines::{ALL, Recorded};
use std::collections::BTreeMap;
use understudy_engine::{Entry, Mode, Who};
use understudy_report::{Format, export};
use understudy_sim::Script;

const STYLE: &str = include_str!("../../src/html/style.css");

fn page(recorded: &Recorded, format: Format) -> String {
    export(&recorded.items, &recorded.policy, format).unwrap()
}

fn approved() -> Recorded {
    Recorded::of_drill(Script::OldPrimaryReturns, Mode::Approve)
}

/// The same record, with each entry as whoever wrote it wanted.
fn rewritten(recorded: &Recorded, change: impl Fn(&mut Entry)) -> Recorded {
    recorded.rewritten(|entries| entries.iter_mut().for_each(change))
}

#[test]
fn what_others_wrote_makes_no_markup() {
    let hostile = rewritten(&approved(), |entry| {
        if matches!(entry.who, Who::Person(_)) {
            entry.who = Who::Person("<script>alert(1)</script>|`x`".parse().unwrap());
        }
        for heard in entry.assessment.iter_mut().flat_map(|assessment| &mut assessment.tally.heard) {
            heard.reason = "</p><img onerror=alert(2)> \"'& | a [link](x) **b**\n# heading".to_owned();
        }
    });
    let html = page(&hostile, Format::Html);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the name is shown");
    assert!(!html.contains("<script") && !html.contains("<img"));

    let markdown = page(&hostile, Format::Markdown);
    assert!(!markdown.contains("<script") && !markdown.contains("<img"));
    assert!(!markdown.lines().any(|line| line == "# heading") && !markdown.contains("[link]"), "{markdown}");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let voters: Vec<&str> = markdown.lines().filter(|line| line.contains("data\\_path")).collect();
    assert!(voters.len() >= 3 && voters.iter().all(|line| cells(line) == 6), "{voters:?}");
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    for recorded in ALL.iter().chain([&approved()]) {
        let html = page(recorded, Format::Html);
        for word in ["http://", "https://", "src=", "<script", "<link", "@import", "javascript:"] {
            assert!(!html.contains(word), "{}: {word}", recorded.name);
        }
        assert!(html.contains("default-src 'none'"), "{}", recorded.name);
    }
}

#[test]
fn it_has_a_language_headings_in_order_and_unique_ids() {
    for recorded in ALL.iter().chain([&approved()]) {
        let html = page(recorded, Format::Html);
        assert!(html.contains("<html lang=\"en\">"));
        let mut level = 0;
        for heading in html.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)) {
            assert!(heading <= level + 1, "{}: h{heading} after h{level}", recorded.name);
            level = heading;
        }
        assert_eq!(html.matches("<h1").count(), 1);
        let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{}: an id is there twice", recorded.name);
    }
}

#[test]
fn the_chart_has_a_title_a_description_and_its_numbers_as_tables() {
    let html = page(&approved(), Format::Html);
    for size in ["narrow", "wide"] {
        let svg = html.split("<svg").find(|svg| svg.contains(&format!("chart {size}"))).unwrap();
        let names = format!("aria-labelledby=\"chart-{size}-title\" aria-describedby=\"chart-{size}-desc\"");
        assert!(svg.contains(&names), "{size}: {svg}");
        assert!(svg.contains("role=\"img\"") && svg.contains("<title id=") && svg.contains("<desc id="));
        assert_eq!(svg.matches("<rect class=\"phase").count(), 7, "{size}");
        assert_eq!(svg.matches("<circle class=\"call\"").count(), 5, "{size}");
        assert!(svg.contains("<polyline class=\"lag\""));
        for voter in ["primary-health", "outside-checks", "standby-probe", "witness-probe", "replica-heartbeat"] {
            assert!(svg.contains(voter), "{size}: {voter}");
        }
    }
    let tables = html.split("id=\"numbers\"").nth(1).unwrap();
    for number in ["1 Suspected", "7 FailedOver", "03:06:20Z", "81 s"] {
        assert!(tables.contains(number), "{number}");
    }
}

/// Every shape of the chart is within it: what is drawn beside it nobody sees.
#[test]
fn nothing_is_drawn_beside_the_chart() {
    let long_names = rewritten(&approved(), |entry| {
        for heard in entry.assessment.iter_mut().flat_map(|assessment| &mut assessment.tally.heard) {
            heard.voter = format!("{:w<63}", heard.voter.as_str()).parse().unwrap();
        }
    });
    for recorded in ALL.iter().chain([&approved(), &long_names]) {
        let html = page(recorded, Format::Html);
        for svg in html.split("<svg").skip(1).filter_map(|rest| rest.split("</svg>").next()) {
            let number = |tag: &str, name: &str| -> Option<f64> {
                tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok()
            };
            let (width, height) = (number(svg, "width").unwrap(), number(svg, "height").unwrap());
            for tag in svg.split('<').filter(|tag| tag.starts_with("rect") || tag.starts_with("circle")) {
                let (x, y) =
                    (number(tag, "x").or(number(tag, "cx")).unwrap(), number(tag, "y").or(number(tag, "cy")).unwrap());
                let (w, h) = (number(tag, "width").unwrap_or(0.0), number(tag, "height").unwrap_or(0.0));
                assert!(x >= 0.0 && x + w <= width + 0.1 && y >= 0.0 && y + h <= height, "{}: {tag}", recorded.name);
            }
            for text in svg.split("<text").skip(1) {
                let (x, words) =
                    (number(text, "x").unwrap(), text.split('>').nth(1).unwrap().split('<').next().unwrap());
                let length: f64 = words.chars().map(|letter| if letter == 'w' { 10.0 } else { 6.6 }).sum();
                let right = if text.contains("middle") { x + length / 2.0 } else { x + length };
                assert!(right <= width, "{}: {words} reaches {right} of {width}", recorded.name);
            }
        }
    }
}

/// The colours of a scheme, by name.
fn colours(block: &str) -> BTreeMap<String, [f64; 3]> {
    let named = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"));
    named.map(|(name, hex)| (name.to_owned(), [0, 2, 4].map(|at| channel(&hex[at..at + 2])))).collect()
}

/// One channel, linear, as WCAG 2 has it.
fn channel(hex: &str) -> f64 {
    let value = f64::from(u8::from_str_radix(hex, 16).unwrap()) / 255.0;
    if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_enough_in_light_and_dark() {
    let light = colours(STYLE.split('}').next().unwrap());
    let dark = colours(STYLE.split("prefers-color-scheme: dark").nth(1).unwrap().split("}\n}").next().unwrap());
    assert_eq!(light.keys().collect::<Vec<_>>(), dark.keys().collect::<Vec<_>>());
    for (scheme, colours) in [("light", &light), ("dark", &dark)] {
        let at_least = |front: &str, back: &str, least: f64| {
            let found = contrast(colours[front], colours[back]);
            assert!(found >= least, "{scheme}: {front} on {back} is {found:.2}, and {least} is needed");
        };
        for back in ["paper", "panel"] {
            ["ink", "soft", "link"].iter().for_each(|front| at_least(front, back, 4.5));
        }
        let on: Vec<_> = colours.keys().filter_map(|name| name.strip_prefix("on-")).collect();
        assert_eq!(on.len(), 9, "{on:?}");
        on.iter().for_each(|back| at_least(&format!("on-{back}"), back, 4.5));
        // Shapes that carry a meaning, and the edges of those that are pale.
        for shape in ["down", "up", "abstain", "call", "lag", "edge"] {
            at_least(shape, "paper", 3.0);
        }
    }
}

#[test]
fn every_colour_in_use_is_one_that_the_contrast_is_computed_of() {
    let rules = STYLE.split("}\n}").nth(1).unwrap();
    assert!(!rules.contains('#'), "a colour outside of the two schemes");
    let text = ["ink", "soft", "link"];
    for rule in rules.split('}') {
        let value = |property: &str| rule.split(&format!(" {property}: var(--")).nth(1)?.split(')').next();
        if let Some(front) = value("color") {
            let back = value("background").unwrap_or("paper");
            assert!(text.contains(&front) || front == format!("on-{back}"), "{rule}");
        }
    }
}
