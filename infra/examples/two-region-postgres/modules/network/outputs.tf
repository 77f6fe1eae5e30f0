output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "subnet_ids" {
  description = "Subnets: public for the load balancer, private for tasks, data for databases."
  value = {
    public  = [for subnet in aws_subnet.public : subnet.id]
    private = [for subnet in aws_subnet.private : subnet.id]
    data    = [for subnet in aws_subnet.data : subnet.id]
  }

  # A task that starts before its way out is there cannot fetch its image.
  depends_on = [aws_route_table_association.private]
}

output "security_group_ids" {
  description = "Security groups by what is in them; `fence` is what [fence] of the application file names."
  value = {
    balancer = aws_security_group.balancer.id
    tasks    = aws_security_group.tasks.id
    database = aws_security_group.database.id
    fence    = aws_security_group.fence.id
  }
}
