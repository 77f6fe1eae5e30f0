# One role and one policy for each function: who decides cannot page, who pages cannot promote, who answers Route 53
# cannot write. What an application's databases and topic need is granted by module `application`, to these roles.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  # Roles are global, functions are not.
  name               = "${var.name}-${each.key}-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = "understudy"
  role   = aws_iam_role.function[each.key].id
  policy = data.aws_iam_policy_document.function[each.key].json
}

locals {
  # By function: what it may do with which partition keys of the table.
  table_grants = {
    intake = [
      { sid = "Routes", actions = ["dynamodb:Query"], keys = ["source#arn:${local.partition}:cloudwatch:*"] },
      { sid = "Votes", actions = ["dynamodb:UpdateItem"], keys = local.records },
    ]
    conductor = [
      { sid = "Records", actions = ["dynamodb:GetItem", "dynamodb:UpdateItem"], keys = concat(local.records, ["breaker"]) },
    ]
    notify = [
      { sid = "Records", actions = ["dynamodb:GetItem", "dynamodb:UpdateItem"], keys = local.records },
      { sid = "Incidents", actions = ["dynamodb:PutItem"], keys = local.incidents },
    ]
    # What people order is what the conductor could commit; what they read is the incidents beside it.
    runbook = [
      { sid = "Records", actions = ["dynamodb:GetItem", "dynamodb:UpdateItem"], keys = concat(local.records, ["breaker"]) },
      { sid = "Incidents", actions = ["dynamodb:Query"], keys = local.incidents },
    ]
    # It keeps what it has found, so that what has not changed is not told again.
    readiness = [
      { sid = "Records", actions = ["dynamodb:GetItem"], keys = concat(local.records, local.looks) },
      { sid = "Looks", actions = ["dynamodb:PutItem"], keys = local.looks },
    ]
    # What the gate may read has attributes of its own, below.
    gate = []
    probe = [
      { sid = "Routes", actions = ["dynamodb:Query"], keys = ["source#probe#${local.region}"] },
      { sid = "Records", actions = ["dynamodb:GetItem", "dynamodb:UpdateItem"], keys = local.records },
    ]
  }

  every_region  = sort(compact(values(var.regions)))
  both_regions  = [var.regions.primary, var.regions.standby]
  voter_regions = distinct(concat([for alarm in sort(var.alarms) : split(":", alarm)[3]], [var.regions.standby]))

  # Lambda asks for it before it makes the mapping.
  streams = { sid = "Streams", actions = ["dynamodb:ListStreams"], regions = [local.region] }

  # Lambda makes the interfaces with the function's role.
  interfaces = {
    sid     = "Interfaces"
    actions = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
    regions = [local.region]
  }

  # By function: what knows no resource, and in which Regions it may be asked.
  region_grants = {
    conductor = [
      local.streams,
      # Composite alarms are shown to whoever may describe all alarms, and to nobody else.
      { sid = "Voters", actions = ["cloudwatch:DescribeAlarms"], regions = local.voter_regions },
      { sid = "Lag", actions = ["cloudwatch:GetMetricStatistics"], regions = local.both_regions },
    ]
    notify = [local.streams]
    probe = concat(
      [{ sid = "Lag", actions = ["cloudwatch:GetMetricStatistics"], regions = local.both_regions }],
      var.probe.vpc == null ? [] : [local.interfaces],
    )
    readiness = [
      { sid = "Alarms", actions = ["cloudwatch:DescribeAlarms"], regions = local.every_region },
      { sid = "Groups", actions = ["ec2:DescribeSecurityGroups"], regions = local.both_regions },
      { sid = "Quotas", actions = ["rds:DescribeAccountAttributes"], regions = local.both_regions },
      { sid = "Lag", actions = ["cloudwatch:GetMetricStatistics"], regions = [var.regions.standby] },
    ]
  }

  # Understudy itself, as readiness looks at it.
  looked_at = [
    {
      sid       = "Functions"
      actions   = ["lambda:GetFunctionConcurrency"]
      resources = [for region in local.every_region : "arn:${local.partition}:lambda:${region}:${var.account_id}:function:${var.name}-*"]
    },
    {
      sid       = "Queues"
      actions   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
      resources = [for region in local.every_region : "arn:${local.partition}:sqs:${region}:${var.account_id}:${var.name}-dead-letters"]
    },
  ]
}

data "aws_iam_policy_document" "function" {
  #checkov:skip=CKV_AWS_356: the few actions on * know no resource, and have the Region as a condition
  for_each = local.functions

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arns[each.key]}:*"]
  }

  dynamic "statement" {
    for_each = contains(["gate", "runbook"], each.key) ? [] : ["*"]

    content {
      sid       = "DeadLetters"
      actions   = ["sqs:SendMessage"]
      resources = [local.dead_letters_arn]
    }
  }

  # Whether the table is strongly consistent is asked at every start.
  dynamic "statement" {
    for_each = each.key == "gate" ? [] : ["*"]

    content {
      sid       = "Table"
      actions   = ["dynamodb:DescribeTable"]
      resources = [var.table.arn]
    }
  }

  dynamic "statement" {
    for_each = local.table_grants[each.key]

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = [var.table.arn]

      condition {
        test     = "ForAllValues:StringLike"
        variable = "dynamodb:LeadingKeys"
        values   = statement.value.keys
      }

      # "For all values" is true of no value at all.
      condition {
        test     = "Null"
        variable = "dynamodb:LeadingKeys"
        values   = ["false"]
      }
    }
  }

  # Votes and timelines are none of the gate's business, which speaks to everybody.
  dynamic "statement" {
    for_each = each.key == "gate" ? ["*"] : []

    content {
      sid       = "Latch"
      actions   = ["dynamodb:GetItem"]
      resources = [var.table.arn]

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "dynamodb:LeadingKeys"
        values   = local.records
      }

      condition {
        test     = "Null"
        variable = "dynamodb:LeadingKeys"
        values   = ["false"]
      }

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "dynamodb:Attributes"
        values   = ["pk", "sk", "state", "policy", "policy_hash"]
      }

      condition {
        test     = "Null"
        variable = "dynamodb:Attributes"
        values   = ["false"]
      }
    }
  }

  dynamic "statement" {
    for_each = contains(["conductor", "notify"], each.key) ? ["*"] : []

    content {
      sid       = "Stream"
      actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
      resources = [var.table.stream_arn]
    }
  }

  dynamic "statement" {
    for_each = lookup(local.region_grants, each.key, [])

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = ["*"]

      condition {
        test     = "StringEquals"
        variable = "aws:RequestedRegion"
        values   = statement.value.regions
      }
    }
  }

  dynamic "statement" {
    for_each = each.key == "readiness" ? local.looked_at : []

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}
