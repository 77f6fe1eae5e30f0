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
    readiness = "tests/stand-in.zip"
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

  page_topic_arn      = "arn:aws:sns:us-west-2:111122223333:understudy-itself"
  failover_topic_arns = ["arn:aws:sns:us-west-2:111122223333:orders-failover"]
}

run "the_standby_runs_every_function" {
  command = plan

  assert {
    condition     = toset(keys(aws_lambda_function.this)) == toset(["intake", "conductor", "notify", "gate", "probe", "readiness"])
    error_message = "not every function is made"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.runtime == "provided.al2023" && one(function.architectures) == "arm64"])
    error_message = "a function is not for provided.al2023 on arm64"
  }

  assert {
    condition     = { for name, function in aws_lambda_function.this : name => function.timeout } == { intake = 30, conductor = 75, notify = 30, gate = 3, probe = 65, readiness = 60 }
    error_message = "a timeout is not the contract's"
  }

  assert {
    condition     = alltrue([for name, function in aws_lambda_function.this : function.environment[0].variables == tomap({ UNDERSTUDY_TABLE = "understudy" }) if !contains(["probe", "readiness"], name)]) && aws_lambda_function.this["readiness"].environment[0].variables == tomap({ UNDERSTUDY_TABLE = "understudy", UNDERSTUDY_NAME = "understudy" })
    error_message = "in the table's own Region the environment is its name alone"
  }

  assert {
    condition     = length(distinct([for role in aws_iam_role.function : role.name])) == length(aws_lambda_function.this)
    error_message = "two functions share a role"
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == 90])
    error_message = "logs are kept for ever"
  }
}

run "the_gate_has_concurrency_of_its_own" {
  command = plan

  assert {
    condition     = aws_lambda_function.this["gate"].reserved_concurrent_executions == 50
    error_message = "the gate shares concurrency"
  }

  assert {
    condition     = aws_lambda_function.this["conductor"].reserved_concurrent_executions == 8
    error_message = "two applications' ticks overlap, and the stream comes on top: 4 and 2 for each"
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.reserved_concurrent_executions > 0])
    error_message = "0 stops a function, and less shares the account's"
  }
}

run "the_gate_answers_everybody" {
  command = plan

  assert {
    condition     = aws_lambda_function_url.gate.authorization_type == "NONE"
    error_message = "Route 53's checkers cannot sign"
  }
}

run "the_second_permission_of_a_url_is_for_the_url_alone" {
  command = plan

  assert {
    condition = anytrue([
      for resource in values(jsondecode(aws_cloudformation_stack.gate_invoke.template_body).Resources) :
      resource.Properties.Action == "lambda:InvokeFunction" && resource.Properties.InvokedViaFunctionUrl
    ])
    error_message = "everybody could invoke the gate past its URL, or nobody by it"
  }
}

run "both_streams_are_bounded_and_filtered" {
  command = plan

  assert {
    condition     = toset(keys(aws_lambda_event_source_mapping.stream)) == toset(["conductor", "notify"])
    error_message = "the stream wakes not conductor and notify"
  }

  assert {
    condition = alltrue([
      for mapping in aws_lambda_event_source_mapping.stream :
      contains(mapping.function_response_types, "ReportBatchItemFailures") && mapping.bisect_batch_on_function_error
    ])
    error_message = "a bad record would hold up the good ones of its batch"
  }

  assert {
    condition = alltrue([
      for mapping in aws_lambda_event_source_mapping.stream :
      mapping.maximum_retry_attempts == 5 && mapping.maximum_record_age_in_seconds == 600
    ])
    error_message = "a record that cannot be read would hold up its shard for a day"
  }

  assert {
    condition = alltrue(flatten([
      for mapping in aws_lambda_event_source_mapping.stream : [
        for filter in mapping.filter_criteria[0].filter : jsondecode(filter.pattern).dynamodb.Keys.pk.S[0].prefix == "app#"
      ]
    ]))
    error_message = "routes and incidents wake functions"
  }
}

run "a_failure_that_nobody_waits_for_is_kept" {
  command = apply

  assert {
    condition     = toset(keys(aws_lambda_function_event_invoke_config.this)) == toset(["intake", "conductor", "notify", "probe", "readiness"])
    error_message = "a function's failed events are dropped"
  }

  assert {
    condition = alltrue([
      for config in aws_lambda_function_event_invoke_config.this :
      config.destination_config[0].on_failure[0].destination == aws_sqs_queue.dead_letters.arn
    ])
    error_message = "a failed event goes elsewhere"
  }

  assert {
    condition = alltrue([
      for mapping in aws_lambda_event_source_mapping.stream :
      mapping.destination_config[0].on_failure[0].destination_arn == aws_sqs_queue.dead_letters.arn
    ])
    error_message = "a record that was given up leaves no trace"
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : target.dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn])
    error_message = "an event that was not delivered leaves no trace"
  }

  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.this : schedule.target[0].dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn])
    error_message = "a tick that was not delivered leaves no trace"
  }

  assert {
    condition     = output.gate_url == "https://cccccccc.lambda-url.us-west-2.on.aws"
    error_message = "the gate's URL is not as an application file takes it, without a path"
  }
}

run "each_application_is_ticked_each_minute" {
  command = plan

  assert {
    condition     = toset(keys(aws_scheduler_schedule.this)) == toset(["conductor-orders", "conductor-billing", "notify-orders", "notify-billing", "probe", "readiness-orders", "readiness-billing"])
    error_message = "a tick is missing"
  }

  assert {
    condition     = alltrue([for name, schedule in aws_scheduler_schedule.this : schedule.schedule_expression == (startswith(name, "readiness-") ? "rate(1 hour)" : "rate(1 minute)") && schedule.flexible_time_window[0].mode == "OFF"])
    error_message = "a tick comes less often than each minute"
  }

  assert {
    condition = toset(flatten([
      for statement in data.aws_iam_policy_document.schedule.statement : statement.resources if statement.sid == "Ticks"
    ])) == toset([for name in ["conductor", "notify", "probe", "readiness"] : "arn:aws:lambda:us-west-2:111122223333:function:understudy-${name}"])
    error_message = "a tick may wake somebody else, or not whom it is for"
  }

  assert {
    condition     = aws_scheduler_schedule.this["conductor-orders"].target[0].input == jsonencode({ application = "orders" })
    error_message = "the tick does not name its application"
  }

  assert {
    condition     = aws_scheduler_schedule.this["probe"].target[0].input == "{}"
    error_message = "the probe is woken by something else than {}"
  }
}

run "all_voters_alarms_and_no_other_wake_intake" {
  command = plan

  assert {
    condition = toset(flatten([
      for rule in aws_cloudwatch_event_rule.this : jsondecode(rule.event_pattern).resources
    ])) == toset(concat(tolist(var.alarms), tolist(var.databases)))
    error_message = "the rules are not for exactly the alarms and databases that were named"
  }

  assert {
    condition     = alltrue([for rule in aws_cloudwatch_event_rule.this : jsondecode(rule.event_pattern).account == ["111122223333"]])
    error_message = "another account's event would be delivered"
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.rule : permission.source_account == "111122223333"])
    error_message = "a rule of another account could invoke intake"
  }

  assert {
    condition     = length(aws_lambda_permission.rule) == length(aws_cloudwatch_event_rule.this) && length(aws_iam_role.forward) == 0
    error_message = "the standby forwards, or a rule may not invoke intake"
  }
}

run "no_event_pattern_is_longer_than_eventbridge_takes" {
  command = plan

  variables {
    alarms = [for index in range(23) : format("arn:aws:cloudwatch:us-east-1:111122223333:alarm:%s-%02d", join("", [for letter in range(250) : "x"]), index)]
  }

  assert {
    condition     = alltrue([for rule in aws_cloudwatch_event_rule.this : length(rule.event_pattern) <= 2048])
    error_message = "a pattern has more than 2,048 characters"
  }

  assert {
    condition     = length([for name, rule in aws_cloudwatch_event_rule.this : name if startswith(name, "understudy-alarms-")]) == 5
    error_message = "23 alarms are not five rules"
  }
}

run "alarms_on_understudy_page_through_the_other_topic" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.lambda),
        values(aws_cloudwatch_metric_alarm.iterator_age),
        values(aws_cloudwatch_metric_alarm.counts),
        values(aws_cloudwatch_metric_alarm.heartbeat),
        [aws_cloudwatch_metric_alarm.dead_letters],
      ) : alarm.alarm_actions == toset(["arn:aws:sns:us-west-2:111122223333:understudy-itself"])
    ])
    error_message = "an alarm pages nobody, or through Understudy's own topic"
  }

  assert {
    condition = alltrue([
      for function in ["intake", "conductor", "notify", "gate", "probe"] :
      contains(keys(aws_cloudwatch_metric_alarm.lambda), "${function}-Errors") && contains(keys(aws_cloudwatch_metric_alarm.lambda), "${function}-Throttles")
    ])
    error_message = "a function fails or is throttled unseen"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.lambda["readiness-Errors"].datapoints_to_alarm == 1 && aws_cloudwatch_metric_alarm.lambda["readiness-Errors"].evaluation_periods == 1 && !contains(keys(aws_cloudwatch_metric_alarm.lambda), "readiness-Throttles")
    error_message = "a look fails unseen, or looks that wait for each other page"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.counts)) == toset(["conductor-failed", "conductor-anomaly", "notify-failed", "notify-forked"])
    error_message = "a count that stops an application shows nowhere"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.iterator_age)) == toset(["conductor", "notify"])
    error_message = "a stream's age is not watched"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.heartbeat)) == toset(["conductor", "notify", "probe", "readiness"]) && alltrue([for name, alarm in aws_cloudwatch_metric_alarm.heartbeat : alarm.treat_missing_data == "breaching" && alarm.period == (name == "readiness" ? 3600 : 60)])
    error_message = "silence is taken for health"
  }
}

run "a_probe_may_stand_in_a_vpc_and_is_given_its_canaries_and_passwords" {
  command = plan

  variables {
    probe_passwords = { UNDERSTUDY_PROBE_ORDERS = "stand-in" }
    probe = {
      canaries = ["https://dynamodb.us-east-2.amazonaws.com/ping", "https://a.example.com/"]
      vpc      = { subnet_ids = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"], security_group_ids = ["sg-0cccccccccccccccc"] }
    }
  }

  assert {
    condition     = length(aws_lambda_function.this["probe"].vpc_config) == 1 && alltrue([for name, function in aws_lambda_function.this : length(function.vpc_config) == 0 if name != "probe"])
    error_message = "the probe is not in the VPC, or another function is"
  }

  assert {
    condition     = nonsensitive(aws_lambda_function.this["probe"].environment[0].variables) == tomap({ UNDERSTUDY_TABLE = "understudy", UNDERSTUDY_CANARIES = "https://a.example.com/ https://dynamodb.us-east-2.amazonaws.com/ping", UNDERSTUDY_PROBE_ORDERS = "stand-in" })
    error_message = "the probe is not given its canaries and passwords"
  }

  assert {
    condition     = alltrue([for name, function in aws_lambda_function.this : toset(keys(function.environment[0].variables)) == toset(["UNDERSTUDY_TABLE"]) if !contains(["probe", "readiness"], name)])
    error_message = "another function is given what is the probe's"
  }
}
