output "write_name" {
  description = "The name that writes go to."
  value       = local.traffic.write_name
}

output "read_name" {
  description = "The name that reads go to. None where the file has none."
  value       = local.read_name
}

output "database_name" {
  description = "The database writer's name in the private zone. None where none was asked for."
  value       = one([for record in aws_route53_record.database : record.name if record.set_identifier == local.regions.primary])
}

output "latch_checks" {
  description = "By Region: id of the calculated check that is healthy while the Region is not latched off, for records of one's own, such as CloudFront's origin."
  value       = { for region, check in aws_route53_health_check.latches : region => check.id }
}

output "read_checks" {
  description = "By Region: id of the calculated check of its endpoint and of its latch."
  value       = { for region, check in aws_route53_health_check.readable : region => check.id }
}
