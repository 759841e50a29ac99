# The balancer (ALB): one HTTPS listener; each path and each gRPC method goes to the role that serves it.

locals {
  # Written by a test of the project out of the protos, which also proves that every path reaches its role.
  routes = jsondecode(file("${path.module}/routes.json"))
  groups = {
    for pair in setproduct(var.areas, ["http", "grpc"]) : "${pair[0]}-${pair[1]}" => { area = pair[0], protocol = pair[1] }
  }
}

resource "aws_security_group" "this" {
  name        = "${var.name}-balancer"
  description = "Balancer of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "callers" {
  for_each          = toset(var.caller_cidrs)
  security_group_id = aws_security_group.this.id
  description       = "HTTPS from callers"
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  security_group_id = aws_security_group.this.id
  description       = "Tasks in the network"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_28:Every call needs a token and posars has limits of its own; a firewall is the owner's choice.
  #checkov:skip=CKV_AWS_150:Deletion protection is on wherever the environment is one to keep (var.deletion_protection).
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = var.internal
  subnets                    = var.subnets
  security_groups            = [aws_security_group.this.id]
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.deletion_protection
  # Longer than the longest call (30 s) and shorter than posars keeps an idle connection.
  idle_timeout = 60

  access_logs {
    bucket  = var.access_bucket
    prefix  = "balancer"
    enabled = true
  }
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:Between balancer and task is the private network; groups let the balancer alone in.
  for_each             = local.groups
  name                 = "${var.name}-${each.key}"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  port                 = 8080
  protocol             = "HTTP"
  protocol_version     = each.value.protocol == "grpc" ? "GRPC" : "HTTP1"
  deregistration_delay = 20
  # A task that just started has cold caches; the idlest one gets the next request.
  load_balancing_algorithm_type = "least_outstanding_requests"

  # /readyz says 503 from SIGTERM on, and while the database is away. RDS switches zones within two minutes; tasks must
  # not be replaced for that, so a task has two and a half. For gRPC the balancer knows the code of an answer only, which
  # is 0 also from a task that is not ready; ECS takes a task out when one of its groups finds it unhealthy.
  health_check {
    protocol            = "HTTP"
    path                = each.value.protocol == "grpc" ? "/grpc.health.v1.Health/Check" : "/readyz"
    matcher             = each.value.protocol == "grpc" ? "0" : "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 10
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["${local.routes.default_area}-http"].arn
  }
}

resource "aws_lb_listener_rule" "routes" {
  for_each     = { for index, rule in local.routes.rules : format("%03d", index + 1) => rule }
  listener_arn = aws_lb_listener.https.arn
  priority     = tonumber(each.key)

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["${each.value.area}-${each.value.protocol}"].arn
  }

  dynamic "condition" {
    for_each = length(each.value.paths) > 0 ? [each.value.paths] : []

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.path_expressions) > 0 ? [each.value.path_expressions] : []

    content {
      path_pattern {
        regex_values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(each.value.content_types) > 0 ? [each.value.content_types] : []

    content {
      http_header {
        http_header_name = "content-type"
        values           = condition.value
      }
    }
  }
}
