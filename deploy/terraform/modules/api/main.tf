# The front door for REST (API Gateway, HTTP API): checks the token first, slows down who asks too much, keeps a log, and
# goes on to the internal balancer. It speaks no gRPC; gRPC clients call a balancer themselves.

locals {
  # Without a token: what tells that it lives, and the documentation. Health and metrics stay inside.
  open_routes = ["GET /livez", "GET /docs", "GET /docs/{proxy+}", "GET /openapi.json"]
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  protocol_type = "HTTP"
  # With a name of one's own only that one is to be used.
  disable_execute_api_endpoint = var.domain != null

  dynamic "cors_configuration" {
    for_each = length(var.allow_origins) > 0 ? [var.allow_origins] : []

    content {
      allow_origins = cors_configuration.value
      allow_methods = ["GET", "POST", "PATCH", "DELETE", "OPTIONS"]
      # Those of REST, of gRPC-Web and of traces. The gateway answers a browser's first question itself and drops what posars
      # says to it: POSARS_ALLOW_ORIGINS has no effect here.
      allow_headers = [
        "authorization", "content-type", "accept", "accept-language", "idempotency-key", "if-match", "if-none-match", "posars-company",
        "x-grpc-web", "x-user-agent", "grpc-timeout", "traceparent", "tracestate",
      ]
      expose_headers = ["retry-after", "etag", "content-disposition", "content-language", "grpc-status", "grpc-message", "grpc-status-details-bin"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_authorizer" "pool" {
  api_id           = aws_apigatewayv2_api.this.id
  name             = "pool"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  # Signature, issuer, end and client. Who may do what, posars decides.
  jwt_configuration {
    issuer   = var.issuer
    audience = var.client_ids
  }
}

resource "aws_security_group" "link" {
  name        = "${var.name}-api"
  description = "From the API gateway into the network"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  security_group_id            = aws_security_group.link.id
  description                  = "The balancer"
  referenced_security_group_id = var.balancer_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_apigatewayv2_vpc_link" "this" {
  name               = var.name
  subnet_ids         = var.subnets
  security_group_ids = [aws_security_group.link.id]
}

resource "aws_apigatewayv2_integration" "balancer" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "HTTP_PROXY"
  integration_method     = "ANY"
  integration_uri        = var.listener_arn
  connection_type        = "VPC_LINK"
  connection_id          = aws_apigatewayv2_vpc_link.this.id
  payload_format_version = "1.0"
  # The longest that it can wait; posars answers within 30 s or says so.
  timeout_milliseconds = 30000

  # The balancer's certificate is checked against this name.
  tls_config {
    server_name_to_verify = var.balancer_name
  }
}

resource "aws_apigatewayv2_route" "with_token" {
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "ANY /{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.balancer.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.pool.id
}

resource "aws_apigatewayv2_route" "open" {
  #checkov:skip=CKV_AWS_309:Liveness and the documentation need no token; every other route has the authorizer.
  for_each           = toset(local.open_routes)
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.balancer.id}"
  authorization_type = "NONE"
}

resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_338:How long it is kept is var.log_days; it names addresses of people, so no longer than needed.
  name              = "/${var.name}/api"
  retention_in_days = var.log_days
  kms_key_id        = var.data_key_arn
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit    = var.calls_per_s
    throttling_burst_limit   = var.calls_burst
    detailed_metrics_enabled = true
  }

  # Never the token, and no query, which may name a person.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      requestId   = "$context.requestId"
      time        = "$context.requestTime"
      ip          = "$context.identity.sourceIp"
      method      = "$context.httpMethod"
      path        = "$context.path"
      route       = "$context.routeKey"
      status      = "$context.status"
      bytes       = "$context.responseLength"
      latencyMs   = "$context.responseLatency"
      subject     = "$context.authorizer.claims.sub"
      refused     = "$context.authorizer.error"
      integration = "$context.integrationErrorMessage"
    })
  }
}

resource "aws_apigatewayv2_domain_name" "this" {
  count       = var.domain == null ? 0 : 1
  domain_name = var.domain.name

  domain_name_configuration {
    certificate_arn = var.domain.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  count       = var.domain == null ? 0 : 1
  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = aws_apigatewayv2_stage.this.id
}
