resource "aws_s3_bucket_replication_configuration" "to_standby" {
  provider = aws.primary
  bucket   = aws_s3_bucket.primary.id
  role     = aws_iam_role.replication.arn

  rule {
    id     = "to-standby"
    status = "Enabled"
    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      replica_modifications {
        status = "Enabled"
      }
    }

    destination {
      bucket        = aws_s3_bucket.standby.arn
      storage_class = "STANDARD"
    }
  }

  # S3 refuses while either bucket has no versions.
  depends_on = [aws_s3_bucket_versioning.primary, aws_s3_bucket_versioning.standby]
}

resource "aws_s3_bucket_replication_configuration" "to_primary" {
  provider = aws.standby
  bucket   = aws_s3_bucket.standby.id
  role     = aws_iam_role.replication.arn

  rule {
    id     = "to-primary"
    status = "Enabled"
    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      replica_modifications {
        status = "Enabled"
      }
    }

    destination {
      bucket        = aws_s3_bucket.primary.arn
      storage_class = "STANDARD"
    }
  }

  depends_on = [aws_s3_bucket_versioning.primary, aws_s3_bucket_versioning.standby]
}

data "aws_caller_identity" "current" {
  provider = aws.primary
}

data "aws_iam_policy_document" "assume" {
  provider = aws.primary

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "replication" {
  provider           = aws.primary
  name               = var.role_name
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "replication" {
  provider = aws.primary

  statement {
    sid       = "Buckets"
    actions   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
    resources = [for bucket in local.buckets : bucket.arn]
  }

  statement {
    sid = "Objects"
    actions = [
      "s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging",
      "s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags",
    ]
    resources = [for bucket in local.buckets : "${bucket.arn}/*"]
  }
}

resource "aws_iam_role_policy" "replication" {
  provider = aws.primary
  name     = "replicate"
  role     = aws_iam_role.replication.id
  policy   = data.aws_iam_policy_document.replication.json
}

data "aws_iam_policy_document" "bucket" {
  for_each = local.buckets
  provider = aws.primary

  statement {
    sid       = "OneDistributionReads"
    actions   = ["s3:GetObject"]
    resources = ["${each.value.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [var.readers]
    }
  }

  statement {
    sid       = "NothingInTheClear"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value.arn, "${each.value.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "primary" {
  provider = aws.primary
  bucket   = aws_s3_bucket.primary.id
  policy   = data.aws_iam_policy_document.bucket["primary"].json
}

resource "aws_s3_bucket_policy" "standby" {
  provider = aws.standby
  bucket   = aws_s3_bucket.standby.id
  policy   = data.aws_iam_policy_document.bucket["standby"].json
}
