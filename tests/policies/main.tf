# The roles of a whole deployment, planned and never applied: for their policy documents, which the provider writes
# without a call. Who calls it has to ask, and asks the local cloud.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6.0"
    }
  }
}

variable "endpoint" {
  description = "The local cloud."
  type        = string
}

variable "file" {
  description = "The application file."
  type        = string
}

variable "document" {
  description = "What `understudy app show FILE --format terraform` prints of it."
  type        = string
}

variable "replica" {
  description = "The replica that is rebuilt in the primary Region."
  type        = string
}

provider "aws" {
  alias                       = "primary"
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  endpoints {
    sts = var.endpoint
  }
}

provider "aws" {
  alias                       = "standby"
  region                      = "us-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  endpoints {
    sts = var.endpoint
  }
}

provider "aws" {
  alias                       = "witness"
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  endpoints {
    sts = var.endpoint
  }
}

locals {
  account_id = "123456789012"
  regions    = { primary = "us-east-1", standby = "us-west-2", witness = "us-east-2" }
  stand_in   = "${path.module}/../../infra/modules/region/tests/stand-in.zip"

  table = {
    name       = "understudy"
    arn        = "arn:aws:dynamodb:us-west-2:123456789012:table/understudy"
    stream_arn = "arn:aws:dynamodb:us-west-2:123456789012:table/understudy/stream/2026-11-01T00:00:00.000"
  }
}

module "standby" {
  source    = "../../infra/modules/region"
  providers = { aws = aws.standby }

  role           = "standby"
  regions        = local.regions
  account_id     = local.account_id
  table          = local.table
  applications   = [module.orders.application]
  alarms         = module.orders.alarm_arns
  databases      = module.orders.database_arns
  page_topic_arn = "arn:aws:sns:us-west-2:123456789012:understudy-itself"
  packages       = { intake = local.stand_in, conductor = local.stand_in, notify = local.stand_in, gate = local.stand_in }
}

module "witness" {
  source    = "../../infra/modules/region"
  providers = { aws = aws.witness }

  role           = "witness"
  regions        = local.regions
  account_id     = local.account_id
  table          = local.table
  applications   = [module.orders.application]
  alarms         = module.orders.alarm_arns
  page_topic_arn = "arn:aws:sns:us-east-2:123456789012:understudy-itself"
  packages       = { gate = local.stand_in, probe = local.stand_in }
  probe          = { canaries = ["https://dynamodb.us-east-2.amazonaws.com/ping"] }
}

module "orders" {
  source    = "../../infra/modules/application"
  providers = { aws.primary = aws.primary, aws.standby = aws.standby, aws.witness = aws.witness }

  file       = var.file
  document   = var.document
  account_id = local.account_id
  table      = { name = local.table.name, arn = local.table.arn }
  # Written out: the roles' module takes the application's name and alarms from here.
  roles = { conductor = "understudy-conductor-us-west-2", notify = "understudy-notify-us-west-2" }

  rebuild = {
    replicas      = [var.replica]
    subnet_groups = ["arn:aws:rds:us-east-1:123456789012:subgrp:orders"]
  }
}

output "policies" {
  description = "By function process, as the request log names it: the documents of its role."
  value = merge(
    { for name, json in module.standby.policies : name => compact([json, lookup(module.orders.policies, name, "")]) },
    { for name, json in module.witness.policies : "${name}-${local.regions.witness}" => [json] },
  )
}
