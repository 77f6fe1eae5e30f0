# One Region's front door: a load balancer that speaks TLS alone, under a certificate of its own Region.

resource "aws_acm_certificate" "this" {
  domain_name               = var.names.endpoint
  subject_alternative_names = var.names.also
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

# Both Regions' certificates are proven by the same records: whoever comes second finds them there.
resource "aws_route53_record" "proof" {
  for_each = setunion([var.names.endpoint], var.names.also)

  zone_id         = var.names.zone_id
  name            = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type            = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records         = [for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_value if option.domain_name == each.key]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_91: access logs are the owner's choice, and want a bucket with a policy of its own in each Region
  #checkov:skip=CKV_AWS_150: deletion protection is a variable, true unless everything is to be taken down
  #checkov:skip=CKV2_AWS_28: a firewall is the owner's choice; it would have to let Route 53's checkers and the probes through
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = var.network.subnet_ids.public
  security_groups            = [var.network.security_group_ids.balancer]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
}

# No listener on port 80: who speaks in the clear is not answered, and not redirected after having said it.
resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378: TLS ends at the load balancer; behind it is the VPC, and the tasks' group admits the balancer alone
  name                 = var.name
  vpc_id               = var.network.vpc_id
  target_type          = "ip"
  port                 = var.container.port
  protocol             = "HTTP"
  deregistration_delay = 30

  # The shallow path: a database that is away for a minute is no reason to replace every task. What checkers and probes
  # ask is the deep one.
  health_check {
    path                = var.container.alive
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_route53_record" "endpoint" {
  zone_id = var.names.zone_id
  name    = var.names.endpoint
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
