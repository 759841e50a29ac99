output "arn_suffix" {
  description = "The balancer, as metrics name it."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Its address: where the certificate's name must point to."
  value       = aws_lb.this.dns_name
}

output "zone_id" {
  description = "Its zone, for an alias."
  value       = aws_lb.this.zone_id
}

output "listener_arn" {
  description = "The HTTPS listener."
  value       = aws_lb_listener.https.arn
}

output "security_group_id" {
  description = "Its group, which tasks let in."
  value       = aws_security_group.this.id
}

output "target_group_arns" {
  description = "For each area its target groups."
  value       = { for area in var.areas : area => [for protocol in ["http", "grpc"] : aws_lb_target_group.this["${area}-${protocol}"].arn] }
  # ECS refuses a target group that no listener uses yet.
  depends_on = [aws_lb_listener_rule.routes]
}

output "request_labels" {
  description = "For each area how metrics name the balancer and its target groups."
  value = {
    for area in var.areas : area => {
      for protocol in ["http", "grpc"] : protocol => {
        balancer = aws_lb.this.arn_suffix
        group    = aws_lb_target_group.this["${area}-${protocol}"].arn_suffix
      }
    }
  }
}

output "target_group_suffixes" {
  description = "Each target group, as metrics name it."
  value       = { for name, group in aws_lb_target_group.this : name => group.arn_suffix }
}
