# Where people are told. Alarms on Understudy itself page through another one.

resource "aws_sns_topic" "this" {
  provider = aws.standby

  name              = split(":", local.topic_arn)[5]
  kms_master_key_id = coalesce(var.topic.kms_key_arn, "alias/aws/sns")

  lifecycle {
    precondition {
      condition     = split(":", local.topic_arn)[3] == local.standby && split(":", local.topic_arn)[4] == var.account_id
      error_message = "notification.topic: ${local.topic_arn} of ${var.file} is not in the standby Region ${local.standby} of account ${var.account_id}, where notify publishes and this module makes it. Correct it in the file."
    }
  }
}

data "aws_iam_policy_document" "topic" {
  provider = aws.standby

  statement {
    sid       = "Notify"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "AWS"
      identifiers = [for role in compact([var.roles.notify, var.roles.readiness]) : "arn:${local.partition}:iam::${var.account_id}:role/${role}"]
    }
  }

  # Whoever else may publish has to be of this account: whatever is read here looks like Understudy's own word.
  statement {
    sid       = "NobodyElses"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "NothingInTheClear"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  provider = aws.standby

  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.topic.json
}

resource "aws_sns_topic_subscription" "this" {
  provider = aws.standby
  for_each = var.topic.subscriptions

  topic_arn = aws_sns_topic.this.arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint

  # The signature of what is delivered is over the message, and a program reads it as it was published.
  raw_message_delivery = each.value.protocol == "sqs"
}
