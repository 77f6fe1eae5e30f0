output "distribution_arn" {
  description = "ARN of the distribution, which the buckets let in."
  value       = aws_cloudfront_distribution.this.arn
}
