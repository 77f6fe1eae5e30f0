# Alarms on Understudy itself. They page through a topic of their own.

locals {
  # By function of this Region: the metrics of AWS/Lambda that must stay at zero. Looks of one hour wait for each other,
  # and are tried again for as long: that they are throttled is no news. The runbook refuses an automation by an error,
  # and whoever invoked it sees that.
  zero = {
    for name in keys(local.functions) : name => concat(
      name == "runbook" ? [] : ["Errors"],
      name == "readiness" ? [] : ["Throttles"],
      contains(["gate", "runbook"], name) ? ["Url5xxCount"] : [],
    )
  }

  lambda_alarms = merge([
    for name, metrics in local.zero : {
      for metric in metrics : "${name}-${metric}" => {
        function = name
        metric   = metric
      }
    }
  ]...)

  # What functions count by themselves. A record that cannot be read stops its application, and shows here alone.
  count_alarms = local.standby ? {
    for pair in [["conductor", "failed"], ["conductor", "anomaly"], ["notify", "failed"], ["notify", "forked"]] :
    "${pair[0]}-${pair[1]}" => { function = pair[0], result = pair[1] }
  } : {}

  stream_alarms = toset([for name in keys(local.functions) : name if contains(["conductor", "notify"], name)])

  # Which functions a schedule wakes, and after how many seconds silence there is nobody's watch.
  woken = {
    for name, silence in { conductor = 60, notify = 60, probe = 60, readiness = 3600 } : name => silence
    if contains(keys(local.functions), name)
  }
}

resource "aws_cloudwatch_metric_alarm" "lambda" {
  for_each = local.lambda_alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = "${each.value.metric} of Understudy's ${each.value.function}. Its log group says why: /aws/lambda/${var.name}-${each.value.function}"
  namespace         = "AWS/Lambda"
  metric_name       = each.value.metric
  dimensions        = { FunctionName = aws_lambda_function.this[each.value.function].function_name }
  statistic         = "Sum"
  period            = 60
  # A look of an hour fails once.
  evaluation_periods  = each.value.function == "readiness" ? 1 : 5
  datapoints_to_alarm = each.value.function == "readiness" ? 1 : 2
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  # A function that nobody called has no errors.
  treat_missing_data = "notBreaching"
  alarm_actions      = [var.page_topic_arn]
  ok_actions         = [var.page_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "iterator_age" {
  for_each = local.stream_alarms

  alarm_name          = "${var.name}-${each.key}-IteratorAge"
  alarm_description   = "Understudy's ${each.key} is behind the table's stream by more than a minute. The schedule goes on."
  namespace           = "AWS/Lambda"
  metric_name         = "IteratorAge"
  dimensions          = { FunctionName = aws_lambda_function.this[each.key].function_name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = 60000
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.page_topic_arn]
  ok_actions          = [var.page_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "counts" {
  for_each = local.count_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "Understudy's ${each.value.function} counted ${each.value.result}. Its log group says of which application, and why."
  namespace           = "Understudy"
  metric_name         = "Events"
  dimensions          = { Function = each.value.function, Result = each.value.result }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.page_topic_arn]
}

# The one alarm for which silence is the news.
resource "aws_cloudwatch_metric_alarm" "heartbeat" {
  for_each = local.woken

  alarm_name          = "${var.name}-${each.key}-heartbeat"
  alarm_description   = "Nothing has woken Understudy's ${each.key} for three ${each.value == 60 ? "minutes" : "hours"}. Look at its schedules and its concurrency."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = aws_lambda_function.this[each.key].function_name }
  statistic           = "Sum"
  period              = each.value
  evaluation_periods  = 3
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.page_topic_arn]
  ok_actions          = [var.page_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name}-dead-letters"
  alarm_description   = "Something was given up: read the messages of queue ${aws_sqs_queue.dead_letters.name}, and empty it."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  # SQS stops measuring a queue that nobody has used for hours.
  treat_missing_data = "notBreaching"
  alarm_actions      = [var.page_topic_arn]
  ok_actions         = [var.page_topic_arn]
}
