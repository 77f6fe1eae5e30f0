mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "us-west-2" }
  }

  mock_data "aws_dynamodb_table" {
    defaults = {
      arn              = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy"
      hash_key         = "pk"
      range_key        = "sk"
      stream_enabled   = true
      stream_view_type = "NEW_AND_OLD_IMAGES"
      stream_arn       = "arn:aws:dynamodb:us-west-2:111122223333:table/understudy/stream/2026-11-01T00:00:00.000"
      replica = [
        { region_name = "us-east-1" },
        { region_name = "us-east-2" },
      ]
    }
  }
}

variables {
  standby = "us-west-2"
}

run "nobody_deletes_a_record" {
  command = plan

  assert {
    condition = (
      one(data.aws_iam_policy_document.records_stay[0].statement).effect == "Deny" &&
      contains(one(data.aws_iam_policy_document.records_stay[0].statement).actions, "dynamodb:DeleteItem") &&
      one(one(data.aws_iam_policy_document.records_stay[0].statement).condition).values == tolist(["app#*"]) &&
      length(aws_dynamodb_resource_policy.records_stay) == 1
    )
    error_message = "a module call that is taken away takes the latch with it"
  }
}

run "the_table_is_what_the_functions_need" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this[0].hash_key == "pk" && aws_dynamodb_table.this[0].range_key == "sk"
    error_message = "the key is not pk, sk"
  }

  assert {
    condition     = alltrue([for attribute in aws_dynamodb_table.this[0].attribute : attribute.type == "S"])
    error_message = "a key attribute is not text"
  }

  assert {
    condition     = aws_dynamodb_table.this[0].billing_mode == "PAY_PER_REQUEST"
    error_message = "capacity is provisioned: a storm would be throttled"
  }

  assert {
    condition     = aws_dynamodb_table.this[0].stream_view_type == "NEW_AND_OLD_IMAGES" && aws_dynamodb_table.this[0].stream_enabled
    error_message = "the stream is not there, or has no images"
  }

  assert {
    condition     = aws_dynamodb_table.this[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.this[0].server_side_encryption[0].enabled
    error_message = "recovery or encryption is off"
  }

  assert {
    condition     = aws_dynamodb_table.this[0].deletion_protection_enabled
    error_message = "the table can be deleted"
  }

  assert {
    condition     = length(aws_dynamodb_table.this[0].replica) == 0
    error_message = "a replica made by this provider is eventually consistent"
  }

  assert {
    condition     = length(aws_dynamodb_table.this[0].ttl) == 0
    error_message = "a strongly consistent table has no TTL, and neither has this one"
  }
}

run "a_table_made_by_hand_is_looked_at_and_none_is_made" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-east-2", "us-west-2"] }
  }

  assert {
    condition     = length(aws_dynamodb_table.this) == 0
    error_message = "a second table is made beside the adopted one"
  }

  assert {
    condition     = output.nearest["us-east-1"].arn == "arn:aws:dynamodb:us-east-1:111122223333:table/understudy"
    error_message = "the gate in us-east-1 is not led to the copy there"
  }

  assert {
    condition     = output.nearest["us-east-1"].stream_arn == null && output.table.stream_arn != null
    error_message = "the stream is another Region's"
  }
}

run "a_witness_has_no_copy_to_read" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-west-2"], witness = "us-east-2" }
  }

  assert {
    condition     = toset(keys(output.nearest)) == toset(["us-east-1", "us-west-2"])
    error_message = "the copies are not those of the replicas"
  }
}

run "a_provider_of_another_region_is_refused" {
  command = plan

  variables {
    standby = "eu-west-1"
  }

  expect_failures = [data.aws_region.current]
}

run "regions_of_two_sets_are_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "eu-west-1", "us-west-2"] }
  }

  expect_failures = [var.adopt]
}

run "a_region_that_knows_no_strong_consistency_is_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-west-1", "us-east-2", "us-west-2"] }
  }

  expect_failures = [var.adopt]
}

run "two_regions_without_a_witness_are_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-west-2"] }
  }

  expect_failures = [var.adopt]
}

run "a_witness_that_is_also_a_replica_is_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-west-2"], witness = "us-west-2" }
  }

  expect_failures = [var.adopt]
}

run "a_table_without_a_copy_in_the_standby_region_is_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-east-2"], witness = "us-west-2" }
  }

  expect_failures = [var.adopt]
}

run "an_adopted_table_of_another_key_is_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-east-2", "us-west-2"] }
  }

  override_data {
    target = data.aws_dynamodb_table.adopted[0]
    values = { hash_key = "id" }
  }

  expect_failures = [data.aws_dynamodb_table.adopted]
}

run "an_adopted_table_without_a_stream_is_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-east-2", "us-west-2"] }
  }

  override_data {
    target = data.aws_dynamodb_table.adopted[0]
    values = { hash_key = "pk", range_key = "sk", stream_enabled = false }
  }

  expect_failures = [data.aws_dynamodb_table.adopted]
}

run "an_adopted_table_without_one_of_its_replicas_is_refused" {
  command = plan

  variables {
    adopt = { replicas = ["us-east-1", "us-east-2", "us-west-2"] }
  }

  override_data {
    target = data.aws_dynamodb_table.adopted[0]
    values = {
      hash_key         = "pk"
      range_key        = "sk"
      stream_enabled   = true
      stream_view_type = "NEW_AND_OLD_IMAGES"
      replica          = [{ region_name = "us-east-2" }]
    }
  }

  expect_failures = [data.aws_dynamodb_table.adopted]
}

run "a_name_that_is_no_tables_is_refused" {
  command = plan

  variables {
    name = "under study"
  }

  expect_failures = [var.name]
}

run "a_region_that_is_none_is_refused" {
  command = plan

  variables {
    standby = "Oregon"
  }

  expect_failures = [var.standby]

  override_data {
    target = data.aws_region.current
    values = { name = "Oregon" }
  }
}
