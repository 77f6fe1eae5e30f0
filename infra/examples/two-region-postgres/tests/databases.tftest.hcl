mock_provider "aws" {
  alias  = "primary"
  source = "./tests/mocks/primary"
}

mock_provider "aws" {
  alias  = "standby"
  source = "./tests/mocks/standby"
}

variables {
  name                = "orders"
  password            = "standinstandinstandinstandin"
  standby             = { region = "us-west-2", key_arn = "arn:aws:kms:us-west-2:111122223333:key/bbbb" }
  source_arn          = "arn:aws:rds:us-east-1:111122223333:db:orders"
  network             = { subnet_ids = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"], security_group_ids = ["sg-0cccccccccccccccc"] }
  deletion_protection = true

  database = {
    name         = "orders"
    user         = "orders_owner"
    version      = "16.8"
    class        = "db.t4g.large"
    gigabytes    = 100
    backup_days  = 7
    secret_round = 1
  }
}

run "the_writer_survives_the_loss_of_a_zone_and_of_a_hand" {
  command = plan

  module {
    source = "./modules/database"
  }

  providers = { aws = aws.primary }

  assert {
    condition     = aws_db_instance.this.multi_az
    error_message = "the loss of one zone would be the loss of the writer"
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period >= 1
    error_message = "without backups it can have no replica"
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot
    error_message = "one call deletes the writer, or deletes it without a trace"
  }
}

run "the_writer_is_encrypted_and_talks_by_tls_alone" {
  command = plan

  module {
    source = "./modules/database"
  }

  providers = { aws = aws.primary }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible
    error_message = "the writer's disks are in the clear, or everybody can reach it"
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
    error_message = "the writer takes connections in the clear"
  }
}

run "the_password_is_in_no_state_and_has_a_copy_in_the_standby_region" {
  command = apply

  module {
    source = "./modules/database"
  }

  providers = { aws = aws.primary }

  assert {
    condition     = aws_db_instance.this.password == null && aws_secretsmanager_secret_version.password.secret_string == null
    error_message = "the state holds the password"
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password == null
    error_message = "RDS refuses a replica of an instance whose password it manages"
  }

  assert {
    condition     = one(aws_secretsmanager_secret.password.replica).region == "us-west-2" && one(aws_secretsmanager_secret.password.replica).kms_key_id == "arn:aws:kms:us-west-2:111122223333:key/bbbb"
    error_message = "the standby's tasks would ask the lost Region for the password"
  }
}

# The state of the run before is this one's: what was cut off stays so.
run "an_apply_does_not_give_a_cut_off_writer_its_groups_back" {
  command = plan

  module {
    source = "./modules/database"
  }

  providers = { aws = aws.primary }

  variables {
    network = { subnet_ids = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"], security_group_ids = ["sg-0dddddddddddddddd"] }
  }

  assert {
    condition     = aws_db_instance.this.vpc_security_group_ids == toset(["sg-0cccccccccccccccc"])
    error_message = "the groups are the configuration's again, and the old writer is open"
  }
}

run "the_replica_can_be_the_writer" {
  command = apply

  module {
    source = "./modules/replica"
  }

  providers = { aws = aws.standby }

  variables {
    name = "orders-replica"
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == aws_kms_key.this.arn
    error_message = "the replica is not encrypted by a key of its own Region"
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period >= 1
    error_message = "it would be promoted without a backup"
  }

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.instance_class == "db.t4g.large" && aws_db_instance.this.max_allocated_storage == 400
    error_message = "it would be promoted into one zone, or smaller than the writer"
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection
    error_message = "one call deletes the replica"
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
    error_message = "promoted, it would take connections in the clear"
  }

  assert {
    condition     = aws_db_instance.this.replicate_source_db == "arn:aws:rds:us-east-1:111122223333:db:orders"
    error_message = "it follows something else than the writer of the other Region"
  }
}

run "an_apply_does_not_undo_a_promotion" {
  command = plan

  module {
    source = "./modules/replica"
  }

  providers = { aws = aws.standby }

  variables {
    name       = "orders-replica"
    source_arn = "arn:aws:rds:us-east-1:111122223333:db:another"
  }

  assert {
    condition     = aws_db_instance.this.replicate_source_db == "arn:aws:rds:us-east-1:111122223333:db:orders"
    error_message = "an apply would name a source for what was promoted"
  }
}

run "a_reserved_user_is_refused" {
  command = plan

  module {
    source = "./modules/database"
  }

  providers = { aws = aws.primary }

  variables {
    database = {
      name         = "orders"
      user         = "admin"
      version      = "16.8"
      class        = "db.t4g.large"
      gigabytes    = 100
      backup_days  = 7
      secret_round = 1
    }
  }

  expect_failures = [var.database]
}

run "a_writer_without_backups_is_refused" {
  command = plan

  module {
    source = "./modules/database"
  }

  providers = { aws = aws.primary }

  variables {
    database = {
      name         = "orders"
      user         = "orders_owner"
      version      = "16.8"
      class        = "db.t4g.large"
      gigabytes    = 100
      backup_days  = 0
      secret_round = 1
    }
  }

  expect_failures = [var.database]
}

run "a_source_by_its_name_alone_is_refused" {
  command = plan

  module {
    source = "./modules/replica"
  }

  providers = { aws = aws.standby }

  variables {
    source_arn = "orders"
  }

  expect_failures = [var.source_arn]
}
