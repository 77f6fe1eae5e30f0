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

variables {
  account_id = "111122223333"
  names      = { zone = "example.com", write = "orders.example.com", read = "read.orders.example.com", site = "shop.example.com" }
  image      = "111122223333.dkr.ecr.us-west-2.amazonaws.com/orders@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  approvers  = ["arn:aws:iam::111122223333:role/orders-oncall", "arn:aws:iam::111122223333:role/orders-lead"]
  pages      = "oncall@example.com"
  packages   = "tests/packages"

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

run "the_last_stage_makes_records_checks_and_the_alarm" {
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
    condition     = module.traffic[0].write_name == "orders.example.com"
    error_message = "x"
  }
}
