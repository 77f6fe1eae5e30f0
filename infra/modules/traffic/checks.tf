# Route 53's checkers ask the gates from outside, so that no record is ever edited in a failover. Their default is all
# eight Regions: no Region's loss takes the vote of more than one of them.

locals {
  latches = merge([
    for region in local.guarded : {
      for gate, url in local.traffic.gates : "${region}-by-${gate}" => {
        guarded = region
        host    = split("/", trimprefix(url, "https://"))[0]
      } if gate != region
    }
  ]...)
}

# Inverted: 200 says latched. So a gate that is away moves nothing.
resource "aws_route53_health_check" "latch" {
  for_each = local.latches

  type               = "HTTPS"
  fqdn               = each.value.host
  port               = 443
  resource_path      = "/latch/${local.app.application}/${each.value.guarded}"
  request_interval   = 10
  failure_threshold  = 3
  invert_healthcheck = true
  enable_sni         = true

  tags = { Name = "${local.app.application} ${each.key}" }
}

# One gate that says latched is enough, and needs to be: all of them must be well.
resource "aws_route53_health_check" "latches" {
  for_each = toset(local.guarded)

  type                   = "CALCULATED"
  child_healthchecks     = [for key, latch in local.latches : aws_route53_health_check.latch[key].id if latch.guarded == each.key]
  child_health_threshold = length([for latch in local.latches : latch if latch.guarded == each.key])

  tags = { Name = "${local.app.application} ${each.key} not latched" }
}

resource "aws_route53_health_check" "endpoint" {
  for_each = toset(local.readable)

  type              = var.endpoint_checks[each.key].text == null ? "HTTPS" : "HTTPS_STR_MATCH"
  fqdn              = local.traffic.endpoints[each.key]
  port              = var.endpoint_checks[each.key].port
  resource_path     = var.endpoint_checks[each.key].path
  search_string     = var.endpoint_checks[each.key].text
  request_interval  = 10
  failure_threshold = 3
  enable_sni        = true

  tags = { Name = "${local.app.application} ${each.key} endpoint" }
}

resource "aws_route53_health_check" "readable" {
  for_each = toset(local.readable)

  type                   = "CALCULATED"
  child_healthchecks     = [aws_route53_health_check.endpoint[each.key].id, aws_route53_health_check.latches[each.key].id]
  child_health_threshold = 2

  tags = { Name = "${local.app.application} ${each.key} readable" }
}
