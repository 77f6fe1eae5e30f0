output "arn" {
  description = "ARN of the instance."
  value       = aws_db_instance.this.arn
}

output "address" {
  description = "Its host name."
  value       = aws_db_instance.this.address
}

output "key_arn" {
  description = "The key of this Region, for whatever else of the database is kept here."
  value       = aws_kms_key.this.arn
}
