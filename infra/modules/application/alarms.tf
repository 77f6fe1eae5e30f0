# Voters' alarms, each in the Region and under the name that the application file has. Missing data is missing, always:
# the alarm then says INSUFFICIENT_DATA, and its voter abstains. As `breaching`, silence would be a Down, and a Region
# that cannot be heard would be promoted away from.

locals {
  alarms = {
    for voter, metric in var.alarms : voter => merge(metric, {
      region = split(":", local.app.alarms[voter])[3]
      # A name may have colons in it.
      name        = join(":", slice(split(":", local.app.alarms[voter]), 6, length(split(":", local.app.alarms[voter]))))
      description = coalesce(metric.description, "Voter ${voter} of ${local.app.application}: ALARM is its Down, OK its Up. Understudy reads it.")
    })
  }

  # Regions may be equal only where there is no witness, and then nothing is the witness's.
  primary_alarms = { for voter, alarm in local.alarms : voter => alarm if alarm.region == local.app.regions.primary }
  standby_alarms = { for voter, alarm in local.alarms : voter => alarm if alarm.region == local.standby }
  witness_alarms = { for voter, alarm in local.alarms : voter => alarm if alarm.region == local.witness && local.witness != local.standby }

  direct = var.intake_arn == null ? {} : local.standby_alarms
}

resource "aws_cloudwatch_metric_alarm" "primary" {
  provider = aws.primary
  for_each = local.primary_alarms

  alarm_name          = each.value.name
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric_name
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints_to_alarm
  comparison_operator = each.value.comparison_operator
  threshold           = each.value.threshold
  treat_missing_data  = "missing"
}

resource "aws_cloudwatch_metric_alarm" "standby" {
  provider = aws.standby
  for_each = local.standby_alarms

  alarm_name                = each.value.name
  alarm_description         = each.value.description
  namespace                 = each.value.namespace
  metric_name               = each.value.metric_name
  dimensions                = each.value.dimensions
  statistic                 = each.value.statistic
  period                    = each.value.period
  evaluation_periods        = each.value.evaluation_periods
  datapoints_to_alarm       = each.value.datapoints_to_alarm
  comparison_operator       = each.value.comparison_operator
  threshold                 = each.value.threshold
  treat_missing_data        = "missing"
  alarm_actions             = compact([var.intake_arn])
  ok_actions                = compact([var.intake_arn])
  insufficient_data_actions = compact([var.intake_arn])
}

resource "aws_cloudwatch_metric_alarm" "witness" {
  provider = aws.witness
  for_each = local.witness_alarms

  alarm_name          = each.value.name
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric_name
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints_to_alarm
  comparison_operator = each.value.comparison_operator
  threshold           = each.value.threshold
  treat_missing_data  = "missing"
}

resource "aws_lambda_permission" "alarm" {
  provider = aws.standby
  for_each = local.direct

  statement_id   = "Allow-${local.app.application}-${each.key}"
  action         = "lambda:InvokeFunction"
  function_name  = var.intake_arn
  principal      = "lambda.alarms.cloudwatch.amazonaws.com"
  source_arn     = local.app.alarms[each.key]
  source_account = var.account_id
}
