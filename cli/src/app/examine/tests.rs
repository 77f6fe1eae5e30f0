//! Files and what is found in them. Each finding is written `<field> = <value>: <problem>; <mend>`, with
//! the severity in front where it is no error, and the line in place of the field where there is none.

mod meaning;

use super::schema::EXAMPLE;
use super::{Examination, Finding, Schema, Severity, Shown, examine};

fn written(finding: &Finding) -> String {
    let severity = if finding.severity == Severity::Warning { "warning " } else { "" };
    let line = || finding.place.map(|place| place.line.to_string()).unwrap_or_default();
    let field = finding.field.as_ref().map_or_else(line, ToString::to_string);
    let value = match &finding.value {
        Shown::Written { text, .. } => format!(" = {text}"),
        Shown::Default(text) => format!(" = {text} by default"),
        Shown::Told(text) => format!(" ({text})"),
        Shown::Nothing => String::new(),
    };
    format!("{severity}{field}{value}: {}; {}", finding.problem, finding.mend)
}

/// The line that a finding points at holds the value, or else names the field or its table.
#[track_caller]
fn points_at_its_line(text: &str, finding: &Finding) {
    let (Some(field), Some(place)) = (&finding.field, finding.place) else { return };
    let line = text.lines().nth(place.line - 1).unwrap();
    let holds = match &finding.value {
        Shown::Written { text, .. } => line.contains(text),
        // What the default contradicts stands there, and the mend names it.
        Shown::Default(_) => line.split(' ').next().is_some_and(|name| finding.mend.contains(name)),
        Shown::Told(_) | Shown::Nothing => {
            let path = field.to_string();
            path.split(['.', '[', ']']).any(|name| !name.is_empty() && line.contains(name))
        }
    };
    assert!(holds, "{field}: {line}");
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let Examination { findings, policy } = examine(text).unwrap();
    let found: Vec<String> = findings.iter().map(written).collect();
    assert_eq!(found, expected);
    findings.iter().for_each(|finding| points_at_its_line(text, finding));
    let sound = findings.iter().all(|finding| finding.severity == Severity::Warning);
    assert_eq!(policy.is_some(), sound, "a policy comes of a file without errors, and of no other");
}

/// The example file with some of its text replaced.
#[track_caller]
fn orders(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(EXAMPLE.to_owned(), |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "{old:?} must stand in the example once");
        text.replace(old, new)
    })
}

#[test]
fn the_example_is_valid_and_without_warnings() {
    check(EXAMPLE, &[]);
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_change_nothing() {
    check(&format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n")), &[]);
}

#[test]
fn what_is_no_toml_is_named_by_line_and_nothing_is_guessed_about_the_rest() {
    check(
        "application = orders\nmode = \nschema = 1\nschema = 1\n[regions\n",
        &[
            "1: orders is no TOML value; put a text in quotes: \"orders\"",
            "2: the value is missing; write a value after the equals sign",
            "4: schema is written twice in this table; remove one of the two",
            "5: this is no TOML: unclosed table, expected `]`; close the table's name with ]",
        ],
    );
}

#[test]
fn tables_nested_beyond_reason_are_refused() {
    let mend = "1: tables and lists are nested too deeply; write them one below the other";
    check(&format!("[{}]", vec!["a"; 5_000].join(".")), &[mend]);
}

#[test]
fn an_unknown_field_is_named_with_the_one_that_was_meant() {
    check(
        &orders(&[("sustain_seconds = 180", "sustain_secs = 60"), ("shift_seconds", "shift")]),
        &[
            "windows.sustain_secs = 60: is not a field of [windows]; did you mean sustain_seconds?",
            "windows.shift = 100: is not a field of [windows]; did you mean shift_seconds?",
        ],
    );
}

#[test]
fn an_unknown_field_like_no_other_is_named_with_those_that_may_stand_there() {
    check(
        &orders(&[("needed = 2", "needed = 2\ncolour = \"blue\"")]),
        &["quorum.colour = \"blue\": is not a field of [quorum]; remove it, or write one of flaps_max, needed"],
    );
}

#[test]
fn a_misspelt_field_is_one_error_and_not_also_a_missing_one() {
    check(
        &orders(&[("standby = ", "standbye = ")]),
        &["regions.standbye = \"us-west-2\": is not a field of [regions]; did you mean standby?"],
    );
}

#[test]
fn a_field_below_the_wrong_header_is_sent_home() {
    let text = orders(&[("mode = \"approve\"\n", ""), ("\n[notification]", "\nmode = \"auto\"\n\n[notification]")]);
    check(
        &text,
        &["approval.mode = \"auto\": is not a field of [approval]; \
           move it: it belongs at the top of the file, above the first [table]"],
    );
}

#[test]
fn a_missing_field_is_named_with_what_to_add() {
    check(
        &orders(&[("standby = \"us-west-2\"", ""), ("[quorum]\nneeded = 2", ""), ("application = \"orders\"", "")]),
        &[
            "regions.standby: is missing; add under [regions]: standby = \"us-west-2\"  # Where the writer would go.",
            "application: is missing; add at the top: application = \"orders\"  \
             # Name of the application, the unit that fails over.",
            "quorum: is missing; add [quorum] with needed = 2  # How many voters must say Down.",
        ],
    );
}

#[test]
fn an_empty_file_lacks_everything_that_is_required() {
    let examination = examine("# nothing yet\n").unwrap();
    let fields: Vec<String> =
        examination.findings.iter().filter_map(|f| f.field.as_ref()).map(ToString::to_string).collect();
    assert_eq!(
        fields,
        ["application", "approval", "database", "fence", "notification", "quorum", "regions", "schema", "voters"],
        "approval is required because mode is approve by default, and a fence is missed"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_told_what_it_is_and_must_be() {
    check(
        &orders(&[
            ("schema = 1", "schema = \"1\""),
            ("application = \"orders\"", "application = 7"),
            ("mode = \"approve\"", "mode = true"),
            ("needed = 2", "needed = 2.0"),
            ("lag_max_seconds = 60", "lag_max_seconds = 2026-01-01"),
        ]),
        &[
            "schema = \"1\": is a text, and must be a whole number; write schema = 1",
            "application = 7: is a whole number, and must be a text in quotes; write application = \"orders\"",
            "mode = true: is true or false, and must be a text; write \"observe\", \"approve\" or \"auto\"",
            "database.lag_max_seconds = 2026-01-01: is a date or time, and must be a whole number; \
             write lag_max_seconds = 60",
            "quorum.needed = 2.0: is a number with a fraction, and must be a whole number; write needed = 2",
        ],
    );
}

#[test]
fn a_wrong_type_is_found_in_lists_and_in_tables_within_them() {
    let source = "{ alarm = \"arn:aws:cloudwatch:us-west-2:111122223333:alarm:orders-replica-heartbeat\" }";
    check(
        &orders(&[
            (source, "\"a heartbeat\""),
            ("{ alarm = \"arn:aws:cloudwatch:us-east-2:111122223333:alarm:orders-probe\" }", "{ alarm = [1] }"),
            ("\"arn:aws:iam::111122223333:role/orders-lead\"", "4"),
        ]),
        &[
            "voters[1].source = \"a heartbeat\": is a text, and must be a table; \
             write source = { alarm = \"arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-health\" }",
            "voters[2].source.alarm: is a list, and must be a text in quotes; \
             write alarm = \"arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-health\"",
            "approval.approvers[1] = 4: is a whole number, and must be a text in quotes; \
             write \"arn:aws:iam::111122223333:role/orders-oncall\"",
        ],
    );
}

#[test]
fn one_voter_table_is_not_a_list_of_voters() {
    let (before, rest) = EXAMPLE.split_once("[[voters]]").unwrap();
    let (_, after) = rest.split_once("[windows]").unwrap();
    check(
        &format!("{before}[voters]\nname = \"a\"\n[windows]{after}"),
        &["voters: is a table, and must be a list; \
           write [[voters]] with name = \"primary-health\", class = \"infrastructure\", \
           source = { alarm = \"arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-health\" }"],
    );
}

#[test]
fn a_number_out_of_range_is_told_the_range() {
    check(
        &orders(&[
            ("schema = 1", "schema = 2"),
            ("lag_max_seconds = 60", "lag_max_seconds = -1"),
            ("needed = 2", "needed = 1"),
            ("shift_seconds = 100", "shift_seconds = 99999999999999999999999"),
            ("expires_seconds = 900", "expires_seconds = 59"),
        ]),
        &[
            "schema = 2: is not 1; write schema = 1",
            "database.lag_max_seconds = -1: is not between 1 and 86400 seconds; \
             write 1 to 86400, such as lag_max_seconds = 60",
            "quorum.needed = 1: is not between 2 and 100; write 2 to 100, such as needed = 2",
            "windows.shift_seconds = 99999999999999999999999: is not between 0 and 86400 seconds; \
             write 0 to 86400, such as shift_seconds = 100",
            "approval.expires_seconds = 59: is not between 60 and 86400 seconds; \
             write 60 to 86400, such as expires_seconds = 900",
        ],
    );
}

#[test]
fn a_value_that_is_no_choice_is_told_the_choices() {
    check(
        &orders(&[
            ("mode = \"approve\"", "mode = \"automatic\""),
            ("class = \"data_path\"\nsource", "class = \"DataPath\"\nsource"),
        ]),
        &[
            "mode = \"automatic\": is not one of observe, approve, auto; write \"observe\", \"approve\" or \"auto\"",
            "voters[2].class = \"DataPath\": is not one of data_path, replication, infrastructure, operator; \
             did you mean \"data_path\"?",
        ],
    );
}

#[test]
fn a_text_that_is_no_name_is_told_what_the_name_is() {
    check(
        &orders(&[
            ("application = \"orders\"", "application = \"Orders\""),
            ("primary = \"us-east-1\"", "primary = \"Virginia\""),
            ("arn:aws:sns:us-west-2:111122223333:orders-failover", "orders-failover"),
        ]),
        &[
            "application = \"Orders\": is not an application name; \
             use up to 63 lower-case letters, digits and hyphens, starting with a letter",
            "regions.primary = \"Virginia\": is not an AWS Region; write the Region's code, such as us-east-1",
            "notification.topic = \"orders-failover\": is not an SNS topic ARN; \
             copy the topic's ARN, such as arn:aws:sns:us-west-2:111122223333:orders-failover",
        ],
    );
}

#[test]
fn a_name_that_only_its_type_refuses_is_told_as_one_that_the_schema_refuses() {
    check(
        &orders(&[("cloudwatch:us-east-2", "cloudwatch:nowhere")]),
        &["voters[2].source.alarm = \"arn:aws:cloudwatch:nowhere:111122223333:alarm:orders-probe\": \
           is not a CloudWatch alarm ARN; \
           copy the alarm's ARN, such as arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-errors"],
    );
}

#[test]
fn six_errors_of_six_kinds_are_six_findings_in_the_order_of_the_file() {
    check(
        &orders(&[
            ("mode = \"approve\"", "mode = \"manual\""),
            ("witness = \"us-east-2\"", "witness = \"us-west-2\""),
            ("lag_max_seconds = 60", "lag_max_seconds = 0"),
            ("name = \"outside-probe\"\n", ""),
            ("shift_seconds = 100", "shift_seconds = \"100\""),
            ("\n[notification]", "\nreminders = 3\n[notification]"),
        ]),
        &[
            "mode = \"manual\": is not one of observe, approve, auto; write \"observe\", \"approve\" or \"auto\"",
            "regions.witness = \"us-west-2\": the witness Region is the primary or the standby Region; \
             name a third Region, or leave the witness out",
            "database.lag_max_seconds = 0: is not between 1 and 86400 seconds; \
             write 1 to 86400, such as lag_max_seconds = 60",
            "voters[2].name: is missing; \
             add under voters[2]: name = \"primary-health\"  # Name of the voter, unique in this file.",
            "windows.shift_seconds = \"100\": is a text, and must be a whole number; write shift_seconds = 100",
            "approval.reminders = 3: is not a field of [approval]; \
             remove it, or write one of approvers, expires_seconds, needed",
        ],
    );
}

#[test]
fn a_wrong_shape_does_not_hide_what_contradicts_itself() {
    check(
        &orders(&[("schema = 1", "schema = \"1\""), ("witness = \"us-east-2\"", "witness = \"us-east-1\"")]),
        &[
            "schema = \"1\": is a text, and must be a whole number; write schema = 1",
            "regions.witness = \"us-east-1\": the witness Region is the primary or the standby Region; \
             name a third Region, or leave the witness out",
        ],
    );
}

#[test]
fn an_optional_field_is_not_left_out_by_a_value_that_json_lacks() {
    let mend = "and must be a text in quotes; write witness = \"us-east-2\"";
    let cases = [
        ("nan", "a number with a fraction"),
        ("1979-05-27", "a date or time"),
        ("99999999999999999999", "a whole number"),
    ];
    for (value, kind) in cases {
        let text = orders(&[("witness = \"us-east-2\"", &format!("witness = {value}"))]);
        check(&text, &[&format!("regions.witness = {value}: is {kind}, {mend}")]);
    }
}

#[test]
fn an_unknown_table_is_one_error_whatever_stands_in_it() {
    check(
        &orders(&[("\n[notification]", "\n[holiday]\nfirst = 2026-12-24\nshare = 0.5\n[notification]")]),
        &["holiday: is not a field of the application file; remove it, or write one of \
           application, approval, database, dependencies, fence, mode, notification, probes, quorum, regions, schema, storm, traffic, voters, windows"],
    );
}

#[test]
fn nothing_is_concluded_from_a_value_that_had_to_be_replaced() {
    // With the placeholders for the topic and the replica, both would be in the wrong Region.
    let text = EXAMPLE.replace("us-west-2", "eu-west-1").replace("us-east-1", "us-west-2");
    let text = text.replace("\"arn:aws:sns:eu-west-1:111122223333:orders-failover\"", "1");
    let text = text.replace("\"arn:aws:rds:eu-west-1:111122223333:db:orders-replica\"", "2");
    check(
        &text,
        &[
            "database.replica = 2: is a whole number, and must be a text in quotes; \
             write replica = \"arn:aws:rds:us-west-2:111122223333:db:orders-replica\"",
            "notification.topic = 1: is a whole number, and must be a text in quotes; \
             write topic = \"arn:aws:sns:us-west-2:111122223333:orders-failover\"",
        ],
    );
}

#[test]
fn nothing_is_concluded_from_the_default_of_a_misspelt_field() {
    check(
        &orders(&[("sustain_seconds = 180", "sustain_second = 400\nvote_max_age_seconds = 300")]),
        &["windows.sustain_second = 400: is not a field of [windows]; did you mean sustain_seconds?"],
    );
}

#[test]
fn no_field_holds_a_fraction_a_date_or_a_truth() {
    let schema = Schema::of_application_file().as_json().to_string();
    for kind in ["number", "boolean", "date-time"] {
        assert!(!schema.contains(&format!("\"{kind}\"")), "Document reads a {kind} as null, which nothing takes");
    }
}
