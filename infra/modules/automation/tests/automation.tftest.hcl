mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/understudy-automation-us-west-2" }
  }
}

variables {
  account_id   = "111122223333"
  runbook_arn  = "arn:aws:lambda:us-west-2:111122223333:function:understudy-runbook"
  applications = ["orders", "billing"]
}

run "a_run_asks_the_runbook_once_and_says_who_started_it" {
  assert {
    condition     = [for step in jsondecode(aws_ssm_document.runbook.content).mainSteps : step.action] == ["aws:executeAwsApi", "aws:invokeLambdaFunction"]
    error_message = "who runs it is looked up, and then the runbook is asked"
  }

  assert {
    condition     = jsondecode(aws_ssm_document.runbook.content).mainSteps[1].maxAttempts == 1
    error_message = "an order of which nothing is known is not made again"
  }

  assert {
    condition     = jsondecode(aws_ssm_document.runbook.content).mainSteps[1].inputs.InputPayload.by == "{{WhoRuns.By}}"
    error_message = "the request says who"
  }

  assert {
    condition     = jsondecode(aws_ssm_document.runbook.content).mainSteps[0].outputs[0].Selector == "$.AutomationExecution.ExecutedBy"
    error_message = "and it is who started the run"
  }
}

run "nothing_is_entered_unless_a_person_says_so" {
  assert {
    condition     = jsondecode(aws_ssm_document.runbook.content).parameters.Execute.default == "false" && jsondecode(aws_ssm_document.runbook.content).parameters.Action.default == "status"
    error_message = "to look is the default"
  }

  assert {
    condition     = jsondecode(aws_ssm_document.runbook.content).parameters.Application.allowedValues == ["billing", "orders"]
    error_message = "a run is about one of the applications"
  }
}

run "every_parameter_is_a_field_of_the_request" {
  assert {
    condition     = toset([for name in keys(jsondecode(aws_ssm_document.runbook.content).parameters) : lower(name)]) == setsubtract(keys(jsondecode(aws_ssm_document.runbook.content).mainSteps[1].inputs.InputPayload), ["automation", "by"])
    error_message = "what is given is passed on, and nothing else"
  }
}

run "the_role_is_for_runs_of_this_account_alone" {
  assert {
    condition     = data.aws_iam_policy_document.run.statement[0].actions == toset(["lambda:InvokeFunction"]) && data.aws_iam_policy_document.run.statement[0].resources == toset([var.runbook_arn])
    error_message = "it may invoke the runbook"
  }

  assert {
    condition     = data.aws_iam_policy_document.run.statement[1].resources == toset(["arn:aws:ssm:us-west-2:111122223333:automation-execution/*"])
    error_message = "and read runs of this Region"
  }

  assert {
    condition     = length(data.aws_iam_policy_document.assume.statement[0].condition) == 2
    error_message = "SSM assumes it for a run of this account"
  }
}

run "a_runbook_of_another_account_is_refused" {
  command = plan

  variables {
    runbook_arn = "arn:aws:lambda:us-west-2:123456789012:function:understudy-runbook"
  }

  expect_failures = [var.runbook_arn]
}

run "a_provider_of_another_region_is_refused" {
  command = plan

  variables {
    runbook_arn = "arn:aws:lambda:us-east-1:111122223333:function:understudy-runbook"
  }

  expect_failures = [data.aws_region.current]
}

run "names_that_are_none_are_refused" {
  command = plan

  variables {
    name         = "Understudy"
    account_id   = "1"
    applications = ["Orders"]
  }

  expect_failures = [var.name, var.account_id, var.applications]
}

run "no_application_is_none" {
  command = plan

  variables {
    applications = []
  }

  expect_failures = [var.applications]
}
