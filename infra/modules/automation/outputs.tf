output "document" {
  description = "Name of the document, as `aws ssm start-automation-execution --document-name` takes it."
  value       = aws_ssm_document.runbook.name
}

output "content" {
  description = "The document, as JSON."
  value       = aws_ssm_document.runbook.content
}

output "policy" {
  description = "What a run may do, as JSON."
  value       = data.aws_iam_policy_document.run.json
}
