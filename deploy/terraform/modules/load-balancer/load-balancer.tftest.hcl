mock_provider "aws" {}

variables {
  name            = "posars-test"
  vpc_id          = "vpc-1"
  vpc_cidr        = "10.20.0.0/16"
  subnets         = ["subnet-1", "subnet-2"]
  caller_cidrs    = ["10.20.0.0/16"]
  certificate_arn = "arn:aws:acm:sa-east-1:123456789012:certificate/1"
  access_bucket   = "posars-test-access"
}

run "callers_speak_tls" {
  command = apply

  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && aws_lb_listener.https.port == 443 && strcontains(aws_lb_listener.https.ssl_policy, "TLS13") && aws_lb_listener.https.certificate_arn == var.certificate_arn
    error_message = "The one listener must speak TLS 1.2 or 1.3."
  }

  assert {
    condition     = aws_lb.this.internal && aws_lb.this.drop_invalid_header_fields && aws_lb.this.access_logs[0].enabled
    error_message = "By default the balancer is inside, drops what is no header, and is logged."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.callers : rule.from_port == 443 && rule.to_port == 443])
    error_message = "No port but 443 may be open."
  }
}

run "each_role_has_a_group_for_http_and_one_for_grpc" {
  command = apply

  assert {
    condition     = length(aws_lb_target_group.this) == 10 && aws_lb_target_group.this["sales-grpc"].protocol_version == "GRPC" && aws_lb_target_group.this["sales-http"].protocol_version == "HTTP1"
    error_message = "gRPC needs a group of its own."
  }

  assert {
    condition = alltrue([
      for name, group in aws_lb_target_group.this :
      endswith(name, "-grpc") ? group.health_check[0].path == "/grpc.health.v1.Health/Check" && group.health_check[0].matcher == "0" : group.health_check[0].path == "/readyz" && group.health_check[0].matcher == "200"
    ])
    error_message = "The balancer must ask for readiness."
  }

  assert {
    condition     = alltrue([for group in aws_lb_target_group.this : group.health_check[0].interval * group.health_check[0].unhealthy_threshold >= 120])
    error_message = "A switch of the database to the other zone must not cost the tasks."
  }

  assert {
    condition     = output.target_group_arns["hr"] == [aws_lb_target_group.this["hr-http"].arn, aws_lb_target_group.this["hr-grpc"].arn]
    error_message = "A role's service must be in its own groups."
  }
}

run "rules_go_where_the_routes_say_in_their_order" {
  command = apply

  assert {
    condition = alltrue([
      for index, rule in jsondecode(file("./routes.json")).rules :
      aws_lb_listener_rule.routes[format("%03d", index + 1)].priority == index + 1
      && aws_lb_listener_rule.routes[format("%03d", index + 1)].action[0].target_group_arn == aws_lb_target_group.this["${rule.area}-${rule.protocol}"].arn
    ])
    error_message = "The first route must be asked first and go to its role."
  }

  assert {
    condition     = length(aws_lb_listener_rule.routes) == length(jsondecode(file("./routes.json")).rules) && length(aws_lb_listener_rule.routes) <= 100
    error_message = "Every route must be a rule; a listener has 100."
  }

  assert {
    condition = alltrue([
      for index, rule in jsondecode(file("./routes.json")).rules : toset(flatten([
        for condition in aws_lb_listener_rule.routes[format("%03d", index + 1)].condition : concat(
          flatten([for pattern in condition.path_pattern : concat(pattern.values == null ? [] : tolist(pattern.values), pattern.regex_values == null ? [] : tolist(pattern.regex_values))]),
          flatten([for header in condition.http_header : header.values == null ? [] : tolist(header.values)]),
        )
      ])) == toset(concat(rule.paths, rule.path_expressions, rule.content_types))
    ])
    error_message = "A rule must ask for everything that its route says, and for nothing else."
  }
}
