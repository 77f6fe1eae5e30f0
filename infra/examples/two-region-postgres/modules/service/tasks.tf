# The tasks of one Region. They run in both Regions all the time: capacity that has to be asked for in an outage is asked
# for by everybody.

data "aws_region" "current" {}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65: Container Insights is paid by the metric, and nothing here reads it
  name = var.name
}

resource "aws_cloudwatch_log_group" "tasks" {
  #checkov:skip=CKV_AWS_158: logs are encrypted by CloudWatch; a key of one's own can be disabled, and then nothing is logged
  #checkov:skip=CKV_AWS_338: the days are a variable
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.container.cpu
  memory                   = var.container.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "ARM64"
  }

  container_definitions = jsonencode([{
    name                   = "app"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    portMappings           = [{ containerPort = var.container.port, protocol = "tcp" }]

    environment = [
      { name = "DATABASE_LOCAL", value = var.database.local },
      { name = "DATABASE_WRITER", value = var.database.writer },
      { name = "DATABASE_NAME", value = var.database.name },
      { name = "DATABASE_USER", value = var.database.user },
      { name = "DATABASE_SSLMODE", value = "verify-ca" },
      { name = "HEALTH_PATH", value = var.container.health },
      { name = "ALIVE_PATH", value = var.container.alive },
    ]

    secrets = [{ name = "DATABASE_PASSWORD", valueFrom = var.database.secret_arn }]

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.tasks.name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = "app"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name                               = var.name
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.this.arn
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST"
  desired_count                      = var.tasks
  deployment_minimum_healthy_percent = 100
  health_check_grace_period_seconds  = 60

  network_configuration {
    subnets          = var.network.subnet_ids.private
    security_groups  = [var.network.security_group_ids.tasks]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "app"
    container_port   = var.container.port
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  # A target group that no listener leads to takes no tasks.
  depends_on = [aws_lb_listener.tls, aws_iam_role_policy.execution]
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

# What the application itself may do. The example's needs nothing.
resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "execution" {
  #checkov:skip=CKV_AWS_356: GetAuthorizationToken knows no resource
  statement {
    sid       = "Login"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = local.repository == null ? [] : [local.repository]

    content {
      sid       = "Image"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
      resources = ["arn:aws:ecr:${statement.value.region}:${statement.value.account}:repository/${statement.value.name}"]
    }
  }

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.tasks.arn}:*"]
  }

  statement {
    sid       = "Password"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.database.secret_arn]
  }

  statement {
    sid       = "PasswordKey"
    actions   = ["kms:Decrypt"]
    resources = [var.database.secret_key_arn]
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

locals {
  # Where the image is in ECR. One of another registry is fetched without rights.
  parts = try(regex("^([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.amazonaws\\.com/([^@:]+)@", var.image), null)

  repository = local.parts == null ? null : { account = local.parts[0], region = local.parts[1], name = local.parts[2] }
}
