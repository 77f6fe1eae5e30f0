# With the real provider, which makes the JSON of policies without a call, so that it is read here as it will be.
provider "aws" {
  region                      = "us-west-2"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "111122223333" }
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
    readiness = "tests/stand-in.zip"
  }

  applications   = ["orders"]
  alarms         = ["arn:aws:cloudwatch:us-east-2:111122223333:alarm:orders-probe"]
  page_topic_arn = "arn:aws:sns:us-west-2:111122223333:understudy-itself"

  probe = {
    canaries = ["https://dynamodb.us-east-2.amazonaws.com/ping"]
  }
}

run "each_function_may_do_what_it_does_and_nothing_else" {
  command = plan

  assert {
    condition = output.actions == {
      intake = tolist([
        "dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:UpdateItem",
        "logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage",
      ])
      conductor = tolist([
        "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics",
        "dynamodb:DescribeStream", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:GetRecords",
        "dynamodb:GetShardIterator", "dynamodb:ListStreams", "dynamodb:UpdateItem",
        "logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage",
      ])
      notify = tolist([
        "dynamodb:DescribeStream", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:GetRecords",
        "dynamodb:GetShardIterator", "dynamodb:ListStreams", "dynamodb:PutItem", "dynamodb:UpdateItem",
        "logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage",
      ])
      gate = tolist(["dynamodb:GetItem", "logs:CreateLogStream", "logs:PutLogEvents"])
      probe = tolist([
        "cloudwatch:GetMetricStatistics", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query",
        "dynamodb:UpdateItem", "logs:CreateLogStream", "logs:PutLogEvents",
        "sqs:SendMessage",
      ])
      readiness = tolist([
        "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem",
        "ec2:DescribeSecurityGroups", "lambda:GetFunctionConcurrency", "logs:CreateLogStream", "logs:PutLogEvents", "rds:DescribeAccountAttributes",
        "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage",
      ])
    }
    error_message = "the actions are others: ${jsonencode(output.actions)}"
  }
}

run "no_policy_has_an_action_with_a_star" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for json in values(output.policies) : [
        for statement in jsondecode(json).Statement : [for action in flatten([statement.Action]) : !strcontains(action, "*")]
      ]
    ]))
    error_message = "an action is a pattern"
  }

  assert {
    condition = alltrue(flatten([
      for json in values(output.policies) : [
        for statement in jsondecode(json).Statement :
        try(statement.Condition.StringEquals["aws:RequestedRegion"], null) != null
        if contains(flatten([statement.Resource]), "*")
      ]
    ]))
    error_message = "a statement on every resource has no Region"
  }
}

run "records_are_those_of_the_applications_alone" {
  command = plan

  assert {
    condition = toset(flatten([
      for statement in jsondecode(output.policies["conductor"]).Statement :
      statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] if statement.Sid == "Records"
    ])) == toset(["app#orders", "breaker"])
    error_message = "the conductor may touch other partitions than its applications' and the breaker's"
  }

  assert {
    condition = {
      for name in ["intake", "probe"] : name => toset(flatten([
        for statement in jsondecode(output.policies[name]).Statement :
        statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] if statement.Sid == "Routes"
      ]))
    } == { intake = toset(["source#arn:aws:cloudwatch:*"]), probe = toset(["source#probe#us-west-2"]) }
    error_message = "who hears alarms looks for other sources than alarms, or a probe for another Region's"
  }

  assert {
    condition = alltrue(flatten([
      for name, json in output.policies : [
        for statement in jsondecode(json).Statement :
        try(statement.Condition.Null["dynamodb:LeadingKeys"] == "false", false)
        if length(setintersection(flatten([statement.Action]), ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:Query"])) > 0
      ]
    ]))
    error_message = "a call without a key would pass the condition on keys"
  }

  assert {
    condition = one([
      for statement in jsondecode(output.policies["gate"]).Statement :
      toset(statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]) if statement.Sid == "Latch"
    ]) == toset(["pk", "sk", "state", "policy", "policy_hash"])
    error_message = "the gate may read other attributes"
  }
}

run "who_looks_writes_what_it_found_and_nothing_else" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(output.policies["readiness"]).Statement :
      toset(flatten([statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]])) if flatten([statement.Action]) == ["dynamodb:PutItem"]
    ]) == toset(["readiness#orders"])
    error_message = "who only looks may write into a record, or into another application's place"
  }
}

run "alarms_are_read_where_voters_are" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(output.policies["conductor"]).Statement :
      toset(flatten([statement.Condition.StringEquals["aws:RequestedRegion"]])) if statement.Sid == "Voters"
    ]) == toset(["us-east-2", "us-west-2"])
    error_message = "alarms are read in other Regions than the voters'"
  }
}

run "interfaces_are_made_only_for_a_probe_in_a_vpc" {
  command = plan

  variables {
    probe = { canaries = ["https://dynamodb.us-east-2.amazonaws.com/ping"], vpc = { subnet_ids = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"], security_group_ids = ["sg-0cccccccccccccccc"] } }
  }

  assert {
    condition     = contains(output.actions["probe"], "ec2:CreateNetworkInterface")
    error_message = "the probe cannot get into its VPC"
  }

  assert {
    condition     = alltrue([for name, actions in output.actions : !contains(actions, "ec2:CreateNetworkInterface") if name != "probe"])
    error_message = "another function may make interfaces"
  }
}
