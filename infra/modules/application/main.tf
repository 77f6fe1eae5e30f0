locals {
  # What was validated. That it is of the file as it stands, variable document sees to.
  app = jsondecode(file(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json"))))

  partition = split(":", var.table.arn)[1]
  standby   = local.app.regions.standby
  regions   = distinct(compact([local.app.regions.primary, local.standby, try(local.app.regions.witness, null)]))
  topic_arn = local.app.topic

  witness = coalesce(try(local.app.regions.witness, null), local.standby)
}

data "aws_region" "primary" {
  provider = aws.primary

  lifecycle {
    postcondition {
      condition     = self.name == local.app.regions.primary
      error_message = "providers: aws.primary is of ${self.name}, and the primary Region of ${var.file} is ${local.app.regions.primary}. Pass the provider of that Region."
    }
  }
}

data "aws_region" "standby" {
  provider = aws.standby

  lifecycle {
    postcondition {
      condition     = self.name == local.standby
      error_message = "providers: aws.standby is of ${self.name}, and the standby Region of ${var.file} is ${local.standby}. Pass the provider of that Region."
    }
  }
}

data "aws_region" "witness" {
  provider = aws.witness

  lifecycle {
    postcondition {
      condition     = self.name == local.witness
      error_message = "providers: aws.witness is of ${self.name}, and ${local.witness} of ${var.file} is wanted. Pass the provider of the witness, or the standby's where there is none."
    }
  }
}

data "aws_caller_identity" "primary" {
  provider = aws.primary

  lifecycle {
    postcondition {
      condition     = self.account_id == var.account_id
      error_message = "account_id: aws.primary is of account ${self.account_id}, and ${var.account_id} was asked for. Use credentials of that account."
    }
  }
}

data "aws_caller_identity" "standby" {
  provider = aws.standby

  lifecycle {
    postcondition {
      condition     = self.account_id == var.account_id
      error_message = "account_id: aws.standby is of account ${self.account_id}, and ${var.account_id} was asked for. Use credentials of that account."
    }
  }
}

data "aws_caller_identity" "witness" {
  provider = aws.witness

  lifecycle {
    postcondition {
      condition     = self.account_id == var.account_id
      error_message = "account_id: aws.witness is of account ${self.account_id}, and ${var.account_id} was asked for. Use credentials of that account."
    }
  }
}
