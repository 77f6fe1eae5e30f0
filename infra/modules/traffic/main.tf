locals {
  # What was validated. That it is of the file as it stands, variable document sees to.
  app     = jsondecode(file(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json"))))
  regions = local.app.regions
  traffic = local.app.traffic

  read_name = try(local.traffic.read_name, null)
  readable  = local.read_name == null ? [] : keys(local.traffic.endpoints)

  # A Region that no name ever leaves needs no latch: the standby is where writes go.
  guarded = distinct(concat([local.regions.primary], local.readable))

  names = concat(compact([local.traffic.write_name, local.read_name]), values(local.traffic.endpoints))
}

data "aws_route53_zone" "public" {
  zone_id = local.traffic.hosted_zone

  lifecycle {
    precondition {
      condition = alltrue([
        for region in local.guarded : length([for gate in keys(local.traffic.gates) : gate if gate != region]) >= 2
      ])
      error_message = "traffic.gates: a Region of ${join(", ", local.guarded)} has fewer than two gates outside of it in ${var.file}: losing the last one after a failover leads writes back. Name three."
    }

    precondition {
      condition     = length(distinct(local.names)) == length(local.names)
      error_message = "traffic: two of ${join(", ", local.names)} are equal: names and endpoints overlap. Give each a name of its own in ${var.file}."
    }

    postcondition {
      condition     = self.private_zone != true
      error_message = "traffic.hosted_zone: ${local.traffic.hosted_zone} is a private zone, which clients cannot see. Name the public one."
    }

    postcondition {
      condition     = alltrue([for name in compact([local.traffic.write_name, local.read_name]) : endswith(name, ".${trimsuffix(self.name, ".")}") || name == trimsuffix(self.name, ".")])
      error_message = "traffic.hosted_zone: ${local.traffic.hosted_zone} is the zone of ${self.name}, and ${join(", ", compact([local.traffic.write_name, local.read_name]))} is not in it. Correct the zone or the names."
    }

    postcondition {
      condition     = var.aliases != null || !contains(compact([local.traffic.write_name, local.read_name]), trimsuffix(self.name, "."))
      error_message = "traffic: ${self.name} is the zone itself, which cannot be a CNAME. Use a name below it, or set aliases."
    }
  }
}

data "aws_route53_zone" "private" {
  count = var.database == null ? 0 : 1

  zone_id = var.database.zone_id

  lifecycle {
    postcondition {
      condition     = self.private_zone != false
      error_message = "database.zone_id: ${var.database.zone_id} is a public zone, and would tell everybody where the database is. Use a private one, associated with the networks of both Regions."
    }

    postcondition {
      condition     = endswith(var.database.name, ".${trimsuffix(self.name, ".")}")
      error_message = "database.name: ${var.database.name} is not in the zone of ${self.name}. Correct the name or the zone."
    }
  }
}
