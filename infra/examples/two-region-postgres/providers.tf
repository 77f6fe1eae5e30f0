provider "aws" {
  alias               = "primary"
  region              = var.regions.primary
  allowed_account_ids = [var.account_id]
}

provider "aws" {
  alias               = "standby"
  region              = var.regions.standby
  allowed_account_ids = [var.account_id]
}

# Runs a gate and a probe, and nothing of the workload.
provider "aws" {
  alias               = "witness"
  region              = var.regions.witness
  allowed_account_ids = [var.account_id]
}

# CloudFront takes its certificates from here, wherever the primary is.
provider "aws" {
  alias               = "edge"
  region              = "us-east-1"
  allowed_account_ids = [var.account_id]
}
