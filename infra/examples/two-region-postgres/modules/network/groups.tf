# Who may talk to whom, by group and never by address: the internet to the load balancer, that to the tasks, and those
# to the database.

resource "aws_security_group" "balancer" {
  #checkov:skip=CKV2_AWS_5: module service puts the load balancer into it
  name        = "${var.name}-balancer"
  description = "The load balancer, by TLS only"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "tasks" {
  #checkov:skip=CKV2_AWS_5: module service puts the tasks into it
  name        = "${var.name}-tasks"
  description = "Tasks, from the load balancer only"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "database" {
  #checkov:skip=CKV2_AWS_5: modules database and replica put their instances into it
  name        = "${var.name}-database"
  description = "PostgreSQL, from the tasks only"
  vpc_id      = aws_vpc.this.id
}

# What the fence puts in the place of the database's own group: nobody in, nobody out. Written as empty lists, so that a
# rule that somebody adds is taken away again.
resource "aws_security_group" "fence" {
  #checkov:skip=CKV2_AWS_5: it is put on the old writer in a failover, and on nothing before
  name        = "${var.name}-fence"
  description = "Admits nobody: what cuts an old writer off"
  vpc_id      = aws_vpc.this.id
  ingress     = []
  egress      = []
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  security_group_id = aws_security_group.balancer.id
  description       = "TLS from CloudFront, Route 53's checkers and probes"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "balancer_to_tasks" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

resource "aws_vpc_security_group_ingress_rule" "tasks_from_balancer" {
  security_group_id            = aws_security_group.tasks.id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_database" {
  security_group_id            = aws_security_group.tasks.id
  description                  = "PostgreSQL"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "tasks_out" {
  security_group_id = aws_security_group.tasks.id
  description       = "Images, logs and secrets"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "database_from_tasks" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
