# Understudy: the table in the standby Region, and in each Region what it runs there.

locals {
  # Written out, because the functions are made before the alarm, the topic and the databases are.
  alarm = "arn:aws:cloudwatch:${var.regions.primary}:${var.account_id}:alarm:${var.application}-tasks"
  topic = "arn:aws:sns:${var.regions.standby}:${var.account_id}:${var.application}-failover"

  databases = {
    writer  = "arn:aws:rds:${var.regions.primary}:${var.account_id}:db:${var.application}"
    replica = "arn:aws:rds:${var.regions.standby}:${var.account_id}:db:${var.application}-replica"
  }

  zip = { for function in ["intake", "conductor", "notify", "gate", "probe", "runbook", "readiness"] : function => "${var.packages}/${function}.zip" }

  # What every Region is told the same.
  everywhere = {
    account_id   = var.account_id
    regions      = var.regions
    applications = [var.application]
    alarms       = [local.alarm]
    databases    = values(local.databases)
  }
}

module "state" {
  source    = "../../modules/state"
  providers = { aws = aws.standby }

  standby             = var.regions.standby
  deletion_protection = var.deletion_protection
}

module "understudy_standby" {
  source    = "../../modules/region"
  providers = { aws = aws.standby }

  role                = "standby"
  account_id          = local.everywhere.account_id
  regions             = local.everywhere.regions
  applications        = local.everywhere.applications
  alarms              = local.everywhere.alarms
  databases           = local.everywhere.databases
  table               = module.state.table
  packages            = local.zip
  runbook_callers     = var.approvers
  page_topic_arn      = "arn:aws:sns:${var.regions.standby}:${var.account_id}:${aws_sns_topic.pages_standby.name}"
  failover_topic_arns = [local.topic]
  log_retention_days  = var.log_retention_days

  # A Region that is neither the primary nor the probe's own.
  probe = { canaries = ["https://dynamodb.${var.regions.witness}.amazonaws.com/ping"] }
}

module "understudy_witness" {
  source    = "../../modules/region"
  providers = { aws = aws.witness }

  role                = "witness"
  account_id          = local.everywhere.account_id
  regions             = local.everywhere.regions
  applications        = local.everywhere.applications
  alarms              = local.everywhere.alarms
  databases           = local.everywhere.databases
  table               = lookup(module.state.nearest, var.regions.witness, module.state.table)
  packages            = { gate = local.zip.gate, probe = local.zip.probe }
  page_topic_arn      = "arn:aws:sns:${var.regions.witness}:${var.account_id}:${aws_sns_topic.pages_witness.name}"
  failover_topic_arns = [local.topic]
  log_retention_days  = var.log_retention_days

  probe = { canaries = ["https://dynamodb.${var.regions.standby}.amazonaws.com/ping"] }
}

module "understudy_primary" {
  source    = "../../modules/region"
  providers = { aws = aws.primary }

  role                = "primary"
  account_id          = local.everywhere.account_id
  regions             = local.everywhere.regions
  applications        = local.everywhere.applications
  alarms              = local.everywhere.alarms
  databases           = local.everywhere.databases
  table               = lookup(module.state.nearest, var.regions.primary, module.state.table)
  packages            = { gate = local.zip.gate }
  page_topic_arn      = "arn:aws:sns:${var.regions.primary}:${var.account_id}:${aws_sns_topic.pages_primary.name}"
  failover_topic_arns = [local.topic]
  log_retention_days  = var.log_retention_days
}
