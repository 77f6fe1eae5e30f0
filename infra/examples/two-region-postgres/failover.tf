# What fails over: the record, the alarm, the topic and the rights, from the application file as it was validated; then
# the health checks, and a minute later the names.

locals {
  applied = var.stage == "workload" ? 0 : 1

  # Where the old writer was, and the other way round after that: names for what a person may order to be rebuilt.
  rebuilt = {
    for role in ["primary", "standby"] : role => "arn:aws:rds:${var.regions[role]}:${var.account_id}"
  }
}

# The file is written by hand of a template: what it names has to be what is forwarded, ticked and granted here.
resource "terraform_data" "the_file_is_of_this_deployment" {
  count = local.applied

  lifecycle {
    precondition {
      condition     = module.application[0].application == var.application
      error_message = "application: ${var.application_file} is of ${module.application[0].application}, and this deployment looks after ${var.application}. Write the output application_file to it, and show it again."
    }

    precondition {
      condition     = module.application[0].alarm_arns == toset([local.alarm])
      error_message = "voters: the alarms of ${var.application_file} are ${join(", ", module.application[0].alarm_arns)}, and ${local.alarm} is forwarded. Add them to local.everywhere in understudy.tf, or correct the file."
    }

    precondition {
      condition     = module.application[0].database_arns == toset(values(local.databases))
      error_message = "database: ${var.application_file} names ${join(", ", module.application[0].database_arns)}, and this deployment has made ${join(", ", values(local.databases))}. Correct the file."
    }
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
    readiness = module.understudy_standby.role_names["readiness"]
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
      description         = "Tasks of ${var.application} in ${var.regions.primary} are there, and none is well. Without any task the metric is silent, and so is the voter."
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
