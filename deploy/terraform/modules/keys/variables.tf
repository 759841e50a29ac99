variable "name" {
  description = "Beginning of all names, such as posars-dev."
  type        = string
}

variable "deletion_window_days" {
  description = "Days between the deletion of the data key and its end, 7 to 30."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "AWS waits 7 to 30 days."
  }
}
