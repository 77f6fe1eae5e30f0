# The writer. Encrypted with a key of its own Region, Multi-AZ, by TLS alone, and its password nowhere in the state.

resource "aws_kms_key" "this" {
  #checkov:skip=CKV2_AWS_64: the default policy leaves the key to the account's IAM, as AWS recommends for one account
  description             = "PostgreSQL ${var.name}, and its password"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

# RDS's own managed password is not to be had: PostgreSQL refuses to make a read replica of an instance that has one. So
# it is given for one run, goes to RDS and to Secrets Manager, and is kept by neither the plan nor the state. The standby
# has a copy: tasks there cannot wait for another Region's secret.
resource "aws_secretsmanager_secret" "password" {
  #checkov:skip=CKV2_AWS_57: rotation needs a function in the VPC; until then raise database.secret_round
  name       = "${var.name}/password"
  kms_key_id = aws_kms_key.this.arn

  replica {
    region     = var.standby.region
    kms_key_id = var.standby.key_arn
  }
}

resource "aws_secretsmanager_secret_version" "password" {
  secret_id                = aws_secretsmanager_secret.password.id
  secret_string_wo         = var.password
  secret_string_wo_version = var.database.secret_round
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.network.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  name   = var.name
  family = "postgres${split(".", var.database.version)[0]}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Writes the heartbeat: on a quiet writer the replica's lag would grow without it.
  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements,pg_cron"
    apply_method = "pending-reboot"
  }

  parameter {
    name         = "cron.database_name"
    value        = var.database.name
    apply_method = "pending-reboot"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_118: enhanced monitoring costs by the metric; Performance Insights is on
  #checkov:skip=CKV_AWS_161: tasks log in by the password of Secrets Manager, which they need in both Regions
  #checkov:skip=CKV_AWS_226: the replica is upgraded before the writer, which is a person's work
  #checkov:skip=CKV_AWS_293: deletion protection is a variable, true unless everything is to be taken down
  #checkov:skip=CKV2_AWS_30: statements are not logged: they hold what customers write
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.database.version
  instance_class = var.database.class
  db_name        = var.database.name
  username       = var.database.user

  password_wo         = var.password
  password_wo_version = var.database.secret_round

  allocated_storage     = var.database.gigabytes
  max_allocated_storage = 4 * var.database.gigabytes
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.this.arn

  multi_az               = true
  publicly_accessible    = false
  db_subnet_group_name   = aws_db_subnet_group.this.name
  parameter_group_name   = aws_db_parameter_group.this.name
  vpc_security_group_ids = var.network.security_group_ids
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period         = var.database.backup_days
  copy_tags_to_snapshot           = true
  deletion_protection             = var.deletion_protection
  skip_final_snapshot             = !var.deletion_protection
  final_snapshot_identifier       = "${var.name}-last"
  auto_minor_version_upgrade      = false
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.this.arn

  lifecycle {
    # In a failover the fence takes the place of the groups: an apply must not open the old writer again. And once it
    # was rebuilt as a replica, it is one.
    ignore_changes = [vpc_security_group_ids, replicate_source_db]
  }
}
