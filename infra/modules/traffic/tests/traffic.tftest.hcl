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

run "every_gate_outside_a_region_is_asked_for_its_latch_and_its_own_is_not" {
  command = plan

  assert {
    condition = { for key, check in aws_route53_health_check.latch : key => "https://${check.fqdn}${check.resource_path}" } == {
      us-east-1-by-us-east-2 = "https://bbbbbbbb.lambda-url.us-east-2.on.aws/latch/orders/us-east-1"
      us-east-1-by-us-west-2 = "https://cccccccc.lambda-url.us-west-2.on.aws/latch/orders/us-east-1"
      us-west-2-by-us-east-1 = "https://aaaaaaaa.lambda-url.us-east-1.on.aws/latch/orders/us-west-2"
      us-west-2-by-us-east-2 = "https://bbbbbbbb.lambda-url.us-east-2.on.aws/latch/orders/us-west-2"
    }
    error_message = "other latches are asked for"
  }
}

run "latches_are_inverted_and_fast_and_asked_from_everywhere" {
  command = plan

  assert {
    condition = alltrue([
      for check in aws_route53_health_check.latch :
      check.type == "HTTPS" && check.invert_healthcheck && check.request_interval == 10 && check.failure_threshold == 3 && check.enable_sni && check.regions == null
    ])
    error_message = "a latch is not checked as the gate answers"
  }
}

run "one_gate_that_says_latched_is_enough" {
  command = plan

  assert {
    condition     = alltrue([for check in aws_route53_health_check.latches : check.type == "CALCULATED" && check.child_health_threshold == 2 && check.invert_healthcheck != true])
    error_message = "a calculated check does not need all of its gates"
  }

  assert {
    condition     = alltrue([for check in aws_route53_health_check.readable : check.type == "CALCULATED" && check.child_health_threshold == 2])
    error_message = "reads go to a Region that is not well, or latched"
  }
}

run "writes_are_a_failover_pair_of_which_only_the_first_is_checked" {
  command = apply

  assert {
    condition = { for type, record in aws_route53_record.write : type => one(record.records) } == {
      PRIMARY   = "east.orders.example.com"
      SECONDARY = "west.orders.example.com"
    }
    error_message = "writes lead elsewhere"
  }

  assert {
    condition     = aws_route53_record.write["PRIMARY"].health_check_id == aws_route53_health_check.latches["us-east-1"].id && aws_route53_record.write["SECONDARY"].health_check_id == null
    error_message = "the primary has not the latch's check, or the secondary has one"
  }

  assert {
    condition     = alltrue([for record in concat(values(aws_route53_record.write), values(aws_route53_record.read), values(aws_route53_record.database)) : record.type == "CNAME" && record.ttl == 60])
    error_message = "an answer is kept for longer than a minute"
  }

  assert {
    condition     = alltrue([for region, check in aws_route53_health_check.latches : toset(check.child_healthchecks) == toset([for key, latch in aws_route53_health_check.latch : latch.id if startswith(key, region)])])
    error_message = "a calculated check is over other latches"
  }
}

run "reads_go_to_the_nearest_that_is_well_and_not_latched" {
  command = apply

  assert {
    condition     = { for region, record in aws_route53_record.read : region => record.latency_routing_policy[0].region } == { us-east-1 = "us-east-1", us-west-2 = "us-west-2" }
    error_message = "a Region has no latency record of its own"
  }

  assert {
    condition     = alltrue([for region, record in aws_route53_record.read : record.health_check_id == aws_route53_health_check.readable[region].id])
    error_message = "a read record has not the check of its Region"
  }

  assert {
    condition     = alltrue([for region, check in aws_route53_health_check.readable : toset(check.child_healthchecks) == toset([aws_route53_health_check.endpoint[region].id, aws_route53_health_check.latches[region].id])])
    error_message = "reads are not by endpoint and latch"
  }

  assert {
    condition     = aws_route53_health_check.endpoint["us-east-1"].type == "HTTPS" && aws_route53_health_check.endpoint["us-west-2"].type == "HTTPS_STR_MATCH"
    error_message = "the text of an endpoint is not looked for"
  }
}

run "the_databases_name_is_on_the_same_latch" {
  command = apply

  assert {
    condition = { for type, record in aws_route53_record.database : type => one(record.records) } == {
      PRIMARY   = "orders.aaaaaaaa.us-east-1.rds.amazonaws.com"
      SECONDARY = "orders-replica.bbbbbbbb.us-west-2.rds.amazonaws.com"
    }
    error_message = "the database's name leads elsewhere"
  }

  assert {
    condition     = aws_route53_record.database["PRIMARY"].health_check_id == aws_route53_record.write["PRIMARY"].health_check_id && aws_route53_record.database["SECONDARY"].health_check_id == null
    error_message = "the database's name moves by another check than the write name"
  }

  assert {
    condition     = alltrue([for record in aws_route53_record.database : record.zone_id == "Z9999999999ABCDEFGHIJ"])
    error_message = "the database's name is not in the private zone"
  }
}

run "load_balancers_are_aliases_whose_own_health_moves_nothing" {
  command = plan

  variables {
    aliases = { us-east-1 = "Z35SXDOTRQ7X7K", us-west-2 = "Z1H1FL5HABSF5" }
  }

  assert {
    condition = alltrue([
      for record in concat(values(aws_route53_record.write), values(aws_route53_record.read)) :
      record.type == "A" && one(record.alias).evaluate_target_health == false && record.records == null
    ])
    error_message = "a record is no alias, or moves by the endpoint's health, before the database"
  }
}

run "checks_come_before_records" {
  command = plan

  variables {
    records = false
  }

  assert {
    condition     = length(aws_route53_record.write) + length(aws_route53_record.read) + length(aws_route53_record.database) == 0 && length(aws_route53_health_check.latches) == 2
    error_message = "records are made together with checks that are not healthy yet"
  }
}
