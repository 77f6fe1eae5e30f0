output "distribution_id" {
  description = "Id of the distribution."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "ARN of the distribution, which the buckets let in."
  value       = aws_cloudfront_distribution.this.arn
}
