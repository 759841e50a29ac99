output "id" {
  description = "The API, as metrics name it."
  value       = aws_apigatewayv2_api.this.id
}

output "url" {
  description = "Where callers find it."
  value       = var.domain == null ? aws_apigatewayv2_api.this.api_endpoint : "https://${var.domain.name}"
}

output "domain_target" {
  description = "What the name must point to; null without one."
  value       = try(aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].target_domain_name, null)
}
