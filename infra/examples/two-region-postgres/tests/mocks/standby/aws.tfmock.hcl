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
  defaults = { arn = "arn:aws:kms:us-west-2:111122223333:key/bbbb" }
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

mock_resource "aws_lambda_function" {
  defaults = { arn = "arn:aws:lambda:us-west-2:111122223333:function:mock" }
}

mock_resource "aws_lambda_function_url" {
  defaults = { function_url = "https://cccccccc.lambda-url.us-west-2.on.aws/" }
}

mock_resource "aws_sqs_queue" {
  defaults = { arn = "arn:aws:sqs:us-west-2:111122223333:mock-dead-letters" }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = { arn = "arn:aws:events:us-west-2:111122223333:rule/mock" }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:us-west-2:111122223333:mock" }
}

mock_resource "aws_dynamodb_table" {
  defaults = {
    arn        = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy"
    stream_arn = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy/stream/2026-11-01T00:00:00.000"
  }
}

mock_resource "aws_db_instance" {
  defaults = { arn = "arn:aws:rds:us-west-2:111122223333:db:orders-replica" }
}

mock_resource "aws_s3_bucket" {
  defaults = { arn = "arn:aws:s3:::orders-us-west-2-files" }
}
