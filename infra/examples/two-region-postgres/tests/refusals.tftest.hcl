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
  account_id = "111122223333"
  names      = { zone = "example.com", write = "orders.example.com", read = "read.orders.example.com", site = "shop.example.com" }
  image      = "111122223333.dkr.ecr.us-west-2.amazonaws.com/orders@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  approvers  = ["arn:aws:iam::111122223333:role/orders-oncall", "arn:aws:iam::111122223333:role/orders-lead"]
  pages      = "oncall@example.com"
  packages   = "tests/packages"

  database_password = "standinstandinstandinstandin"
}

# Many in one run, because a plan of the whole takes seconds: each one that is named has to be refused.
run "input_that_cannot_be_is_refused_by_its_name" {
  command = plan

  variables {
    stage             = "all"
    mode              = "auto"
    application       = "Orders"
    zones             = { primary = ["us-east-1a", "us-west-2b"], standby = ["us-west-2a", "us-west-2b"] }
    networks          = { primary = "10.20.0.0/16", standby = "10.20.0.0/16" }
    names             = { zone = "example.com", write = "orders.example.org", read = "read.orders.example.com", site = "shop.example.com" }
    image             = "111122223333.dkr.ecr.us-west-2.amazonaws.com/orders:latest"
    container         = { health = "/" }
    approvers         = ["arn:aws:iam::123456789012:role/orders-oncall"]
    pages             = "oncall"
    database_password = "secret"
  }

  expect_failures = [
    var.stage,
    var.mode,
    var.application,
    var.zones,
    var.networks,
    var.names,
    var.image,
    var.container,
    var.approvers,
    var.pages,
    var.database_password,
  ]
}

# What is checked against a variable that is refused is not looked at: these are by themselves.
run "equal_regions_and_an_account_that_is_none_are_refused" {
  command = plan

  variables {
    account_id = "1111"
    regions    = { primary = "us-east-1", standby = "us-west-2", witness = "us-west-2" }
  }

  expect_failures = [var.account_id, var.regions]
}

run "regions_that_form_no_set_are_refused" {
  command = plan

  variables {
    regions = { primary = "us-east-1", standby = "us-west-2", witness = "eu-west-1" }
  }

  expect_failures = [var.regions]
}

run "one_name_for_writes_and_the_site_is_refused" {
  command = plan

  variables {
    names = { zone = "example.com", write = "orders.example.com", read = "read.orders.example.com", site = "orders.example.com" }
  }

  expect_failures = [var.names]
}

run "a_read_name_that_is_a_regions_own_is_refused" {
  command = plan

  variables {
    names = { zone = "example.com", write = "orders.example.com", read = "us-west-2.orders.example.com", site = "shop.example.com" }
  }

  expect_failures = [var.names]
}

run "a_private_zone_that_hides_the_public_names_is_refused" {
  command = plan

  variables {
    names = { zone = "example.com", write = "orders.example.com", read = "read.orders.example.com", site = "shop.example.com", private = "example.com" }
  }

  expect_failures = [var.names]
}
