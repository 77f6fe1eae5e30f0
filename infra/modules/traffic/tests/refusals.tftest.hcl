mock_provider "aws" {
  mock_data "aws_route53_zone" {
    defaults = { name = "example.com" }
  }
}

override_data {
  target = data.aws_route53_zone.private[0]
  values = { name = "orders.internal", zone_id = "Z9999999999ABCDEFGHIJ" }
}

variables {
  file    = "../application/tests/orders.toml"
  records = true

  endpoint_checks = {
    us-east-1 = { path = "/health" }
    us-west-2 = { path = "/health", text = "database: ok" }
  }

  database = {
    zone_id = "Z9999999999ABCDEFGHIJ"
    name    = "writer.orders.internal"
    endpoints = {
      us-east-1 = "orders.aaaaaaaa.us-east-1.rds.amazonaws.com"
      us-west-2 = "orders-replica.bbbbbbbb.us-west-2.rds.amazonaws.com"
    }
  }
}

run "a_file_that_is_not_there_is_refused" {
  command = plan

  variables {
    file     = "tests/none.toml"
    document = "../application/tests/orders.json"
  }

  expect_failures = [var.file]
}

run "a_file_that_nobody_has_validated_is_refused" {
  command = plan

  variables {
    document = "tests/none.json"
  }

  expect_failures = [var.document]
}

run "a_file_that_was_changed_and_not_validated_again_is_refused" {
  command = plan

  variables {
    file     = "main.tf"
    document = "../application/tests/orders.json"
  }

  expect_failures = [var.document]
}

run "a_file_without_names_is_refused" {
  command = plan

  variables {
    file = "tests/nameless.toml"
  }

  expect_failures = [var.document]
}

run "a_gate_too_few_is_refused" {
  command = plan

  variables {
    file = "tests/few-gates.toml"
  }

  expect_failures = [data.aws_route53_zone.public]
}

run "one_endpoint_in_two_regions_is_refused" {
  command = plan

  variables {
    file = "tests/overlapping.toml"
  }

  expect_failures = [data.aws_route53_zone.public]
}

run "an_endpoint_that_is_not_checked_is_refused" {
  command = plan

  variables {
    endpoint_checks = { us-east-1 = { path = "/health" } }
  }

  expect_failures = [var.endpoint_checks]
}

run "a_path_without_a_slash_is_refused" {
  command = plan

  variables {
    endpoint_checks = { us-east-1 = { path = "health" }, us-west-2 = { path = "/health" } }
  }

  expect_failures = [var.endpoint_checks]
}

run "a_port_that_is_none_is_refused" {
  command = plan

  variables {
    endpoint_checks = { us-east-1 = { path = "/", port = 0 }, us-west-2 = { path = "/" } }
  }

  expect_failures = [var.endpoint_checks]
}

run "aliases_of_some_regions_are_refused" {
  command = plan

  variables {
    aliases = { us-east-1 = "Z35SXDOTRQ7X7K" }
  }

  expect_failures = [var.aliases]
}

run "an_alias_without_a_zone_is_refused" {
  command = plan

  variables {
    aliases = { us-east-1 = "east", us-west-2 = "Z1H1FL5HABSF5" }
  }

  expect_failures = [var.aliases]
}

run "a_ttl_of_more_than_a_minute_is_refused" {
  command = plan

  variables {
    ttl = 300
  }

  expect_failures = [var.ttl]
}

run "a_database_in_a_third_region_is_refused" {
  command = plan

  variables {
    database = { zone_id = "Z9999999999ABCDEFGHIJ", name = "writer.orders.internal", endpoints = { us-east-1 = "a.example.org", us-east-2 = "b.example.org" } }
  }

  expect_failures = [var.database]
}

run "a_database_with_a_port_is_refused" {
  command = plan

  variables {
    database = { zone_id = "Z9999999999ABCDEFGHIJ", name = "writer.orders.internal", endpoints = { us-east-1 = "a.example.org:5432", us-west-2 = "b.example.org" } }
  }

  expect_failures = [var.database]
}

run "a_database_under_the_write_name_is_refused" {
  command = plan

  variables {
    database = { zone_id = "Z9999999999ABCDEFGHIJ", name = "orders.example.com", endpoints = { us-east-1 = "a.example.org", us-west-2 = "b.example.org" } }
  }

  expect_failures = [var.database]
}

run "names_outside_of_the_zone_are_refused" {
  command = plan

  override_data {
    target = data.aws_route53_zone.public
    values = { name = "example.org" }
  }

  expect_failures = [data.aws_route53_zone.public]
}

run "a_zone_that_only_ends_alike_is_refused" {
  command = plan

  override_data {
    target = data.aws_route53_zone.public
    values = { name = "ders.example.com" }
  }

  expect_failures = [data.aws_route53_zone.public]
}

run "the_zone_itself_as_a_cname_is_refused" {
  command = plan

  override_data {
    target = data.aws_route53_zone.public
    values = { name = "orders.example.com" }
  }

  expect_failures = [data.aws_route53_zone.public]
}

run "a_database_outside_of_its_zone_is_refused" {
  command = plan

  override_data {
    target = data.aws_route53_zone.private[0]
    values = { name = "billing.internal" }
  }

  expect_failures = [data.aws_route53_zone.private]
}
