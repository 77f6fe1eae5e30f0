mock_provider "aws" {
  alias  = "primary"
  source = "./tests/mocks/primary"
}

mock_provider "aws" {
  alias  = "standby"
  source = "./tests/mocks/standby"
}

mock_provider "aws" {
  alias  = "witness"
  source = "./tests/mocks/witness"
}

mock_provider "aws" {
  alias  = "edge"
  source = "./tests/mocks/edge"
}

variables {
  name = "orders"
  site = { name = "shop.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }

  origins = {
    write = "orders.example.com"
    read  = "read.orders.example.com"
    files = { primary = "east.s3.us-east-1.amazonaws.com", standby = "west.s3.us-west-2.amazonaws.com" }
  }

  names     = { primary = "orders-east-files", standby = "orders-west-files" }
  role_name = "orders-files"
  keep      = true
  readers   = "arn:aws:cloudfront::111122223333:distribution/AAAA"
}

run "what_may_write_goes_to_the_write_name_alone" {
  command = plan

  module {
    source = "./modules/edge"
  }

  providers = { aws = aws.edge }

  assert {
    condition = alltrue([
      for behaviour in concat(aws_cloudfront_distribution.this.default_cache_behavior, aws_cloudfront_distribution.this.ordered_cache_behavior) :
      behaviour.target_origin_id == "write" if length(setintersection(behaviour.allowed_methods, ["PUT", "POST", "PATCH", "DELETE"])) > 0
    ])
    error_message = "a write goes where the writer may not be"
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].target_origin_id == "write" && contains(aws_cloudfront_distribution.this.default_cache_behavior[0].allowed_methods, "POST")
    error_message = "nobody can write"
  }

  assert {
    condition     = one([for origin in aws_cloudfront_distribution.this.origin : origin.domain_name if origin.origin_id == "write"]) == "orders.example.com"
    error_message = "writes go past the name that Understudy moves"
  }
}

run "the_origin_group_is_used_and_only_for_what_it_fails_over" {
  command = plan

  module {
    source = "./modules/edge"
  }

  providers = { aws = aws.edge }

  assert {
    condition     = anytrue([for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.target_origin_id == one(aws_cloudfront_distribution.this.origin_group).origin_id])
    error_message = "no behaviour targets the group, so that it fails nothing over"
  }

  assert {
    condition = alltrue([
      for behaviour in concat(aws_cloudfront_distribution.this.default_cache_behavior, aws_cloudfront_distribution.this.ordered_cache_behavior) :
      length(setsubtract(behaviour.allowed_methods, ["GET", "HEAD", "OPTIONS"])) == 0 if behaviour.target_origin_id == one(aws_cloudfront_distribution.this.origin_group).origin_id
    ])
    error_message = "the group is given methods that it does not fail over"
  }

  assert {
    condition     = [for member in one(aws_cloudfront_distribution.this.origin_group).member : member.origin_id] == ["files-primary", "files-standby"]
    error_message = "the group is not the two buckets"
  }
}

run "the_edge_speaks_tls_under_a_certificate_of_us_east_1" {
  command = apply

  module {
    source = "./modules/edge"
  }

  providers = { aws = aws.edge }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].acm_certificate_arn == "arn:aws:acm:us-east-1:111122223333:certificate/edge"
    error_message = "viewers are shown another certificate"
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "https-only"
    error_message = "viewers are answered in the clear"
  }

  assert {
    condition = alltrue([
      for behaviour in concat(aws_cloudfront_distribution.this.default_cache_behavior, aws_cloudfront_distribution.this.ordered_cache_behavior) :
      behaviour.response_headers_policy_id == "67f7725c-6f97-4210-82d7-5512b31e9d03"
    ])
    error_message = "a behaviour answers without security headers"
  }
}

run "an_edge_in_another_region_is_refused" {
  command = plan

  module {
    source = "./modules/edge"
  }

  providers = { aws = aws.standby }

  expect_failures = [data.aws_region.current]
}

run "one_name_for_writes_and_reads_is_refused" {
  command = plan

  module {
    source = "./modules/edge"
  }

  providers = { aws = aws.edge }

  variables {
    origins = {
      write = "orders.example.com"
      read  = "orders.example.com"
      files = { primary = "east.s3.us-east-1.amazonaws.com", standby = "west.s3.us-west-2.amazonaws.com" }
    }
  }

  expect_failures = [var.origins]
}

run "both_buckets_have_versions_and_copy_to_each_other" {
  command = apply

  module {
    source = "./modules/files"
  }

  providers = {
    aws.primary = aws.primary
    aws.standby = aws.standby
  }

  override_resource {
    target = aws_s3_bucket.primary
    values = { arn = "arn:aws:s3:::orders-east-files" }
  }

  override_resource {
    target = aws_s3_bucket.standby
    values = { arn = "arn:aws:s3:::orders-west-files" }
  }

  assert {
    condition     = aws_s3_bucket_versioning.primary.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_versioning.standby.versioning_configuration[0].status == "Enabled"
    error_message = "a bucket has no versions, and S3 refuses to replicate"
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.to_standby.rule[0].destination[0].bucket == aws_s3_bucket.standby.arn && aws_s3_bucket_replication_configuration.to_standby.rule[0].status == "Enabled"
    error_message = "files do not reach the standby"
  }

  assert {
    condition = contains(flatten([
      for statement in data.aws_iam_policy_document.replication.statement : statement.actions if contains(statement.resources, "arn:aws:s3:::orders-west-files/*")
    ]), "s3:ReplicateObject")
    error_message = "the role may not replicate"
  }

  assert {
    condition = alltrue([
      for document in data.aws_iam_policy_document.bucket : one([
        for statement in document.statement : one(statement.condition).values if statement.sid == "OneDistributionReads"
      ]) == tolist(["arn:aws:cloudfront::111122223333:distribution/AAAA"])
    ])
    error_message = "any distribution may read"
  }

  assert {
    condition     = !aws_s3_bucket.primary.force_destroy && !aws_s3_bucket.standby.force_destroy
    error_message = "a destroy empties the buckets"
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.to_primary.rule[0].destination[0].bucket == aws_s3_bucket.primary.arn && aws_s3_bucket_replication_configuration.to_primary.rule[0].status == "Enabled"
    error_message = "what is written after a failover does not come home"
  }

  assert {
    condition = alltrue([
      for block in [aws_s3_bucket_public_access_block.primary, aws_s3_bucket_public_access_block.standby] :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "a bucket can be opened to everybody"
  }
}

run "equal_buckets_are_refused" {
  command = plan

  module {
    source = "./modules/files"
  }

  providers = {
    aws.primary = aws.primary
    aws.standby = aws.standby
  }

  variables {
    names = { primary = "orders-files", standby = "orders-files" }
  }

  expect_failures = [var.names]
}
