mock_data "aws_region" {
  defaults = { name = "us-west-2" }
}

mock_data "aws_caller_identity" {
  defaults = { account_id = "111122223333" }
}

mock_data "aws_iam_policy_document" {
  defaults = { json = "{}" }
}

mock_data "aws_availability_zones" {
  defaults = { names = ["us-west-2a", "us-west-2b", "us-west-2c"] }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:us-west-2:111122223333:key/standby" }
}

mock_resource "aws_lb" {
  defaults = { arn = "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/orders/standby" }
}

mock_resource "aws_lb_target_group" {
  defaults = { arn = "arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/orders/standby" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
}

mock_resource "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:us-west-2:111122223333:certificate/standby"
    domain_validation_options = [
      { domain_name = "us-west-2.orders.example.com", resource_record_name = "_proof.us-west-2.orders.example.com", resource_record_type = "CNAME", resource_record_value = "_proof.acm-validations.aws" },
      { domain_name = "orders.example.com", resource_record_name = "_proof.orders.example.com", resource_record_type = "CNAME", resource_record_value = "_proof.acm-validations.aws" },
      { domain_name = "read.orders.example.com", resource_record_name = "_proof.read.orders.example.com", resource_record_type = "CNAME", resource_record_value = "_proof.acm-validations.aws" },
    ]
  }
}

mock_resource "aws_acm_certificate_validation" {
  defaults = { certificate_arn = "arn:aws:acm:us-west-2:111122223333:certificate/standby" }
}
