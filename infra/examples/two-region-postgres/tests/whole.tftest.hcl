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

override_resource {
  target = module.network_primary.aws_security_group.fence
  values = { id = "sg-0123456789abcdef0" }
}

override_resource {
  target = module.network_standby.aws_security_group.fence
  values = { id = "sg-0fedcba9876543210" }
}

override_resource {
  target = module.network_primary.aws_security_group.tasks
  values = { id = "sg-0aaaaaaaaaaaaaaa1" }
}

override_resource {
  target = module.network_standby.aws_security_group.tasks
  values = { id = "sg-0bbbbbbbbbbbbbbb2" }
}

override_resource {
  target = module.edge.aws_cloudfront_distribution.this
  values = { id = "E1A2B3C4D5E6F7", arn = "arn:aws:cloudfront::111122223333:distribution/E1A2B3C4D5E6F7" }
}

variables {
  account_id = "111122223333"
  names      = { zone = "example.com", write = "orders.example.com", read = "read.orders.example.com", site = "shop.example.com" }
  image      = "111122223333.dkr.ecr.us-west-2.amazonaws.com/orders@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  approvers  = ["arn:aws:iam::111122223333:role/orders-oncall", "arn:aws:iam::111122223333:role/orders-lead"]
  pages      = "oncall@example.com"
  packages   = "tests/packages"
  mode       = "approve"

  database_password = "standinstandinstandinstandin"
}

# What is compared to is validated by the command line's own tests.
run "the_application_file_is_filled_in" {
  command = apply

  assert {
    condition     = output.application_file == file("tests/orders.toml")
    error_message = "the file differs from tests/orders.toml, which is known to be valid"
  }
}

run "the_names_follow_the_latch_of_both_regions_and_so_does_the_databases" {
  command = plan

  variables {
    stage            = "records"
    application_file = "tests/orders.toml"
  }

  override_data {
    target = module.traffic[0].data.aws_route53_zone.private[0]
    values = { zone_id = "Z0PRIVATE", name = "orders.internal" }
  }

  assert {
    condition     = module.traffic[0].write_name == "orders.example.com" && module.traffic[0].read_name == "read.orders.example.com"
    error_message = "clients use other names than those that move"
  }

  assert {
    condition     = module.traffic[0].database_name == "writer.orders.internal" && output.writer == module.traffic[0].database_name
    error_message = "tasks ask for another name than the one that follows the latch"
  }

  assert {
    condition     = toset(keys(module.traffic[0].latch_checks)) == toset(["us-east-1", "us-west-2"])
    error_message = "a Region cannot be latched off"
  }
}

run "every_region_is_told_of_what_the_application_file_names" {
  command = plan

  variables {
    stage            = "checks"
    application_file = "tests/orders.toml"
  }

  override_data {
    target = module.traffic[0].data.aws_route53_zone.private[0]
    values = { zone_id = "Z0PRIVATE", name = "orders.internal" }
  }

  assert {
    condition     = module.application[0].alarm_arns == toset(local.everywhere.alarms)
    error_message = "an alarm is forwarded that nobody votes by, or a voter's alarm is not"
  }

  assert {
    condition     = module.application[0].topic_arn == local.topic && module.application[0].database_arns == toset(values(local.databases))
    error_message = "the functions look at another topic or database"
  }

  assert {
    condition     = module.traffic[0].database_name == null
    error_message = "records are made with the checks, and writes begin at the standby"
  }
}

# Both VPCs see the zone: tasks of the standby ask for the writer too.
run "the_private_zone_is_seen_from_both_regions" {
  command = plan

  assert {
    condition     = toset([for vpc in aws_route53_zone.private.vpc : vpc.vpc_region]) == toset(["us-east-1", "us-west-2"])
    error_message = "a Region does not know the database's writer by its name"
  }
}
