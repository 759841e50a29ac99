output "sftp_endpoint" {
  description = "Where SFTP clients connect."
  value       = aws_transfer_server.sftp.endpoint
}

output "ftp_endpoint" {
  description = "Where FTP clients of the network connect; null without FTP."
  value       = try(aws_transfer_server.ftp[0].endpoint, null)
}
