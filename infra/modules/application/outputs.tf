output "application" {
  description = "Name of the application."
  value       = local.app.application
}

output "topic_arn" {
  description = "The topic that failovers are told by, as `failover_topic_arns` of module `region` takes it."
  value       = local.topic_arn
}

output "alarm_arns" {
  description = "All alarms of the file's voters, made here or not, as `alarms` of module `region` takes them."
  value       = toset(values(local.app.alarms))
}

output "database_arns" {
  description = "Writer and replica, as `databases` of module `region` takes them."
  value       = toset([local.app.database.writer, local.app.database.replica])
}

output "dashboard" {
  description = "Name of the dashboard, in the standby Region."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "policy_hash" {
  description = "Hash of the policy that the file gives. The record has the same once it decides by it."
  value       = local.record.policy_hash.S
}

output "policy_command" {
  description = "What puts a changed policy into the record, and leaves its state and votes alone. Run it after an apply that says that the record has another one."
  value       = local.policy_command
}

output "policies" {
  description = "By function: the policy document that this module adds to the one of module `region`, as JSON."
  value       = { for name, document in data.aws_iam_policy_document.function : name => document.json }
}

output "actions" {
  description = "By function: the actions that it may do for this application, for whoever reviews them."
  value = {
    for name, document in data.aws_iam_policy_document.function :
    name => sort(flatten([for statement in document.statement : statement.actions]))
  }
}
