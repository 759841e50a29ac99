mock_provider "aws" {}

variables {
  name                       = "posars-test"
  vpc_id                     = "vpc-1"
  subnets                    = ["subnet-1", "subnet-2"]
  balancer_security_group_id = "sg-balancer"
  listener_arn               = "arn:aws:elasticloadbalancing:sa-east-1:123456789012:listener/app/posars-test/1/2"
  balancer_name              = "balancer.posars.example"
  issuer                     = "https://cognito-idp.sa-east-1.amazonaws.com/sa-east-1_1"
  client_ids                 = ["people", "programs"]
  data_key_arn               = "arn:aws:kms:sa-east-1:123456789012:key/data"
}

run "every_call_needs_a_token_of_the_pool" {
  command = apply

  assert {
    condition     = aws_apigatewayv2_route.with_token.authorization_type == "JWT" && aws_apigatewayv2_route.with_token.authorizer_id == aws_apigatewayv2_authorizer.pool.id && aws_apigatewayv2_route.with_token.route_key == "ANY /{proxy+}"
    error_message = "Whatever is not named open must have the authorizer."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.pool.jwt_configuration[0].issuer == var.issuer && aws_apigatewayv2_authorizer.pool.jwt_configuration[0].audience == toset(var.client_ids)
    error_message = "The authorizer must take tokens of this pool and these clients."
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.open : startswith(route.route_key, "GET ") && !strcontains(route.route_key, "/v1") && !strcontains(route.route_key, "metrics")])
    error_message = "Nothing of the API and no figures may be open."
  }
}

run "calls_go_to_the_balancer_by_tls" {
  command = apply

  assert {
    condition     = aws_apigatewayv2_integration.balancer.integration_uri == var.listener_arn && aws_apigatewayv2_integration.balancer.connection_id == aws_apigatewayv2_vpc_link.this.id && aws_apigatewayv2_integration.balancer.tls_config[0].server_name_to_verify == var.balancer_name
    error_message = "The way in is the private link, and the balancer's certificate is checked."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.balancer.referenced_security_group_id == "sg-balancer"
    error_message = "The link reaches the balancer alone."
  }
}

run "calls_are_throttled_and_logged_without_tokens" {
  command = apply

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 500 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 1000
    error_message = "Calls must be throttled."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.access.arn && !strcontains(lower(aws_apigatewayv2_stage.this.access_log_settings[0].format), "authorization")
    error_message = "Calls must be logged, tokens never."
  }

  assert {
    condition     = aws_cloudwatch_log_group.access.kms_key_id == var.data_key_arn
    error_message = "The log must be encrypted."
  }
}

run "pages_may_speak_grpc_web_and_see_when_to_come_again" {
  command = apply

  variables {
    allow_origins = ["https://office.example"]
  }

  assert {
    condition     = length(setsubtract(["authorization", "idempotency-key", "posars-company", "x-grpc-web", "grpc-timeout", "traceparent"], aws_apigatewayv2_api.this.cors_configuration[0].allow_headers)) == 0
    error_message = "Headers that clients send must be allowed."
  }

  assert {
    condition     = length(setsubtract(["retry-after", "grpc-status", "grpc-message"], aws_apigatewayv2_api.this.cors_configuration[0].expose_headers)) == 0
    error_message = "Headers that clients need must be readable."
  }
}

run "any_origin_is_refused" {
  command = plan

  variables {
    allow_origins = ["*"]
  }

  expect_failures = [var.allow_origins]
}

run "a_name_of_ones_own_is_the_only_one" {
  command = apply

  variables {
    domain = { name = "api.posars.example", certificate_arn = "arn:aws:acm:sa-east-1:123456789012:certificate/2" }
  }

  assert {
    condition     = aws_apigatewayv2_api.this.disable_execute_api_endpoint && aws_apigatewayv2_api_mapping.this[0].stage == aws_apigatewayv2_stage.this.id && aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].security_policy == "TLS_1_2"
    error_message = "Callers must come by the name, with TLS 1.2 at least."
  }
}
