mock_provider "aws" {
  alias  = "primary"
  source = "./tests/mocks/primary"
}

mock_provider "aws" {
  alias  = "standby"
  source = "./tests/mocks/standby"
}

variables {
  name           = "orders-us-east-1"
  cidr           = "10.20.0.0/16"
  zones          = ["us-east-1a", "us-east-1b"]
  container_port = 8080
}

run "what_holds_the_fence_admits_nobody" {
  command = plan

  module {
    source = "./modules/network"
  }

  providers = { aws = aws.primary }

  assert {
    condition     = length(aws_security_group.fence.ingress) == 0 && length(aws_security_group.fence.egress) == 0
    error_message = "the fence has a rule, and an old writer would go on"
  }
}

run "a_zone_has_a_way_out_of_its_own" {
  command = apply

  module {
    source = "./modules/network"
  }

  providers = { aws = aws.primary }

  assert {
    condition = alltrue([
      for zone, table in aws_route_table.private : one(table.route).nat_gateway_id == aws_nat_gateway.this[zone].id
    ]) && toset(keys(aws_nat_gateway.this)) == toset(["us-east-1a", "us-east-1b"])
    error_message = "two zones share a NAT gateway: the loss of one is the loss of both"
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.private : !subnet.map_public_ip_on_launch]) && alltrue([for subnet in aws_subnet.data : !subnet.map_public_ip_on_launch])
    error_message = "tasks or databases get public addresses"
  }
}

run "groups_let_in_by_reference_alone_behind_the_balancer" {
  command = apply

  module {
    source = "./modules/network"
  }

  providers = { aws = aws.primary }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.balancer.from_port == 443 && aws_vpc_security_group_ingress_rule.balancer.to_port == 443
    error_message = "the balancer takes something else than TLS"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.tasks_from_balancer.referenced_security_group_id == aws_security_group.balancer.id && aws_vpc_security_group_ingress_rule.tasks_from_balancer.cidr_ipv4 == null
    error_message = "tasks are open to somebody beside the balancer"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database_from_tasks.referenced_security_group_id == aws_security_group.tasks.id && aws_vpc_security_group_ingress_rule.database_from_tasks.cidr_ipv4 == null
    error_message = "the database is open to somebody beside the tasks"
  }
}

run "a_zone_that_is_not_there_is_refused" {
  command = plan

  module {
    source = "./modules/network"
  }

  providers = { aws = aws.primary }

  variables {
    zones = ["us-east-1a", "us-east-1z"]
  }

  expect_failures = [data.aws_availability_zones.there]
}

run "one_zone_is_refused" {
  command = plan

  module {
    source = "./modules/network"
  }

  providers = { aws = aws.primary }

  variables {
    zones = ["us-east-1a"]
  }

  expect_failures = [var.zones]
}

run "a_block_of_another_size_is_refused" {
  command = plan

  module {
    source = "./modules/network"
  }

  providers = { aws = aws.primary }

  variables {
    cidr = "10.20.0.0/24"
  }

  expect_failures = [var.cidr]
}
