data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = self.name == local.region
      error_message = "role: the module was given a provider of ${self.name}, and the ${var.role} Region is ${local.region}. Pass it providers = { aws = aws.${var.role} }."
    }
  }
}

data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == var.account_id
      error_message = "account_id: the provider is of account ${self.account_id}, and ${var.account_id} was asked for. Use credentials of that account."
    }
  }
}

locals {
  region    = var.regions[var.role]
  partition = split(":", var.table.arn)[1]

  standby      = var.role == "standby"
  table_region = split(":", var.table.arn)[3]

  # The only partition keys that the functions have business with.
  records   = [for application in sort(var.applications) : "app#${application}"]
  looks     = [for application in sort(var.applications) : "readiness#${application}"]
  incidents = [for application in sort(var.applications) : "incident#${application}"]

  # Written out and not read from the resources, so that every policy can be read in the plan, before anything is made.
  dead_letters_arn = "arn:${local.partition}:sqs:${local.region}:${var.account_id}:${var.name}-dead-letters"
  log_group_arns   = { for name in keys(local.functions) : name => "arn:${local.partition}:logs:${local.region}:${var.account_id}:log-group:/aws/lambda/${var.name}-${name}" }
  function_arns    = { for name in keys(local.functions) : name => "arn:${local.partition}:lambda:${local.region}:${var.account_id}:function:${var.name}-${name}" }

  own_alarms    = local.standby ? var.alarms : [for alarm in var.alarms : alarm if split(":", alarm)[3] == local.region]
  own_databases = local.standby ? var.databases : [for database in var.databases : database if split(":", database)[3] == local.region]

  ticks = local.standby ? {
    for tick in setproduct(["conductor", "notify"], var.applications) : "${tick[0]}-${tick[1]}" => {
      function    = tick[0]
      application = tick[1]
    }
  } : {}
}
