output "names" {
  description = "Bucket names: files, intake, audit."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.id }
}

output "arns" {
  description = "Bucket ARNs: files, intake, audit. Made of the names, so that whoever announces to a queue can be made before."
  value       = { for name, bucket in local.buckets : name => "arn:aws:s3:::${bucket}" }
}

output "files_url" {
  description = "POSARS_FILES."
  value       = "s3://${local.buckets.files}/${var.files_prefix}"
}

output "drop_prefix" {
  description = "Where in the bucket `intake` workbooks are dropped."
  value       = local.drop_prefix
}

output "access_bucket" {
  description = "The bucket of access logs."
  value       = aws_s3_bucket_policy.access.bucket
}
