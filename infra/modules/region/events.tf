# Alarms of this Region go to the standby's bus, and there to intake. Only the named ones: an event pattern is what
# keeps anybody else's alarm from being a vote, before intake refuses it as well.

locals {
  # An event pattern has at most 2,048 characters, and an alarm's ARN up to 330.
  alarm_rules    = { for index, alarms in chunklist(sort(local.own_alarms), 5) : "${var.name}-alarms-${index}" => alarms }
  database_rules = { for index, databases in chunklist(sort(local.own_databases), 10) : "${var.name}-databases-${index}" => databases }

  rules = merge(
    {
      for name, alarms in local.alarm_rules : name => {
        description = "Voters' alarms, to Understudy"
        pattern = {
          source        = ["aws.cloudwatch"]
          "detail-type" = ["CloudWatch Alarm State Change"]
          account       = [var.account_id]
          resources     = alarms
        }
      }
    },
    {
      for name, databases in local.database_rules : name => {
        description = "Events of writers and replicas, to Understudy"
        pattern = {
          source        = ["aws.rds"]
          "detail-type" = ["RDS DB Instance Event"]
          account       = [var.account_id]
          resources     = databases
        }
      }
    },
  )

  standby_bus = "arn:${local.partition}:events:${var.regions.standby}:${var.account_id}:event-bus/default"
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name          = each.key
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "understudy"
  arn       = local.standby ? aws_lambda_function.this["intake"].arn : local.standby_bus
  role_arn  = local.standby ? null : aws_iam_role.forward[0].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  # Past an hour the conductor has read the alarm by itself many times.
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}

resource "aws_lambda_permission" "rule" {
  for_each = local.standby ? local.rules : {}

  statement_id   = "Allow-${each.key}"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this["intake"].function_name
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.this[each.key].arn
  source_account = var.account_id
}

data "aws_iam_policy_document" "forward_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:events:${local.region}:${var.account_id}:rule/${var.name}-*"]
    }
  }
}

data "aws_iam_policy_document" "forward" {
  statement {
    sid       = "StandbyBus"
    actions   = ["events:PutEvents"]
    resources = [local.standby_bus]
  }
}

resource "aws_iam_role" "forward" {
  count = local.standby ? 0 : 1

  name               = "${var.name}-forward-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.forward_assume.json
}

resource "aws_iam_role_policy" "forward" {
  count = local.standby ? 0 : 1

  name   = "understudy"
  role   = aws_iam_role.forward[0].id
  policy = data.aws_iam_policy_document.forward.json
}
