# Files in both Regions, each bucket a copy of the other: what is written at the standby after a failover has to come home.

locals {
  buckets = { primary = aws_s3_bucket.primary, standby = aws_s3_bucket.standby }
}

resource "aws_s3_bucket" "primary" {
  #checkov:skip=CKV_AWS_18: access logs are the owner's choice, and want a bucket of their own
  #checkov:skip=CKV_AWS_145: encrypted by S3's own key: CloudFront reads without a key's policy, and replication needs no second key
  #checkov:skip=CKV2_AWS_62: nothing waits for events of these files
  provider = aws.primary

  bucket        = var.names.primary
  force_destroy = !var.keep
}

resource "aws_s3_bucket" "standby" {
  #checkov:skip=CKV_AWS_18: access logs are the owner's choice, and want a bucket of their own
  #checkov:skip=CKV_AWS_145: encrypted by S3's own key: CloudFront reads without a key's policy, and replication needs no second key
  #checkov:skip=CKV2_AWS_62: nothing waits for events of these files
  provider = aws.standby

  bucket        = var.names.standby
  force_destroy = !var.keep
}

# Both have versions, or S3 refuses to replicate.
resource "aws_s3_bucket_versioning" "primary" {
  provider = aws.primary
  bucket   = aws_s3_bucket.primary.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_versioning" "standby" {
  provider = aws.standby
  bucket   = aws_s3_bucket.standby.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "primary" {
  provider = aws.primary
  bucket   = aws_s3_bucket.primary.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_public_access_block" "standby" {
  provider = aws.standby
  bucket   = aws_s3_bucket.standby.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Versions that were replaced, and uploads that were never ended, are paid for until somebody removes them.
resource "aws_s3_bucket_lifecycle_configuration" "primary" {
  provider = aws.primary
  bucket   = aws_s3_bucket.primary.id

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "standby" {
  provider = aws.standby
  bucket   = aws_s3_bucket.standby.id

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
