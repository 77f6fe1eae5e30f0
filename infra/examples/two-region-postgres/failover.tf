# What fails over: the record, the alarm, the topic and the rights, from the application file as it was validated; then
# the health checks, and a minute later the names.

locals {
  applied = var.stage == "workload" ? 0 : 1

  # Where the old writer was, and the other way round after that: names for what a person may order to be rebuilt.
  rebuilt = {
    for role in ["primary", "standby"] : role => "arn:aws:rds:${var.regions[role]}:${var.account_id}"
  }
}

module "application" {
  source = "../../modules/application"
  count  = local.applied

  providers = {
    aws.primary = aws.primary
    aws.standby = aws.standby
    aws.witness = aws.witness
  }

  file       = var.application_file
  account_id = var.account_id
  table      = module.state.table
  roles = {
    conductor = module.understudy_standby.role_names["conductor"]
    notify    = module.understudy_standby.role_names["notify"]
  }

  alarms = {
    tasks = {
      namespace           = "AWS/ApplicationELB"
      metric_name         = "HealthyHostCount"
      dimensions          = module.service_primary.balancer
      statistic           = "Maximum"
      period              = 60
      evaluation_periods  = 3
      comparison_operator = "LessThanThreshold"
      threshold           = 1
      description         = "No task of ${var.application} in ${var.regions.primary} is well."
    }
  }

  topic = {
    subscriptions = { pages = { protocol = "email", endpoint = var.pages } }
  }

  rebuild = {
    replicas         = ["${local.rebuilt.primary}:db:${var.application}-rebuilt", "${local.rebuilt.standby}:db:${var.application}-rebuilt"]
    parameter_groups = ["${local.rebuilt.primary}:pg:${var.application}", "${local.rebuilt.standby}:pg:${var.application}-replica"]
    subnet_groups    = ["${local.rebuilt.primary}:subgrp:${var.application}", "${local.rebuilt.standby}:subgrp:${var.application}-replica"]
    kms_keys         = [module.database.secret.key_arn, module.replica.key_arn]
  }
}

module "traffic" {
  source    = "../../modules/traffic"
  providers = { aws = aws.primary }
  count     = local.applied

  file    = var.application_file
  records = var.stage == "records"

  endpoint_checks = { for role in ["primary", "standby"] : var.regions[role] => { path = var.container.health } }

  database = {
    zone_id = aws_route53_zone.private.zone_id
    name    = local.writer
    endpoints = {
      (var.regions.primary) = module.database.address
      (var.regions.standby) = module.replica.address
    }
  }
}
