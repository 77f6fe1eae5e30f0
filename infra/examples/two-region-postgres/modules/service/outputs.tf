output "balancer" {
  description = "What metrics of the load balancer go by: the dimensions of AWS/ApplicationELB."
  value = {
    LoadBalancer = aws_lb.this.arn_suffix
    TargetGroup  = aws_lb_target_group.this.arn_suffix
  }
}

output "endpoint" {
  description = "Name of this Region's front door."
  value       = aws_route53_record.endpoint.name
}
