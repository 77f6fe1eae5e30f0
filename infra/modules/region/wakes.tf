# The stream wakes at once, and the schedule each minute. Losing the one or the other delays a decision and never
# changes it. Readiness is looked at each hour, and decides nothing.

resource "aws_lambda_event_source_mapping" "stream" {
  for_each = { for name, function in local.functions : name => function if contains(["conductor", "notify"], name) }

  event_source_arn  = var.table.stream_arn
  function_name     = aws_lambda_function.this[each.key].arn
  starting_position = "LATEST"
  batch_size        = 100

  # A record that is not read in ten minutes has been looked after by ten ticks.
  maximum_record_age_in_seconds  = 600
  maximum_retry_attempts         = 5
  bisect_batch_on_function_error = true
  function_response_types        = ["ReportBatchItemFailures"]

  # Routes and incidents wake nobody, and neither do removals.
  filter_criteria {
    filter {
      pattern = jsonencode({
        eventName = ["INSERT", "MODIFY"]
        dynamodb  = { Keys = { pk = { S = [{ prefix = "app#" }] } } }
      })
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

locals {
  schedules = merge(
    {
      for name, tick in local.ticks : name => {
        function = tick.function
        input    = { application = tick.application }
        rate     = "rate(1 minute)"
      }
    },
    var.packages.probe == null ? {} : { probe = { function = "probe", input = {}, rate = "rate(1 minute)" } },
    {
      for application in var.packages.readiness == null ? [] : sort(var.applications) : "readiness-${application}" => {
        function = "readiness"
        input    = { application = application }
        rate     = "rate(1 hour)"
      }
    },
  )
}

resource "aws_scheduler_schedule_group" "this" {
  count = length(local.schedules) > 0 ? 1 : 0

  name = var.name
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297: what is said each minute is an application's name
  for_each = local.schedules

  name                = each.key
  group_name          = aws_scheduler_schedule_group.this[0].name
  schedule_expression = each.value.rate

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.this[each.value.function].arn
    role_arn = aws_iam_role.schedule[0].arn
    input    = jsonencode(each.value.input)

    # The next tick is the retry.
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

data "aws_iam_policy_document" "schedule_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:scheduler:${local.region}:${var.account_id}:schedule-group/${var.name}"]
    }
  }
}

data "aws_iam_policy_document" "schedule" {
  statement {
    sid       = "Ticks"
    actions   = ["lambda:InvokeFunction"]
    resources = [for name in distinct([for name, schedule in local.schedules : schedule.function]) : local.function_arns[name]]
  }

  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_letters_arn]
  }
}

resource "aws_iam_role" "schedule" {
  count = length(local.schedules) > 0 ? 1 : 0

  name               = "${var.name}-schedule-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.schedule_assume.json
}

resource "aws_iam_role_policy" "schedule" {
  count = length(local.schedules) > 0 ? 1 : 0

  name   = "understudy"
  role   = aws_iam_role.schedule[0].id
  policy = data.aws_iam_policy_document.schedule.json
}
