output "identifier" {
  description = "The writer, as alarms name it."
  value       = aws_db_instance.main.identifier
}

output "security_group_id" {
  description = "The group that lets clients in."
  value       = aws_security_group.database.id
}

output "url" {
  description = "POSARS_DATABASE_URL: no password in it, but the file that has it."
  value       = local.url_of["writer"]
}

output "read_url" {
  description = "POSARS_READ_DATABASE_URL; null without a replica."
  value       = try(local.url_of["reader"], null)
}

output "secret_arn" {
  description = "The secret with the password."
  value       = local.secret_arn
}

output "password_reader" {
  description = "The container that keeps the password's file: image, the secret, folder, seconds between looks."
  value = {
    image      = var.password_image
    secret_arn = local.secret_arn
    folder     = local.folder
    # Old connections live on after a rotation, and posars asks for the new password when one is refused.
    every_s = var.password_look_s
    # Of what a container has by default all but DAC_OVERRIDE: the volume may belong to posars' user, and it writes as root.
    drops = [
      "AUDIT_WRITE", "CHOWN", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID",
      "SETPCAP", "SETUID", "SYS_CHROOT",
    ]
  }
}
