# Who is told of trouble with Understudy itself, in each Region: an alarm pages through its own Region's topic alone. None
# of these is the topic that failovers are told by.

resource "aws_sns_topic" "pages_primary" {
  #checkov:skip=CKV_AWS_26: alarms cannot publish under the account's default key, and a key of one's own can be disabled
  provider = aws.primary
  name     = "${var.application}-understudy-itself"
}

resource "aws_sns_topic" "pages_standby" {
  #checkov:skip=CKV_AWS_26: alarms cannot publish under the account's default key, and a key of one's own can be disabled
  provider = aws.standby
  name     = "${var.application}-understudy-itself"
}

resource "aws_sns_topic" "pages_witness" {
  #checkov:skip=CKV_AWS_26: alarms cannot publish under the account's default key, and a key of one's own can be disabled
  provider = aws.witness
  name     = "${var.application}-understudy-itself"
}

resource "aws_sns_topic_subscription" "pages_primary" {
  provider  = aws.primary
  topic_arn = aws_sns_topic.pages_primary.arn
  protocol  = "email"
  endpoint  = var.pages
}

resource "aws_sns_topic_subscription" "pages_standby" {
  provider  = aws.standby
  topic_arn = aws_sns_topic.pages_standby.arn
  protocol  = "email"
  endpoint  = var.pages
}

resource "aws_sns_topic_subscription" "pages_witness" {
  provider  = aws.witness
  topic_arn = aws_sns_topic.pages_witness.arn
  protocol  = "email"
  endpoint  = var.pages
}
