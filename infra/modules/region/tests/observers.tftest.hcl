mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-east-1:111122223333:function:mock" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:111122223333:mock-dead-letters" }
  }
}

variables {
  role       = "primary"
  account_id = "111122223333"
  regions    = { primary = "us-east-1", standby = "us-west-2", witness = "us-east-2" }

  table = {
    name = "understudy"
    arn  = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy"
  }

  packages = { gate = "tests/stand-in.zip" }

  applications = ["orders"]

  alarms = [
    "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-health",
    "arn:aws:cloudwatch:us-west-2:111122223333:alarm:orders-replica-heartbeat",
  ]

  databases = [
    "arn:aws:rds:us-east-1:111122223333:db:orders",
    "arn:aws:rds:us-west-2:111122223333:db:orders-replica",
  ]

  page_topic_arn = "arn:aws:sns:us-east-1:111122223333:understudy-itself"
}

run "the_primary_runs_a_gate_and_nothing_else" {
  command = plan

  assert {
    condition     = keys(aws_lambda_function.this) == ["gate"]
    error_message = "the Region that may be lost runs more than a gate"
  }

  assert {
    condition     = aws_lambda_function.this["gate"].environment[0].variables == tomap({ UNDERSTUDY_TABLE = "understudy", UNDERSTUDY_TABLE_REGION = "us-west-2" })
    error_message = "the gate looks for the table where it is not"
  }

  assert {
    condition     = length(aws_scheduler_schedule.this) == 0 && length(aws_lambda_event_source_mapping.stream) == 0
    error_message = "something wakes what is not there"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.lambda)) == toset(["gate-Errors", "gate-Throttles", "gate-Url5xxCount"])
    error_message = "the gate fails unseen"
  }
}

run "a_copy_of_the_table_in_this_region_is_read" {
  command = plan

  variables {
    table = {
      name = "understudy"
      arn  = "arn:aws:dynamodb:us-east-1:111122223333:table/understudy"
    }
  }

  assert {
    condition     = aws_lambda_function.this["gate"].environment[0].variables == tomap({ UNDERSTUDY_TABLE = "understudy" })
    error_message = "the gate reads another Region's copy"
  }
}

run "only_alarms_of_this_region_are_forwarded" {
  command = apply

  assert {
    condition = flatten([for rule in aws_cloudwatch_event_rule.this : jsondecode(rule.event_pattern).resources]) == [
      "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-health",
      "arn:aws:rds:us-east-1:111122223333:db:orders",
    ]
    error_message = "another Region's events are waited for here, or this Region's are not"
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : target.arn == "arn:aws:events:us-west-2:111122223333:event-bus/default"])
    error_message = "events are not forwarded to the standby's bus"
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : target.role_arn == aws_iam_role.forward[0].arn])
    error_message = "events are forwarded without the role that may"
  }

  assert {
    condition     = one(flatten([for statement in data.aws_iam_policy_document.forward.statement : statement.resources])) == "arn:aws:events:us-west-2:111122223333:event-bus/default"
    error_message = "the role may put events elsewhere"
  }
}

run "a_witness_may_probe" {
  command = plan

  variables {
    role           = "witness"
    packages       = { gate = "tests/stand-in.zip", probe = "tests/stand-in.zip" }
    probe          = { canaries = ["https://dynamodb.us-west-2.amazonaws.com/ping"] }
    page_topic_arn = "arn:aws:sns:us-east-2:111122223333:understudy-itself"
  }

  override_data {
    target = data.aws_region.current
    values = { name = "us-east-2" }
  }

  assert {
    condition     = toset(keys(aws_lambda_function.this)) == toset(["gate", "probe"]) && keys(aws_scheduler_schedule.this) == ["probe"]
    error_message = "the witness does not probe each minute"
  }

  assert {
    condition     = aws_lambda_function.this["probe"].environment[0].variables["UNDERSTUDY_TABLE_REGION"] == "us-west-2"
    error_message = "the probe casts its vote where no table is"
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.heartbeat) == ["probe"]
    error_message = "a silent probe is not noticed"
  }
}
