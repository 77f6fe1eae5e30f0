# Each service by name: one that is forgotten would be asked for at AWS, with keys that are none.

provider "aws" {
  alias  = "primary"
  region = local.regions.primary

  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  max_retries                 = 4

  endpoints {
    cloudformation = var.endpoint
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    eventbridge    = var.endpoint
    iam            = var.endpoint
    lambda         = var.endpoint
    route53        = var.endpoint
    scheduler      = var.endpoint
    sns            = var.endpoint
    sqs            = var.endpoint
    ssm            = var.endpoint
    sts            = var.endpoint
  }
}

provider "aws" {
  alias  = "standby"
  region = local.regions.standby

  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  max_retries                 = 4

  endpoints {
    cloudformation = var.endpoint
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    eventbridge    = var.endpoint
    iam            = var.endpoint
    lambda         = var.endpoint
    route53        = var.endpoint
    scheduler      = var.endpoint
    sns            = var.endpoint
    sqs            = var.endpoint
    ssm            = var.endpoint
    sts            = var.endpoint
  }
}

provider "aws" {
  alias  = "witness"
  region = local.regions.witness

  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  max_retries                 = 4

  endpoints {
    cloudformation = var.endpoint
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    eventbridge    = var.endpoint
    iam            = var.endpoint
    lambda         = var.endpoint
    route53        = var.endpoint
    scheduler      = var.endpoint
    sns            = var.endpoint
    sqs            = var.endpoint
    ssm            = var.endpoint
    sts            = var.endpoint
  }
}
