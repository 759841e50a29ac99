variable "name" {
  description = "Name of the cluster and of the repository, such as posars-dev."
  type        = string
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "container_insights" {
  description = "CloudWatch's figures of each container: disabled, enabled or enhanced. They cost by the metric."
  type        = string
  default     = "enabled"

  validation {
    condition     = contains(["disabled", "enabled", "enhanced"], var.container_insights)
    error_message = "disabled, enabled or enhanced."
  }
}

variable "releases_max" {
  description = "How many releases are kept, two images each."
  type        = number
  default     = 30
}
