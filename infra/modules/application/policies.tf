# What an application's databases, levers and topic need, beside what module `region` has given the same roles: who
# decides cannot page, and who pages cannot promote. Both Regions are granted from the beginning, for the way home.

locals {
  rebuild = var.rebuild == null ? { replicas = [], option_groups = [], parameter_groups = [], subnet_groups = [], kms_keys = [] } : var.rebuild

  # Whichever of them leads, it may be promoted, cut off, or be what a new replica is made of.
  replicas  = distinct(concat([local.app.database.replica, local.stored.database.replica], sort(local.rebuild.replicas)))
  databases = distinct(concat([local.app.database.writer, local.stored.database.writer], local.replicas))

  fenced = local.app.fence == null ? [] : [
    for arn in local.databases : arn if contains(keys(local.app.fence.security_groups), split(":", arn)[3])
  ]

  # Groups that RDS picks by itself. Their names have the engine's version in them, which is raised now and then.
  defaults = flatten([
    for region in distinct([for arn in local.rebuild.replicas : split(":", arn)[3]]) : [
      "arn:${local.partition}:rds:${region}:${var.account_id}:og:default:*",
      "arn:${local.partition}:rds:${region}:${var.account_id}:pg:default.*",
    ]
  ])

  access_point = try(local.app.traffic.multi_region_access_point.arn, null)
  controls     = sort(values(try(local.app.traffic.routing_controls.controls, {})))

  granted = {
    conductor = [
      { sid = "Databases", actions = ["rds:DescribeDBInstances"], resources = local.databases },
      { sid = "Promote", actions = ["rds:PromoteReadReplica"], resources = local.replicas },
      { sid = "Fence", actions = ["rds:ModifyDBInstance", "rds:RebootDBInstance"], resources = local.fenced },
      # What leads after a failover has been a replica: the file's writer is the source of none.
      {
        sid     = "Rebuild"
        actions = ["rds:CreateDBInstanceReadReplica"]
        resources = var.rebuild == null ? [] : concat(
          local.replicas, sort(local.rebuild.option_groups), sort(local.rebuild.parameter_groups), sort(local.rebuild.subnet_groups), local.defaults,
        )
      },
      {
        sid       = "Routes"
        actions   = ["s3:GetMultiRegionAccessPointRoutes", "s3:SubmitMultiRegionAccessPointRoutes"]
        resources = compact([local.access_point])
      },
      {
        sid       = "Controls"
        actions   = ["route53-recovery-cluster:GetRoutingControlState", "route53-recovery-cluster:UpdateRoutingControlStates"]
        resources = local.controls
      },
    ]
    notify = [
      { sid = "Tell", actions = ["sns:Publish"], resources = [local.topic_arn] },
    ]
    # Of groups and backups no name is known beforehand. All of it is read, but for what is told.
    readiness = [
      { sid = "Tell", actions = ["sns:Publish", "sns:GetTopicAttributes"], resources = [local.topic_arn] },
      { sid = "Databases", actions = ["rds:DescribeDBInstances"], resources = local.watched },
      { sid = "Backups", actions = ["rds:DescribeDBSnapshots"], resources = concat(local.watched_replicas, local.of_any_name["snapshot"]) },
      { sid = "Parameters", actions = ["rds:DescribeDBParameters"], resources = local.of_any_name["pg"] },
      { sid = "Options", actions = ["rds:DescribeOptionGroups"], resources = local.of_any_name["og"] },
      { sid = "Names", actions = ["route53:ListResourceRecordSets"], resources = [for zone in compact([local.zone]) : "arn:${local.partition}:route53:::hostedzone/${zone}"] },
      { sid = "Checks", actions = ["route53:GetHealthCheck"], resources = [for zone in compact([local.zone]) : "arn:${local.partition}:route53:::healthcheck/*"] },
      { sid = "Secrets", actions = ["secretsmanager:DescribeSecret"], resources = local.secrets },
      { sid = "Buckets", actions = ["s3:GetBucketVersioning", "s3:GetReplicationConfiguration"], resources = local.buckets },
      { sid = "Distributions", actions = ["cloudfront:GetDistributionConfig"], resources = local.distributions },
    ]
  }

  grants = { for function, granted in local.granted : function => granted if var.roles[function] != null }

  # What the file names, and what the record does while the file is being changed.
  watched = distinct(flatten([for policy in [local.app, local.stored] : [policy.database.writer, policy.database.replica]]))

  watched_replicas = distinct([local.app.database.replica, local.stored.database.replica])

  zone = try(local.app.traffic.hosted_zone, null)
  of_any_name = {
    for kind, instances in { snapshot = local.watched_replicas, pg = local.watched, og = local.watched } : kind => [
      for region in distinct([for arn in instances : split(":", arn)[3]]) : "arn:${local.partition}:rds:${region}:${var.account_id}:${kind}:*"
    ]
  }

  dependencies = [for policy in [local.app, local.stored] : policy.dependencies if try(policy.dependencies, null) != null]

  # The end of a secret's ARN is Secrets Manager's own. Whoever asks for one that is not there is asked about its name.
  secrets = distinct(flatten([
    for name in flatten([for named in local.dependencies : try(named.secrets, [])]) : [
      for region in [local.app.regions.primary, local.standby] : [
        for end in ["", "-??????"] : "arn:${local.partition}:secretsmanager:${region}:${var.account_id}:secret:${name}${end}"
      ]
    ]
  ]))

  buckets = distinct([
    for name in flatten([
      [for named in local.dependencies : [for pair in try(named.buckets, []) : values(pair)]],
      [for policy in [local.app, local.stored] : values(try(policy.traffic.multi_region_access_point.buckets, {}))],
    ]) : "arn:${local.partition}:s3:::${name}"
  ])

  distributions = distinct([
    for id in flatten([for named in local.dependencies : try(named.distributions, [])]) : "arn:${local.partition}:cloudfront::${var.account_id}:distribution/${id}"
  ])

  # Keys are used by RDS and SNS alone, on the functions' behalf.
  keys = {
    conductor = [
      for arn in sort(local.rebuild.kms_keys) : { arn = arn, actions = ["kms:DescribeKey"], via = "rds.${split(":", arn)[3]}.amazonaws.com" }
    ]
    notify    = local.topic_keys
    readiness = local.topic_keys
  }

  topic_keys = [
    for arn in compact([var.topic.kms_key_arn]) : { arn = arn, actions = ["kms:Decrypt", "kms:GenerateDataKey"], via = "sns.${local.standby}.amazonaws.com" }
  ]
}

data "aws_iam_policy_document" "function" {
  provider = aws.standby
  for_each = local.grants

  dynamic "statement" {
    for_each = [for grant in each.value : grant if length(grant.resources) > 0]

    content {
      sid       = statement.value.sid
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  dynamic "statement" {
    for_each = local.keys[each.key]

    content {
      sid       = "Key${statement.key}"
      actions   = statement.value.actions
      resources = [statement.value.arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [statement.value.via]
      }
    }
  }

  # A grant to RDS for the new replica's storage, and to nobody else.
  dynamic "statement" {
    for_each = each.key == "conductor" ? sort(local.rebuild.kms_keys) : []

    content {
      sid       = "Grant${statement.key}"
      actions   = ["kms:CreateGrant"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["rds.${split(":", statement.value)[3]}.amazonaws.com"]
      }

      condition {
        test     = "Bool"
        variable = "kms:GrantIsForAWSResource"
        values   = ["true"]
      }
    }
  }
}

resource "aws_iam_role_policy" "function" {
  provider = aws.standby
  for_each = local.grants

  name   = "${var.name}-${local.app.application}"
  role   = var.roles[each.key]
  policy = data.aws_iam_policy_document.function[each.key].json

  lifecycle {
    precondition {
      condition     = length(data.aws_iam_policy_document.function[each.key].json) <= 10240
      error_message = "The inline policies of a role have 10,240 characters, and this one of ${each.key} has ${length(data.aws_iam_policy_document.function[each.key].json)}: name fewer dependencies in ${var.file}."
    }
  }
}
