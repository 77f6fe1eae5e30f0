# CloudFront. What may write goes to the write name and to nothing else, which moves when the latch does. An origin group
# is for files alone: it is used only by a behaviour that targets the group, and only for GET, HEAD and OPTIONS, so that
# writes would fail where reads are well.

data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = self.name == "us-east-1"
      error_message = "providers: the module was given a provider of ${self.name}, and CloudFront takes certificates of us-east-1 alone. Pass it providers = { aws = aws.edge }."
    }
  }
}

locals {
  # AWS's own policies, whose ids are the same everywhere.
  caching_disabled               = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  caching_optimized              = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  all_viewer_except_host         = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
  security_headers               = "67f7725c-6f97-4210-82d7-5512b31e9d03"
  everything                     = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
  reading                        = ["GET", "HEAD", "OPTIONS"]
  balancers                      = { write = var.origins.write, read = var.origins.read }
  statuses_that_go_to_the_second = [403, 404, 500, 502, 503, 504]
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.site.name
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "proof" {
  zone_id         = var.site.zone_id
  name            = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_name if option.domain_name == var.site.name])
  type            = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_type if option.domain_name == var.site.name])
  records         = [for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_value if option.domain_name == var.site.name]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.proof.fqdn]
}

resource "aws_cloudfront_origin_access_control" "files" {
  name                              = "${var.name}-files"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_68: a firewall is the owner's choice
  #checkov:skip=CKV2_AWS_47: a firewall is the owner's choice
  #checkov:skip=CKV_AWS_86: access logs are the owner's choice, and want a bucket of their own
  #checkov:skip=CKV_AWS_305: the application answers the root itself
  #checkov:skip=CKV_AWS_374: who may not visit is the owner's choice
  #checkov:skip=CKV_AWS_310: an origin group cannot fail over writes; the write name does, and files have a group
  #checkov:skip=CKV2_AWS_32: every behaviour has AWS's policy of security headers, which this check does not see; a test does
  enabled         = true
  comment         = var.name
  aliases         = [var.site.name]
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = "PriceClass_100"

  dynamic "origin" {
    for_each = local.balancers

    content {
      origin_id   = origin.key
      domain_name = origin.value

      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
      }
    }
  }

  dynamic "origin" {
    for_each = var.origins.files

    content {
      origin_id                = "files-${origin.key}"
      domain_name              = origin.value
      origin_access_control_id = aws_cloudfront_origin_access_control.files.id
    }
  }

  origin_group {
    origin_id = "files"

    failover_criteria {
      status_codes = local.statuses_that_go_to_the_second
    }

    member {
      origin_id = "files-primary"
    }

    member {
      origin_id = "files-standby"
    }
  }

  default_cache_behavior {
    target_origin_id           = "write"
    allowed_methods            = local.everything
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    compress                   = true
    cache_policy_id            = local.caching_disabled
    origin_request_policy_id   = local.all_viewer_except_host
    response_headers_policy_id = local.security_headers
  }

  ordered_cache_behavior {
    path_pattern               = "/read/*"
    target_origin_id           = "read"
    allowed_methods            = local.reading
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    compress                   = true
    cache_policy_id            = local.caching_disabled
    origin_request_policy_id   = local.all_viewer_except_host
    response_headers_policy_id = local.security_headers
  }

  ordered_cache_behavior {
    path_pattern               = "/files/*"
    target_origin_id           = "files"
    allowed_methods            = local.reading
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    compress                   = true
    cache_policy_id            = local.caching_optimized
    response_headers_policy_id = local.security_headers
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.this.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
}

resource "aws_route53_record" "site" {
  for_each = toset(["A", "AAAA"])

  zone_id = var.site.zone_id
  name    = var.site.name
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
