mock_provider "aws" {
  alias  = "primary"
  source = "./tests/mocks/primary"
}

mock_provider "aws" {
  alias  = "standby"
  source = "./tests/mocks/standby"
}

variables {
  name                = "orders-us-west-2"
  names               = { zone_id = "Z0123456789ABCDEFGHIJ", endpoint = "us-west-2.orders.example.com", also = ["orders.example.com", "read.orders.example.com"] }
  image               = "111122223333.dkr.ecr.us-west-2.amazonaws.com/orders@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  container           = { port = 8080, alive = "/alive", health = "/health", cpu = 512, memory = 1024 }
  tasks               = 2
  log_retention_days  = 90
  deletion_protection = true

  network = {
    vpc_id             = "vpc-0aaaaaaaaaaaaaaaa"
    subnet_ids         = { public = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"], private = ["subnet-0cccccccccccccccc", "subnet-0dddddddddddddddd"] }
    security_group_ids = { balancer = "sg-0aaaaaaaaaaaaaaaa", tasks = "sg-0bbbbbbbbbbbbbbbb" }
  }

  database = {
    local          = "orders-replica.bbbbbbbb.us-west-2.rds.amazonaws.com"
    writer         = "writer.orders.internal"
    name           = "orders"
    user           = "orders_owner"
    secret_arn     = "arn:aws:secretsmanager:us-west-2:111122223333:secret:orders/password-aaaaaa"
    secret_key_arn = "arn:aws:kms:us-west-2:111122223333:key/bbbb"
  }
}

run "the_front_door_speaks_tls_under_a_certificate_of_its_own_region" {
  command = apply

  module {
    source = "./modules/service"
  }

  providers = { aws = aws.standby }

  assert {
    condition     = aws_lb_listener.tls.protocol == "HTTPS" && aws_lb_listener.tls.port == 443 && aws_lb_listener.tls.certificate_arn == "arn:aws:acm:us-west-2:111122223333:certificate/standby"
    error_message = "the front door speaks in the clear, or under another certificate"
  }

  assert {
    condition     = aws_acm_certificate.this.domain_name == "us-west-2.orders.example.com" && aws_acm_certificate.this.subject_alternative_names == toset(["orders.example.com", "read.orders.example.com"])
    error_message = "CloudFront and Route 53's checkers come by a name that the certificate does not have"
  }

  assert {
    condition     = toset(keys(aws_route53_record.proof)) == toset(["us-west-2.orders.example.com", "orders.example.com", "read.orders.example.com"])
    error_message = "a name of the certificate is not proven"
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection
    error_message = "one call deletes the front door"
  }
}

run "tasks_run_before_they_are_needed_and_in_private" {
  command = plan

  module {
    source = "./modules/service"
  }

  providers = { aws = aws.standby }

  assert {
    condition     = aws_ecs_service.this.desired_count == 2
    error_message = "the standby has to start when it is needed"
  }

  assert {
    condition     = !aws_ecs_service.this.network_configuration[0].assign_public_ip && toset(aws_ecs_service.this.network_configuration[0].subnets) == toset(var.network.subnet_ids.private)
    error_message = "tasks are in public"
  }

  assert {
    condition     = aws_cloudwatch_log_group.tasks.retention_in_days == 90
    error_message = "logs are kept for ever"
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/alive"
    error_message = "a database that is away for a minute would replace every task"
  }
}

run "tasks_read_the_password_of_their_own_region_and_nothing_else" {
  command = plan

  module {
    source = "./modules/service"
  }

  providers = { aws = aws.standby }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.execution.statement :
      toset(statement.resources) == toset(["arn:aws:secretsmanager:us-west-2:111122223333:secret:orders/password-aaaaaa"]) if contains(statement.actions, "secretsmanager:GetSecretValue")
    ])
    error_message = "the role reads another secret"
  }

  assert {
    condition     = length([for statement in data.aws_iam_policy_document.execution.statement : statement if contains(statement.actions, "secretsmanager:GetSecretValue")]) == 1
    error_message = "the role reads no secret, and no task can start"
  }

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.execution.statement : statement.actions == toset(["ecr:GetAuthorizationToken"]) if contains(statement.resources, "*")])
    error_message = "something beside the login to ECR is for every resource"
  }
}

run "a_standby_without_tasks_is_refused" {
  command = plan

  module {
    source = "./modules/service"
  }

  providers = { aws = aws.standby }

  variables {
    tasks = 0
  }

  expect_failures = [var.tasks]
}
