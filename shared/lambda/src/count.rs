//! Counts, as CloudWatch's embedded metric format: one line of the log is one metric.

use jiff::Timestamp;
use serde_json::json;
use std::io::Write as _;

/// Counts one event of a function by what came of it.
pub fn count(function: &str, result: &str) {
    let line = json!({
        "_aws": {
            "Timestamp": Timestamp::now().as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": "Understudy",
                "Dimensions": [["Function", "Result"]],
                "Metrics": [{"Name": "Events", "Unit": "Count"}],
            }],
        },
        "Function": function,
        "Result": result,
        "Events": 1,
    });
    // A count that cannot be written must not fail the event that it counts.
    let _ = writeln!(std::io::stdout(), "{line}");
}
