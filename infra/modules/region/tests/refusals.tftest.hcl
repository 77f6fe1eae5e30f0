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

run "a_role_that_is_none_is_refused" {
  command = plan

  variables {
    role = "secondary"
  }

  expect_failures = [var.role]
}

run "equal_regions_are_refused" {
  command = plan

  variables {
    regions = { primary = "us-east-1", standby = "us-east-1" }
  }

  expect_failures = [var.regions]
}

run "a_witness_that_is_the_standby_is_refused" {
  command = plan

  variables {
    regions = { primary = "us-east-1", standby = "us-west-2", witness = "us-west-2" }
  }

  expect_failures = [var.regions]
}

run "a_region_that_is_none_is_refused" {
  command = plan

  variables {
    regions = { primary = "us-east-1", standby = "Oregon" }
  }

  expect_failures = [var.regions]
}

run "a_provider_of_another_region_is_refused" {
  command = plan

  variables {
    role = "primary"
  }

  override_data {
    target = data.aws_region.current
    values = { name = "us-west-2" }
  }

  expect_failures = [data.aws_region.current]
}

run "a_provider_of_another_account_is_refused" {
  command = plan

  variables {
    role = "primary"
  }

  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }

  expect_failures = [data.aws_caller_identity.current]
}

run "an_account_id_of_other_length_is_refused" {
  command = plan

  variables {
    account_id = "1111"
  }

  expect_failures = [var.account_id]
}

run "a_table_of_another_account_is_refused" {
  command = plan

  variables {
    table = { name = "understudy", arn = "arn:aws:dynamodb:us-west-2:123456789012:table/understudy" }
  }

  expect_failures = [var.table]
}

run "a_conductor_without_a_stream_is_refused" {
  command = plan

  variables {
    role           = "standby"
    page_topic_arn = "arn:aws:sns:us-west-2:111122223333:understudy-itself"
    packages = {
      intake    = "tests/stand-in.zip"
      conductor = "tests/stand-in.zip"
      notify    = "tests/stand-in.zip"
      gate      = "tests/stand-in.zip"
    }
  }

  override_data {
    target = data.aws_region.current
    values = { name = "us-west-2" }
  }

  expect_failures = [var.table]
}

run "a_table_outside_the_standby_region_is_refused" {
  command = plan

  variables {
    role           = "standby"
    page_topic_arn = "arn:aws:sns:us-west-2:111122223333:understudy-itself"
    packages = {
      intake    = "tests/stand-in.zip"
      conductor = "tests/stand-in.zip"
      notify    = "tests/stand-in.zip"
      gate      = "tests/stand-in.zip"
    }
    table = {
      name       = "understudy"
      arn        = "arn:aws:dynamodb:us-east-1:111122223333:table/understudy"
      stream_arn = "arn:aws:dynamodb:us-east-1:111122223333:table/understudy/stream/2026-11-01T00:00:00.000"
    }
  }

  override_data {
    target = data.aws_region.current
    values = { name = "us-west-2" }
  }

  expect_failures = [var.table]
}

run "a_standby_without_a_conductor_is_refused" {
  command = plan

  variables {
    role           = "standby"
    page_topic_arn = "arn:aws:sns:us-west-2:111122223333:understudy-itself"
    table = {
      name       = "understudy"
      arn        = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy"
      stream_arn = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy/stream/2026-11-01T00:00:00.000"
    }
  }

  override_data {
    target = data.aws_region.current
    values = { name = "us-west-2" }
  }

  expect_failures = [var.packages]
}

run "a_conductor_outside_the_standby_region_is_refused" {
  command = plan

  variables {
    packages = {
      intake    = "tests/stand-in.zip"
      conductor = "tests/stand-in.zip"
      notify    = "tests/stand-in.zip"
      gate      = "tests/stand-in.zip"
    }
  }

  expect_failures = [var.packages]
}

run "a_runbook_outside_the_standby_region_is_refused" {
  command = plan

  variables {
    packages = { gate = "tests/stand-in.zip", runbook = "tests/stand-in.zip" }
  }

  expect_failures = [var.packages]
}

run "a_region_without_a_gate_is_refused" {
  command = plan

  variables {
    packages = { probe = "tests/stand-in.zip" }
  }

  expect_failures = [var.packages]
}

run "a_zip_that_is_not_there_is_refused" {
  command = plan

  variables {
    packages = { gate = "tests/not-built.zip" }
  }

  expect_failures = [var.packages]
}

run "an_architecture_that_is_none_is_refused" {
  command = plan

  variables {
    architecture = "aarch64"
  }

  expect_failures = [var.architecture]
}

run "no_applications_are_refused" {
  command = plan

  variables {
    applications = []
  }

  expect_failures = [var.applications]
}

run "an_application_that_no_file_can_name_is_refused" {
  command = plan

  variables {
    applications = ["Orders"]
  }

  expect_failures = [var.applications]
}

run "an_alarm_of_another_account_is_refused" {
  command = plan

  variables {
    alarms = ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:orders-health"]
  }

  expect_failures = [var.alarms]
}

run "an_alarm_of_another_region_is_refused" {
  command = plan

  variables {
    alarms = ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-health"]
  }

  expect_failures = [var.alarms]
}

run "a_database_of_another_account_is_refused" {
  command = plan

  variables {
    databases = ["arn:aws:rds:us-east-1:123456789012:db:orders"]
  }

  expect_failures = [var.databases]
}

run "a_database_of_another_region_is_refused" {
  command = plan

  variables {
    databases = ["arn:aws:rds:us-east-2:111122223333:db:orders"]
  }

  expect_failures = [var.databases]
}

run "a_topic_of_another_region_is_refused" {
  command = plan

  variables {
    page_topic_arn = "arn:aws:sns:us-west-2:111122223333:understudy-itself"
  }

  expect_failures = [var.page_topic_arn]
}

run "understudys_own_topic_is_refused" {
  command = plan

  variables {
    failover_topic_arns = ["arn:aws:sns:us-east-1:111122223333:understudy-itself"]
  }

  expect_failures = [var.page_topic_arn]
}

run "a_probe_without_a_canary_is_refused" {
  command = plan

  variables {
    packages = { gate = "tests/stand-in.zip", probe = "tests/stand-in.zip" }
  }

  expect_failures = [var.probe]
}

run "a_canary_that_is_no_url_is_refused" {
  command = plan

  variables {
    probe = { canaries = ["dynamodb.us-east-2.amazonaws.com"] }
  }

  expect_failures = [var.probe]
}

run "a_password_under_a_name_that_no_file_may_have_is_refused" {
  command = plan

  variables {
    probe_passwords = { AWS_SECRET_ACCESS_KEY = "stand-in" }
  }

  expect_failures = [var.probe_passwords]
}

run "a_probe_in_one_zone_is_refused" {
  command = plan

  variables {
    probe = { vpc = { subnet_ids = ["subnet-0aaaaaaaaaaaaaaaa"], security_group_ids = ["sg-0cccccccccccccccc"] } }
  }

  expect_failures = [var.probe]
}

run "a_function_that_is_stopped_by_its_concurrency_is_refused" {
  command = plan

  variables {
    concurrency = { gate = 0 }
  }

  expect_failures = [var.concurrency]
}

run "a_conductor_that_cannot_hand_over_is_refused" {
  command = plan

  variables {
    applications = ["orders", "billing"]
    concurrency  = { conductor = 3 }
  }

  expect_failures = [var.concurrency]
}

run "days_that_cloudwatch_does_not_know_are_refused" {
  command = plan

  variables {
    log_retention_days = 100
  }

  expect_failures = [var.log_retention_days]
}

run "a_name_that_fits_before_no_other_is_refused" {
  command = plan

  variables {
    name = "Understudy"
  }

  expect_failures = [var.name]
}
