output "gate_url" {
  description = "The gate's URL without a path, as `[traffic.gates]` of the application file takes it."
  value       = trimsuffix(aws_lambda_function_url.gate.function_url, "/")
}

output "runbook_url" {
  description = "The runbook's URL, as `UNDERSTUDY_RUNBOOK_URL` of the command line takes it. None without a runbook."
  value       = one([for url in aws_lambda_function_url.runbook : trimsuffix(url.function_url, "/")])
}

output "function_arns" {
  description = "By function: its ARN."
  value       = { for name, function in aws_lambda_function.this : name => function.arn }
}

output "role_names" {
  description = "By function: its role, as module `application` takes them in the standby Region."
  value       = { for name, role in aws_iam_role.function : name => role.name }
}

output "dead_letters_url" {
  description = "The queue of whatever was given up in this Region."
  value       = aws_sqs_queue.dead_letters.url
}

output "policies" {
  description = "By function: its policy document, as JSON. What module `application` adds to it is in that module's `policies`."
  value       = { for name, document in data.aws_iam_policy_document.function : name => document.json }
}

output "actions" {
  description = "By function: the actions that it may do, for whoever reviews them."
  value = {
    for name, document in data.aws_iam_policy_document.function :
    name => sort(flatten([for statement in document.statement : statement.actions]))
  }
}
