output "pool_id" {
  description = "The user pool."
  value       = aws_cognito_user_pool.this.id
}

output "issuer" {
  description = "POSARS_AUTH_ISSUER: the text of `iss` in tokens."
  value       = "https://cognito-idp.${var.region}.amazonaws.com/${aws_cognito_user_pool.this.id}"
}

output "client_ids" {
  description = "POSARS_AUTH_CLIENT_IDS, and the audience of the API's authorizer."
  value       = [aws_cognito_user_pool_client.people.id, aws_cognito_user_pool_client.programs.id]
}
