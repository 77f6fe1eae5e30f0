mock_provider "aws" {
  alias = "primary"

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

mock_provider "aws" {
  alias = "standby"

  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

mock_provider "aws" {
  alias = "witness"

  mock_data "aws_region" {
    defaults = { name = "us-east-2" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

variables {
  file       = "tests/orders.toml"
  account_id = "111122223333"

  table = {
    name = "understudy"
    arn  = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy"
  }

  roles = {
    conductor = "understudy-conductor-us-west-2"
    notify    = "understudy-notify-us-west-2"
  }

  alarms = {
    primary-health = {
      namespace           = "AWS/ApplicationELB"
      metric_name         = "HealthyHostCount"
      comparison_operator = "LessThanThreshold"
      threshold           = 1
    }
    replica-heartbeat = {
      namespace           = "AWS/RDS"
      metric_name         = "ReplicaLag"
      dimensions          = { DBInstanceIdentifier = "orders-replica" }
      statistic           = "Maximum"
      comparison_operator = "GreaterThanThreshold"
      threshold           = 120
    }
    outside-probe = {
      namespace           = "CloudWatchSynthetics"
      metric_name         = "SuccessPercent"
      dimensions          = { CanaryName = "orders" }
      comparison_operator = "LessThanThreshold"
      threshold           = 90
    }
  }

  intake_arn = "arn:aws:lambda:us-west-2:111122223333:function:understudy-intake"

  topic = {
    subscriptions = {
      oncall = { protocol = "email", endpoint = "oncall@example.com" }
      queue  = { protocol = "sqs", endpoint = "arn:aws:sqs:us-west-2:111122223333:orders-pages" }
    }
  }
}

run "the_record_and_a_route_for_each_voter_are_put_as_the_command_line_has_them" {
  command = plan

  assert {
    condition     = jsondecode(aws_dynamodb_table_item.record.item) == one([for item in jsondecode(file("tests/orders.json")).items : item if item.sk.S == "record"])
    error_message = "the record is another one than the document has"
  }

  assert {
    condition     = length(aws_dynamodb_table_item.route) == 4 && alltrue([for item in aws_dynamodb_table_item.route : startswith(jsondecode(item.item).pk.S, "source#")])
    error_message = "not every voter has a route"
  }

  assert {
    condition     = !contains(keys(jsondecode(aws_dynamodb_table_item.record.item)), "state")
    error_message = "the record is put with a state"
  }
}

run "a_changed_policy_is_put_by_a_command_that_leaves_the_state" {
  command = plan

  assert {
    condition     = strcontains(output.policy_command, "SET policy = :policy, policy_hash = :hash") && strcontains(output.policy_command, output.policy_hash)
    error_message = "the command does not put the policy and its hash: ${output.policy_command}"
  }
}

run "every_alarm_is_where_and_how_the_file_names_it" {
  command = plan

  assert {
    condition = (
      { for voter, alarm in aws_cloudwatch_metric_alarm.primary : voter => alarm.alarm_name } == { primary-health = "orders-health" } &&
      { for voter, alarm in aws_cloudwatch_metric_alarm.standby : voter => alarm.alarm_name } == { replica-heartbeat = "orders-replica-heartbeat" } &&
      { for voter, alarm in aws_cloudwatch_metric_alarm.witness : voter => alarm.alarm_name } == { outside-probe = "orders-probe" }
    )
    error_message = "an alarm is in another Region, or has another name"
  }
}

run "silence_is_an_abstention" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.primary), values(aws_cloudwatch_metric_alarm.standby), values(aws_cloudwatch_metric_alarm.witness)) :
      alarm.treat_missing_data == "missing"
    ])
    error_message = "an alarm treats missing data as evidence"
  }
}

run "alarms_of_the_standby_wake_intake_directly_and_nobody_else_may" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.standby["replica-heartbeat"].alarm_actions == toset(["arn:aws:lambda:us-west-2:111122223333:function:understudy-intake"])
    error_message = "the alarm does not wake intake"
  }

  assert {
    condition = (
      aws_lambda_permission.alarm["replica-heartbeat"].source_arn == "arn:aws:cloudwatch:us-west-2:111122223333:alarm:orders-replica-heartbeat" &&
      aws_lambda_permission.alarm["replica-heartbeat"].source_account == "111122223333" && length(aws_lambda_permission.alarm) == 1
    )
    error_message = "the permission is not for this alarm of this account alone"
  }
}

run "without_intake_alarms_have_no_actions" {
  command = plan

  variables {
    intake_arn = null
  }

  assert {
    condition     = length(aws_lambda_permission.alarm) == 0 && length(aws_cloudwatch_metric_alarm.standby["replica-heartbeat"].alarm_actions) == 0
    error_message = "there is an action without a function"
  }
}

run "the_topic_is_the_files_and_encrypted" {
  command = plan

  assert {
    condition     = aws_sns_topic.this.name == "orders-failover" && aws_sns_topic.this.kms_master_key_id == "alias/aws/sns"
    error_message = "the topic has another name, or no key"
  }

  assert {
    condition     = aws_sns_topic_subscription.this["queue"].raw_message_delivery && !aws_sns_topic_subscription.this["oncall"].raw_message_delivery
    error_message = "only queues get the message as it was published"
  }
}

run "the_dashboard_shows_only_what_is_measured_or_told" {
  command = plan

  assert {
    condition = alltrue([
      for wanted in ["orders-health", "orders-replica-heartbeat", "orders-probe", "ReplicaLag", "/latch/orders/us-east-1", "/latch/orders/us-west-2", "/writer/orders", "/aws/lambda/understudy-conductor"] :
      strcontains(aws_cloudwatch_dashboard.this.dashboard_body, wanted)
    ])
    error_message = "votes, phase, lag or latch is missing: ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }

  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "aaaaaaaa.lambda-url.us-east-1.on.aws/latch/orders/us-east-1")
    error_message = "a gate is asked of its own Region, with which it is lost"
  }
}
