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
}

run "a_file_that_is_not_there_is_refused" {
  command = plan

  variables {
    file     = "tests/none.toml"
    document = "tests/orders.json"
  }

  expect_failures = [var.file]
}

run "a_file_that_nobody_has_validated_is_refused" {
  command = plan

  variables {
    document = "tests/none.json"
  }

  expect_failures = [var.document]
}

run "a_file_that_was_changed_and_not_validated_again_is_refused" {
  command = plan

  variables {
    file     = "main.tf"
    document = "tests/orders.json"
  }

  expect_failures = [var.document]
}

run "a_document_that_is_no_json_is_refused" {
  command = plan

  variables {
    document = "main.tf"
  }

  expect_failures = [var.document]
}

run "a_document_that_was_edited_is_refused" {
  command = plan

  variables {
    document = "tests/edited.json"
  }

  expect_failures = [var.document]
}

run "another_account_is_refused" {
  command = plan

  variables {
    account_id = "123456789012"
  }

  expect_failures = [var.account_id]
}

run "a_table_elsewhere_is_refused" {
  command = plan

  variables {
    table = { name = "understudy", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/understudy" }
  }

  expect_failures = [var.table]
}

run "a_table_of_another_account_is_refused" {
  command = plan

  variables {
    table = { name = "understudy", arn = "arn:aws:dynamodb:us-west-2:123456789012:table/understudy" }
  }

  expect_failures = [var.table]
}

run "one_role_for_two_functions_is_refused" {
  command = plan

  variables {
    roles = { conductor = "understudy", notify = "understudy" }
  }

  expect_failures = [var.roles]
}

run "an_alarm_of_no_voter_is_refused" {
  command = plan

  variables {
    alarms = { somebody = { namespace = "Orders", metric_name = "Health", comparison_operator = "LessThanThreshold", threshold = 1, period = 60 } }
  }

  expect_failures = [var.alarms]
}

run "an_alarm_for_a_voter_that_is_a_probe_is_refused" {
  command = plan

  variables {
    alarms = { front-door = { namespace = "Orders", metric_name = "Health", comparison_operator = "LessThanThreshold", threshold = 1, period = 60 } }
  }

  expect_failures = [var.alarms]
}

run "a_comparison_that_cloudwatch_does_not_know_is_refused" {
  command = plan

  variables {
    alarms = { primary-health = { namespace = "Orders", metric_name = "Health", comparison_operator = "Below", threshold = 1, period = 60 } }
  }

  expect_failures = [var.alarms]
}

run "a_period_that_cloudwatch_does_not_know_is_refused" {
  command = plan

  variables {
    alarms = { primary-health = { namespace = "Orders", metric_name = "Health", comparison_operator = "LessThanThreshold", threshold = 1, period = 45 } }
  }

  expect_failures = [var.alarms]
}

run "more_datapoints_than_periods_are_refused" {
  command = plan

  variables {
    alarms = { primary-health = { namespace = "Orders", metric_name = "Health", comparison_operator = "LessThanThreshold", threshold = 1, datapoints_to_alarm = 4 } }
  }

  expect_failures = [var.alarms]
}

run "an_intake_elsewhere_is_refused" {
  command = plan

  variables {
    intake_arn = "arn:aws:lambda:us-east-1:111122223333:function:understudy-intake"
  }

  expect_failures = [var.intake_arn]
}

run "a_key_of_another_region_is_refused" {
  command = plan

  variables {
    topic = { kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.topic]
}

run "telling_over_plain_http_is_refused" {
  command = plan

  variables {
    topic = { subscriptions = { oncall = { protocol = "http", endpoint = "http://example.com" } } }
  }

  expect_failures = [var.topic]
}

run "a_queue_of_another_account_is_refused" {
  command = plan

  variables {
    topic = { subscriptions = { queue = { protocol = "sqs", endpoint = "arn:aws:sqs:us-west-2:123456789012:pages" } } }
  }

  expect_failures = [var.topic]
}

run "a_replica_of_another_account_is_refused" {
  command = plan

  variables {
    rebuild = { replicas = ["arn:aws:rds:us-east-1:123456789012:db:again"], subnet_groups = ["arn:aws:rds:us-east-1:111122223333:subgrp:orders"] }
  }

  expect_failures = [var.rebuild]
}

run "a_group_that_is_a_pattern_is_refused" {
  command = plan

  variables {
    rebuild = { replicas = ["arn:aws:rds:us-east-1:111122223333:db:again"], subnet_groups = ["arn:aws:rds:us-east-1:111122223333:subgrp:*"] }
  }

  expect_failures = [var.rebuild]
}

run "a_rebuild_without_a_name_is_refused" {
  command = plan

  variables {
    rebuild = { replicas = [], subnet_groups = ["arn:aws:rds:us-east-1:111122223333:subgrp:orders"] }
  }

  expect_failures = [var.rebuild]
}

run "a_provider_of_another_region_as_the_primary_is_refused" {
  command = plan

  override_data {
    target = data.aws_region.primary
    values = { name = "us-west-2" }
  }

  expect_failures = [data.aws_region.primary]
}

run "a_provider_of_another_account_as_the_primary_is_refused" {
  command = plan

  override_data {
    target = data.aws_caller_identity.primary
    values = { account_id = "123456789012" }
  }

  expect_failures = [data.aws_caller_identity.primary]
}

run "a_provider_of_another_region_as_the_standby_is_refused" {
  command = plan

  override_data {
    target = data.aws_region.standby
    values = { name = "us-east-1" }
  }

  expect_failures = [data.aws_region.standby]
}

run "a_provider_of_another_account_as_the_standby_is_refused" {
  command = plan

  override_data {
    target = data.aws_caller_identity.standby
    values = { account_id = "123456789012" }
  }

  expect_failures = [data.aws_caller_identity.standby]
}

run "a_provider_of_another_region_as_the_witness_is_refused" {
  command = plan

  override_data {
    target = data.aws_region.witness
    values = { name = "eu-west-1" }
  }

  expect_failures = [data.aws_region.witness]
}

run "a_provider_of_another_account_as_the_witness_is_refused" {
  command = plan

  override_data {
    target = data.aws_caller_identity.witness
    values = { account_id = "123456789012" }
  }

  expect_failures = [data.aws_caller_identity.witness]
}
