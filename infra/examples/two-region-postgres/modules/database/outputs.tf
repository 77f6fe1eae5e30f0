output "arn" {
  description = "ARN of the instance."
  value       = aws_db_instance.this.arn
}

output "address" {
  description = "Its host name."
  value       = aws_db_instance.this.address
}

output "secret" {
  description = "The password, in this Region and in the standby Region, and what each is encrypted with."
  value = {
    name            = aws_secretsmanager_secret.password.name
    arn             = aws_secretsmanager_secret.password.arn
    key_arn         = aws_kms_key.this.arn
    standby_arn     = replace(aws_secretsmanager_secret.password.arn, "/^arn:aws:secretsmanager:[a-z0-9-]+:/", "arn:aws:secretsmanager:${var.standby.region}:")
    standby_key_arn = var.standby.key_arn
  }

  # Tasks that start before the password is there fail.
  depends_on = [aws_secretsmanager_secret_version.password]
}
