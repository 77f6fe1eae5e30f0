# Made once, a minute after their checks, and never edited.

locals {
  # An alias is of one type; whoever has IPv6 as well has it behind the same name.
  type = var.aliases == null ? "CNAME" : "A"

  writes = var.records ? {
    PRIMARY   = local.regions.primary
    SECONDARY = local.regions.standby
  } : {}
}

# The secondary has no check: it is always healthy, so that the two are never both unhealthy, which Route 53 takes for
# both healthy.
resource "aws_route53_record" "write" {
  for_each = local.writes

  zone_id        = data.aws_route53_zone.public.zone_id
  name           = local.traffic.write_name
  type           = local.type
  set_identifier = each.value

  ttl             = var.aliases == null ? var.ttl : null
  records         = var.aliases == null ? [local.traffic.endpoints[each.value]] : null
  health_check_id = each.key == "PRIMARY" ? aws_route53_health_check.latches[each.value].id : null

  failover_routing_policy {
    type = each.key
  }

  dynamic "alias" {
    for_each = var.aliases == null ? {} : { (each.value) = var.aliases[each.value] }

    content {
      name    = local.traffic.endpoints[alias.key]
      zone_id = alias.value
      # The endpoint's own health would move writes before the database has moved.
      evaluate_target_health = false
    }
  }
}

resource "aws_route53_record" "read" {
  for_each = var.records ? toset(local.readable) : toset([])

  zone_id        = data.aws_route53_zone.public.zone_id
  name           = local.read_name
  type           = local.type
  set_identifier = each.key

  ttl             = var.aliases == null ? var.ttl : null
  records         = var.aliases == null ? [local.traffic.endpoints[each.key]] : null
  health_check_id = aws_route53_health_check.readable[each.key].id

  latency_routing_policy {
    region = each.key
  }

  dynamic "alias" {
    for_each = var.aliases == null ? {} : { (each.key) = var.aliases[each.key] }

    content {
      name                   = local.traffic.endpoints[alias.key]
      zone_id                = alias.value
      evaluate_target_health = false
    }
  }
}

# The same latch moves the database's name, and nothing else does.
resource "aws_route53_record" "database" {
  for_each = var.database == null ? {} : local.writes

  zone_id        = data.aws_route53_zone.private[0].zone_id
  name           = var.database.name
  type           = "CNAME"
  set_identifier = each.value

  ttl             = var.ttl
  records         = [var.database.endpoints[each.value]]
  health_check_id = each.key == "PRIMARY" ? aws_route53_health_check.latches[each.value].id : null

  failover_routing_policy {
    type = each.key
  }
}
