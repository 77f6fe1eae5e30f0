# With the real provider, which makes the JSON of policies without a call, so that it is read here as it will be.
provider "aws" {
  alias                       = "primary"
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.primary
  values = { account_id = "111122223333" }
}

provider "aws" {
  alias                       = "standby"
  region                      = "us-west-2"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.standby
  values = { account_id = "111122223333" }
}

provider "aws" {
  alias                       = "witness"
  region                      = "us-east-2"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.witness
  values = { account_id = "111122223333" }
}

variables {
  file       = "tests/orders.toml"
  account_id = "111122223333"

  table = {
    name = "understudy"
    arn  = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy"
  }

  roles = {
    conductor = "understudy-conductor-us-west-2"
    notify    = "understudy-notify-us-west-2"
  }
}

run "who_decides_cannot_page_and_who_pages_cannot_promote" {
  command = plan

  assert {
    condition = output.actions == {
      conductor = tolist([
        "rds:DescribeDBInstances", "rds:ModifyDBInstance", "rds:PromoteReadReplica", "rds:RebootDBInstance",
        "route53-recovery-cluster:GetRoutingControlState", "route53-recovery-cluster:UpdateRoutingControlStates",
        "s3:GetMultiRegionAccessPointRoutes", "s3:SubmitMultiRegionAccessPointRoutes",
      ])
      notify = tolist(["sns:Publish"])
    }
    error_message = "the actions are others: ${jsonencode(output.actions)}"
  }
}

run "no_right_is_on_everything_and_no_action_is_a_pattern" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for json in values(output.policies) : [
        for statement in jsondecode(json).Statement : [
          for text in concat(flatten([statement.Action]), flatten([statement.Resource])) : !strcontains(text, "*")
        ]
      ]
    ]))
    error_message = "an action or a resource is a pattern"
  }
}

run "a_replica_is_promoted_and_a_writer_is_not" {
  command = plan

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Promote"])) == toset(["arn:aws:rds:us-west-2:111122223333:db:orders-replica"])
    error_message = "other databases may be promoted"
  }

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Databases"])) == toset(["arn:aws:rds:us-east-1:111122223333:db:orders", "arn:aws:rds:us-west-2:111122223333:db:orders-replica"])
    error_message = "other databases may be seen"
  }
}

run "both_databases_can_be_cut_off_for_the_way_home" {
  command = plan

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Fence"])) == toset(["arn:aws:rds:us-east-1:111122223333:db:orders", "arn:aws:rds:us-west-2:111122223333:db:orders-replica"])
    error_message = "other databases may be cut off, or one may not"
  }
}

run "levers_are_those_of_the_file" {
  command = plan

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Routes"])) == toset(["arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"])
    error_message = "another access point"
  }

  assert {
    condition     = length(toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Controls"]))) == 2
    error_message = "not the two routing controls"
  }
}

run "a_rebuild_needs_to_be_asked_for" {
  command = plan

  assert {
    condition     = !contains(output.actions["conductor"], "rds:CreateDBInstanceReadReplica")
    error_message = "replicas may be made of which nobody spoke"
  }
}

run "a_rebuild_is_of_these_databases_under_these_names" {
  command = plan

  variables {
    rebuild = {
      replicas      = ["arn:aws:rds:us-east-1:111122223333:db:orders-again"]
      subnet_groups = ["arn:aws:rds:us-east-1:111122223333:subgrp:orders"]
      kms_keys      = ["arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"]
    }
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Rebuild"])) == toset([
      "arn:aws:rds:us-west-2:111122223333:db:orders-replica", "arn:aws:rds:us-east-1:111122223333:db:orders-again",
      "arn:aws:rds:us-east-1:111122223333:subgrp:orders",
      "arn:aws:rds:us-east-1:111122223333:og:default:*",
      "arn:aws:rds:us-east-1:111122223333:pg:default.*",
    ])
    error_message = "a replica may be made of something else"
  }

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Promote"])) == toset(["arn:aws:rds:us-west-2:111122223333:db:orders-replica", "arn:aws:rds:us-east-1:111122223333:db:orders-again"])
    error_message = "the way home is shut, or the writer may be promoted"
  }

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.policies["conductor"]).Statement : statement.Resource if statement.Sid == "Fence"])) == toset(["arn:aws:rds:us-east-1:111122223333:db:orders", "arn:aws:rds:us-west-2:111122223333:db:orders-replica", "arn:aws:rds:us-east-1:111122223333:db:orders-again"])
    error_message = "the new replica cannot be cut off later"
  }
}

run "a_key_is_used_by_rds_alone" {
  command = plan

  variables {
    rebuild = {
      replicas      = ["arn:aws:rds:us-east-1:111122223333:db:orders-again"]
      subnet_groups = ["arn:aws:rds:us-east-1:111122223333:subgrp:orders"]
      kms_keys      = ["arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"]
    }
  }

  assert {
    condition = one([
      for statement in jsondecode(output.policies["conductor"]).Statement : statement.Condition if statement.Action == "kms:CreateGrant"
    ]) == { Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:ViaService" = "rds.us-east-1.amazonaws.com" } }
    error_message = "a grant may be given to anybody"
  }

  assert {
    condition = one([
      for statement in jsondecode(output.policies["conductor"]).Statement : statement.Condition if statement.Action == "kms:DescribeKey"
    ]) == { StringEquals = { "kms:ViaService" = "rds.us-east-1.amazonaws.com" } }
    error_message = "the key is looked at past RDS"
  }
}

run "a_topic_with_a_key_of_its_own_needs_the_key" {
  command = plan

  variables {
    topic = { kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/11111111-2222-3333-4444-555555555555" }
  }

  assert {
    condition     = toset(output.actions["notify"]) == toset(["sns:Publish", "kms:Decrypt", "kms:GenerateDataKey"])
    error_message = "notify cannot publish to the encrypted topic"
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == "arn:aws:kms:us-west-2:111122223333:key/11111111-2222-3333-4444-555555555555"
    error_message = "the topic has another key"
  }
}

run "only_notify_publishes_and_never_in_the_clear" {
  command = plan

  assert {
    condition = toset([
      for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement :
      statement.Principal.AWS if statement.Effect == "Allow"
    ]) == toset(["arn:aws:iam::111122223333:role/understudy-notify-us-west-2"])
    error_message = "somebody else may publish"
  }

  assert {
    condition = contains([
      for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement :
      try(statement.Condition.StringNotEquals["aws:PrincipalAccount"], "") if statement.Effect == "Deny"
    ], "111122223333")
    error_message = "an account that was let in elsewhere may publish"
  }

  assert {
    condition = contains([
      for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement :
      try(statement.Condition.Bool["aws:SecureTransport"], "") if statement.Effect == "Deny"
    ], "false")
    error_message = "the topic takes what is sent in the clear"
  }
}

run "who_looks_reads_and_tells_and_nothing_else" {
  command = plan

  variables {
    roles = {
      conductor = "understudy-conductor-us-west-2"
      notify    = "understudy-notify-us-west-2"
      readiness = "understudy-readiness-us-west-2"
    }
  }

  assert {
    condition = output.actions["readiness"] == tolist([
      "cloudfront:GetDistributionConfig", "rds:DescribeDBInstances", "rds:DescribeDBParameters", "rds:DescribeDBSnapshots",
      "rds:DescribeOptionGroups", "route53:GetHealthCheck", "route53:ListResourceRecordSets", "s3:GetBucketVersioning",
      "s3:GetReplicationConfiguration", "secretsmanager:DescribeSecret", "sns:GetTopicAttributes", "sns:Publish",
    ])
    error_message = "the actions are others: ${jsonencode(output.actions["readiness"])}"
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(output.policies["readiness"]).Statement : statement.Sid
      if length([for resource in flatten([statement.Resource]) : resource if length(regexall("[*?]", resource)) > 0]) > 0
    ])) == toset(["Backups", "Parameters", "Options", "Checks", "Secrets"])
    error_message = "something that has a name is granted by a pattern"
  }

  assert {
    condition     = contains(one([for statement in data.aws_iam_policy_document.topic.statement : one(statement.principals).identifiers if statement.sid == "Notify"]), "arn:aws:iam::111122223333:role/understudy-readiness-us-west-2")
    error_message = "the topic does not know who looks"
  }
}

run "who_looks_may_ask_for_what_the_file_names_and_nothing_more" {
  command = plan

  variables {
    file  = "tests/partly.toml"
    roles = { conductor = "understudy-conductor-us-west-2", notify = "understudy-notify-us-west-2", readiness = "understudy-readiness-us-west-2" }
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(output.policies["readiness"]).Statement : statement.Resource if statement.Sid == "Secrets"
      ])) == toset([
      "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders/database", "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders/database-??????",
      "arn:aws:secretsmanager:us-west-2:111122223333:secret:orders/database", "arn:aws:secretsmanager:us-west-2:111122223333:secret:orders/database-??????",
    ])
    error_message = "a secret is asked for by its name where it is not there, and by its ARN where it is"
  }

  assert {
    condition     = length(setintersection(output.actions["readiness"], ["s3:GetBucketVersioning", "s3:GetReplicationConfiguration", "cloudfront:GetDistributionConfig"])) == 0
    error_message = "the actions are others: ${jsonencode(output.actions["readiness"])}"
  }
}

run "a_file_without_dependencies_grants_none" {
  command = plan

  variables {
    file  = "../traffic/tests/few-gates.toml"
    roles = { conductor = "understudy-conductor-us-west-2", notify = "understudy-notify-us-west-2", readiness = "understudy-readiness-us-west-2" }
  }

  assert {
    condition     = length([for statement in jsondecode(output.policies["readiness"]).Statement : statement.Sid if contains(["Secrets", "Buckets", "Distributions"], statement.Sid)]) == 0
    error_message = "something is granted that nobody has named"
  }
}
