# Phase and latch are facts of the record and no metrics: the conductor's log tells each step, and the gates answer for
# the latch. Nothing here is read by Understudy.

locals {
  gates   = try(local.app.traffic.gates, {})
  latches = flatten([for region in [local.app.regions.primary, local.standby] : [for gate, url in local.gates : "- ${region}, as ${gate} says: [${url}/latch/${local.app.application}/${region}](${url}/latch/${local.app.application}/${region})" if gate != region]])
  writers = [for gate, url in local.gates : "- who takes writes, as ${gate} says: [${url}/writer/${local.app.application}](${url}/writer/${local.app.application})"]

  told = join("\n", concat(
    ["# ${local.app.application}: ${local.app.mode}, ${local.app.regions.primary} to ${local.standby}", "", "200 is latched off, 404 is not."],
    local.latches, local.writers,
  ))

  counted = { for function in ["intake", "conductor", "notify", "probe"] : function => "SEARCH('{Understudy,Function,Result} Function=\"${function}\" MetricName=\"Events\"', 'Sum', 60)" }

  widgets = [
    { type = "text", x = 0, y = 0, width = 12, height = 6, properties = { markdown = local.told } },
    {
      type       = "alarm", x = 12, y = 0, width = 12, height = 6
      properties = { title = "Votes: the voters' alarms", alarms = sort(values(local.app.alarms)) }
    },
    {
      type = "log", x = 0, y = 6, width = 24, height = 6
      properties = {
        title  = "Phase: what the conductor did and why not"
        region = local.standby
        view   = "table"
        query  = "SOURCE '/aws/lambda/${var.name}-conductor' | filter @message like /\"${local.app.application}\"/ | fields @timestamp, @message | sort @timestamp desc | limit 50"
      }
    },
    {
      type = "metric", x = 0, y = 12, width = 12, height = 6
      properties = {
        title   = "Replication lag of ${split(":", local.app.database.replica)[6]}, in seconds (-1: nothing is replicated)"
        region  = split(":", local.app.database.replica)[3]
        stat    = "Maximum"
        period  = 60
        metrics = [["AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", split(":", local.app.database.replica)[6]]]
        annotations = {
          horizontal = [{ label = "lag_max_seconds: no promotion above", value = local.app.database.lag_max_seconds }]
        }
      }
    },
    {
      type = "metric", x = 12, y = 12, width = 12, height = 6
      properties = {
        title   = "What the functions counted, of all applications"
        region  = local.standby
        view    = "timeSeries"
        metrics = [for function, search in local.counted : [{ expression = search, label = function, id = function }]]
      }
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  provider = aws.standby

  dashboard_name = "${var.name}-${local.app.application}"
  dashboard_body = jsonencode({ widgets = local.widgets })
}
