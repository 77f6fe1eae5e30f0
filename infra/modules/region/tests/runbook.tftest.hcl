mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
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
    defaults = { arn = "arn:aws:lambda:us-west-2:111122223333:function:mock" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-west-2:111122223333:mock-dead-letters" }
  }

  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-west-2:111122223333:rule/mock" }
  }

  mock_resource "aws_lambda_function_url" {
    defaults = { function_url = "https://cccccccc.lambda-url.us-west-2.on.aws/" }
  }
}

variables {
  role       = "standby"
  account_id = "111122223333"
  regions    = { primary = "us-east-1", standby = "us-west-2", witness = "us-east-2" }

  table = {
    name       = "understudy"
    arn        = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy"
    stream_arn = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy/stream/2026-11-01T00:00:00.000"
  }

  packages = {
    intake    = "tests/stand-in.zip"
    conductor = "tests/stand-in.zip"
    notify    = "tests/stand-in.zip"
    gate      = "tests/stand-in.zip"
    probe     = "tests/stand-in.zip"
    runbook   = "tests/stand-in.zip"
  }

  applications = ["orders", "billing"]

  alarms = [
    "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-health",
    "arn:aws:cloudwatch:us-west-2:111122223333:alarm:orders-replica-heartbeat",
    "arn:aws:cloudwatch:us-east-2:111122223333:alarm:orders-probe",
  ]

  probe = { canaries = ["https://dynamodb.us-east-2.amazonaws.com/ping"] }

  databases = [
    "arn:aws:rds:us-east-1:111122223333:db:orders",
    "arn:aws:rds:us-west-2:111122223333:db:orders-replica",
  ]

  runbook_callers = ["arn:aws:iam::111122223333:role/orders-oncall", "arn:aws:iam::111122223333:user/lead"]

  page_topic_arn      = "arn:aws:sns:us-west-2:111122223333:understudy-itself"
  failover_topic_arns = ["arn:aws:sns:us-west-2:111122223333:orders-failover"]
}

run "only_whoever_signs_is_let_in" {
  command = plan

  assert {
    condition     = aws_lambda_function_url.runbook["runbook"].authorization_type == "AWS_IAM"
    error_message = "anybody could approve a failover"
  }

  assert {
    condition     = toset([for permission in aws_lambda_permission.runbook_url : permission.principal]) == toset(["arn:aws:iam::111122223333:role/orders-oncall", "arn:aws:iam::111122223333:user/lead"])
    error_message = "not the callers that were named may call it"
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.runbook_url : permission.action == "lambda:InvokeFunctionUrl" && permission.function_url_auth_type == "AWS_IAM"])
    error_message = "a caller is let past the URL"
  }
}

run "the_second_permission_is_for_the_url_alone" {
  command = plan

  assert {
    condition = alltrue([
      for resource in values(jsondecode(aws_cloudformation_stack.runbook_invoke["runbook"].template_body).Resources) :
      resource.Properties.Action == "lambda:InvokeFunction" && resource.Properties.InvokedViaFunctionUrl && resource.Properties.Principal != "*"
    ])
    error_message = "somebody could invoke the runbook past its URL, where nobody has checked who it is"
  }

  assert {
    condition     = length(jsondecode(aws_cloudformation_stack.runbook_invoke["runbook"].template_body).Resources) == 2
    error_message = "a caller has one permission of two"
  }
}

run "the_runbook_reads_records_and_incidents_and_writes_records_alone" {
  command = plan

  assert {
    condition = output.actions["runbook"] == tolist([
      "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem", "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "the runbook may more, or less, than people order by it"
  }
}

run "it_has_an_url_to_give_out_and_alarms_of_its_own" {
  command = plan

  override_resource {
    target          = aws_lambda_function_url.runbook
    override_during = plan
    values          = { function_url = "https://dddddddd.lambda-url.us-west-2.on.aws/" }
  }

  assert {
    condition     = output.runbook_url == "https://dddddddd.lambda-url.us-west-2.on.aws"
    error_message = "the URL is not as the command line takes it, without a path"
  }

  assert {
    condition     = alltrue([for metric in ["Throttles", "Url5xxCount"] : contains(keys(aws_cloudwatch_metric_alarm.lambda), "runbook-${metric}")])
    error_message = "the runbook fails unseen"
  }

  assert {
    condition     = !contains(keys(aws_lambda_function_event_invoke_config.this), "runbook")
    error_message = "whoever asks waits: nothing is kept for nobody"
  }
}

run "without_a_runbook_there_is_no_url" {
  command = plan

  variables {
    packages = {
      intake    = "tests/stand-in.zip"
      conductor = "tests/stand-in.zip"
      notify    = "tests/stand-in.zip"
      gate      = "tests/stand-in.zip"
    }
    runbook_callers = []
    probe           = { canaries = [] }
  }

  assert {
    condition     = output.runbook_url == null && length(aws_cloudformation_stack.runbook_invoke) == 0
    error_message = "something is made for a function that is not there"
  }
}

run "callers_of_another_account_are_refused" {
  command = plan

  variables {
    runbook_callers = ["arn:aws:iam::123456789012:role/orders-oncall"]
  }

  expect_failures = [var.runbook_callers]
}

run "everybody_is_no_caller" {
  command = plan

  variables {
    runbook_callers = ["*"]
  }

  expect_failures = [var.runbook_callers]
}

run "callers_of_nothing_are_refused" {
  command = plan

  variables {
    packages = {
      intake    = "tests/stand-in.zip"
      conductor = "tests/stand-in.zip"
      notify    = "tests/stand-in.zip"
      gate      = "tests/stand-in.zip"
      probe     = "tests/stand-in.zip"
    }
  }

  expect_failures = [var.runbook_callers]
}
