output "application_file" {
  description = "The application file of this deployment: write it to orders.toml, and read it."
  value = templatefile("${path.module}/orders.toml.tftpl", {
    application  = var.application
    mode         = var.mode
    regions      = var.regions
    writer       = local.databases.writer
    replica      = local.databases.replica
    alarm        = local.alarm
    endpoints    = local.endpoints
    health       = var.container.health
    fence        = { primary = module.network_primary.security_group_ids.fence, standby = module.network_standby.security_group_ids.fence }
    hosted_zone  = data.aws_route53_zone.public.zone_id
    names        = var.names
    gates        = { primary = module.understudy_primary.gate_url, standby = module.understudy_standby.gate_url, witness = module.understudy_witness.gate_url }
    approvers    = var.approvers
    topic        = local.topic
    secret       = module.database.secret.name
    buckets      = module.files.names
    distribution = module.edge.distribution_id
    clients      = { primary = module.network_primary.security_group_ids.tasks, standby = module.network_standby.security_group_ids.tasks }
  })
}

output "site" {
  description = "What browsers open."
  value       = "https://${var.names.site}"
}

output "runbook_url" {
  description = "What `understudy status` and its like ask: export it as UNDERSTUDY_RUNBOOK_URL."
  value       = module.understudy_standby.runbook_url
}

output "writer" {
  description = "The name of the database's writer, inside the VPCs."
  value       = local.writer
}

output "policy_command" {
  description = "What puts a changed application file into the record, where the last apply warned that the record has another one."
  value       = one(module.application[*].policy_command)
}
