output "data_key_arn" {
  description = "The key of everything at rest."
  value       = aws_kms_key.data.arn
}

output "people_key_arn" {
  description = "The master key of personal data."
  value       = aws_kms_key.people.arn
}
