# The replica, ready to be the writer: as large, Multi-AZ, with backups of its own, and encrypted by a key of its Region,
# because a key of another Region cannot be used, and could not be reached when it is needed.

resource "aws_kms_key" "this" {
  #checkov:skip=CKV2_AWS_64: the default policy leaves the key to the account's IAM, as AWS recommends for one account
  description             = "PostgreSQL ${var.name}, and its password"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.network.subnet_ids
}

# A parameter group is its Region's: without one here, what was promoted would take connections in the clear.
resource "aws_db_parameter_group" "this" {
  name   = var.name
  family = "postgres${split(".", var.database.version)[0]}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

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
  identifier          = var.name
  replicate_source_db = var.source_arn
  instance_class      = var.database.class

  # It grows by itself as the writer does: one that is full follows nobody.
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

  # Without a backup of its own it is promoted into a time in which it has none.
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
    # Promoted, it names no source: an apply must not try to give it one again. Cut off, it stays so.
    ignore_changes = [vpc_security_group_ids, replicate_source_db]
  }
}
