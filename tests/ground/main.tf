# An application in three Regions, as its owner would call the modules, with every endpoint on the local cloud.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6.0"
    }
  }
}

variable "endpoint" {
  description = "URL of the local cloud."
  type        = string
}

variable "packages" {
  description = "Folder of the functions' zip files."
  type        = string
}

variable "file" {
  description = "The application file. What was printed of it is beside it."
  type        = string
}

variable "protected" {
  description = "Whether the table may not be deleted."
  type        = bool
  default     = true
}

variable "records" {
  description = "As module `traffic` takes it."
  type        = bool
  default     = true
}

locals {
  account_id = "123456789012"
  app        = jsondecode(file(replace(var.file, "/\\.toml$/", ".json")))
  regions    = local.app.regions

  gate     = { gate = "${var.packages}/gate.zip" }
  packages = { for name in ["intake", "conductor", "notify", "gate", "runbook", "readiness"] : name => "${var.packages}/${name}.zip" }

  common = {
    account_id   = local.account_id
    regions      = local.regions
    applications = [local.app.application]
    architecture = "x86_64"
    alarms       = values(local.app.alarms)
    databases    = [local.app.database.writer, local.app.database.replica]
  }
}

module "state" {
  source    = "../../infra/modules/state"
  providers = { aws = aws.standby }

  standby             = local.regions.standby
  deletion_protection = var.protected
}

resource "aws_sns_topic" "pages_primary" {
  provider = aws.primary
  name     = "understudy-pages"
}

resource "aws_sns_topic" "pages_standby" {
  provider = aws.standby
  name     = "understudy-pages"
}

resource "aws_sns_topic" "pages_witness" {
  provider = aws.witness
  name     = "understudy-pages"
}

module "primary" {
  source    = "../../infra/modules/region"
  providers = { aws = aws.primary }

  role           = "primary"
  account_id     = local.common.account_id
  regions        = local.common.regions
  applications   = local.common.applications
  architecture   = local.common.architecture
  alarms         = local.common.alarms
  databases      = local.common.databases
  table          = module.state.table
  packages       = local.gate
  page_topic_arn = aws_sns_topic.pages_primary.arn
}

module "witness" {
  source    = "../../infra/modules/region"
  providers = { aws = aws.witness }

  role           = "witness"
  account_id     = local.common.account_id
  regions        = local.common.regions
  applications   = local.common.applications
  architecture   = local.common.architecture
  alarms         = local.common.alarms
  databases      = local.common.databases
  table          = module.state.table
  packages       = local.gate
  page_topic_arn = aws_sns_topic.pages_witness.arn
}

module "standby" {
  source    = "../../infra/modules/region"
  providers = { aws = aws.standby }

  role                = "standby"
  account_id          = local.common.account_id
  regions             = local.common.regions
  applications        = local.common.applications
  architecture        = local.common.architecture
  alarms              = local.common.alarms
  databases           = local.common.databases
  table               = module.state.table
  packages            = local.packages
  runbook_callers     = ["arn:aws:iam::${local.account_id}:user/ann"]
  page_topic_arn      = aws_sns_topic.pages_standby.arn
  failover_topic_arns = [local.app.topic]
}

module "application" {
  source    = "../../infra/modules/application"
  providers = { aws.primary = aws.primary, aws.standby = aws.standby, aws.witness = aws.witness }

  file       = var.file
  account_id = local.account_id
  table      = module.state.table
  roles      = { for function in ["conductor", "notify", "readiness"] : function => module.standby.role_names[function] }

  alarms = {
    for voter in keys(local.app.alarms) : voter => {
      namespace           = "Orders"
      metric_name         = "Healthy"
      dimensions          = { Voter = voter }
      statistic           = "Minimum"
      comparison_operator = "LessThanThreshold"
      threshold           = 1
    }
  }
}

module "traffic" {
  source    = "../../infra/modules/traffic"
  providers = { aws = aws.standby }

  file    = var.file
  records = var.records
}

module "automation" {
  source    = "../../infra/modules/automation"
  providers = { aws = aws.standby }

  account_id   = local.account_id
  runbook_arn  = module.standby.function_arns["runbook"]
  applications = [local.app.application]
}

output "policy_command" {
  value = module.application.policy_command
}

output "gates" {
  value = {
    (local.regions.primary) = module.primary.gate_url
    (local.regions.standby) = module.standby.gate_url
    (local.regions.witness) = module.witness.gate_url
  }
}

output "document" {
  value = module.automation.document
}
