data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = self.name == var.standby
      error_message = "standby: the module was given a provider of ${self.name}, and the table belongs in ${var.standby}. Pass it providers = { aws = aws.standby }."
    }
  }
}

resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_119: a key of one's own is one more thing that can be disabled, denied or throttled in a failover
  count = var.adopt == null ? 1 : 0

  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  # No replica block, ever: this provider makes eventually consistent global tables only, in which two Regions can
  # both win a conditional write. The functions refuse one at start.

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  deletion_protection_enabled = var.deletion_protection

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}

# Terraform deletes the item of a module call that is taken out of the configuration, whatever its lifecycle says, and
# the latch with it. No function deletes anything; whoever gives an application up deletes the table, or this policy first.
data "aws_iam_policy_document" "records_stay" {
  count = var.adopt == null ? 1 : 0

  statement {
    sid       = "RecordsStay"
    effect    = "Deny"
    actions   = ["dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:PartiQLDelete"]
    resources = [aws_dynamodb_table.this[0].arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "ForAnyValue:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["app#*"]
    }
  }
}

resource "aws_dynamodb_resource_policy" "records_stay" {
  count = var.adopt == null ? 1 : 0

  resource_arn = aws_dynamodb_table.this[0].arn
  policy       = data.aws_iam_policy_document.records_stay[0].json
}

# Whether it is strongly consistent this data source does not tell. The functions ask for it at start, and refuse.
data "aws_dynamodb_table" "adopted" {
  count = var.adopt == null ? 0 : 1

  name = var.name

  lifecycle {
    postcondition {
      condition     = self.hash_key == "pk" && self.range_key == "sk"
      error_message = "adopt: the key of table ${var.name} is ${self.hash_key}, ${self.range_key}, and pk, sk is needed. Create it as infra/README.md says."
    }

    postcondition {
      condition     = self.stream_enabled && self.stream_view_type == "NEW_AND_OLD_IMAGES"
      error_message = "adopt: table ${var.name} has no stream of new and old images, so nothing wakes the conductor. Enable it as infra/README.md says."
    }

    postcondition {
      condition = alltrue([
        for region in setsubtract(var.adopt.replicas, [var.standby]) :
        contains([for replica in self.replica : replica.region_name], region)
      ])
      error_message = "adopt.replicas: table ${var.name} has no replica in one of ${join(", ", var.adopt.replicas)}. Correct adopt, or create the replica as infra/README.md says."
    }
  }
}

locals {
  table = var.adopt == null ? aws_dynamodb_table.this[0] : data.aws_dynamodb_table.adopted[0]

  copies = var.adopt == null ? toset([var.standby]) : var.adopt.replicas
}
