variable "name" {
  description = "Name of the instance and beginning of all names, such as posars-dev."
  type        = string
}

variable "partition" {
  description = "Partition of AWS, as in ARNs."
  type        = string
  default     = "aws"
}

variable "region" {
  description = "The region, as part of an endpoint's name."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnets" {
  description = "Private subnets in two zones at least."
  type        = list(string)
}

variable "rotation_subnets" {
  description = "Subnets from which the function that rotates the password reaches Secrets Manager."
  type        = list(string)
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "engine_version" {
  description = "Major version of PostgreSQL, 15 or later; RDS chooses the minor one."
  type        = string
  default     = "17"
}

variable "family" {
  description = "Family of the parameter group, of the same major version."
  type        = string
  default     = "postgres17"

  validation {
    condition     = var.family == "postgres${split(".", var.engine_version)[0]}"
    error_message = "The family and the engine's version must have the same major number."
  }
}

variable "instance_class" {
  description = "Size of the writer."
  type        = string
  default     = "db.t4g.small"
}

variable "multi_az" {
  description = "Whether a copy in another zone takes over by itself."
  type        = bool
  default     = true
}

variable "replicas" {
  description = "Copies that queries may read: 0 or 1, which is what posars can be told of."
  type        = number
  default     = 0

  validation {
    condition     = contains([0, 1], var.replicas)
    error_message = "posars reads at one replica at most."
  }
}

variable "replica_instance_class" {
  description = "Size of a replica."
  type        = string
  default     = "db.t4g.small"
}

variable "storage_gb" {
  description = "Storage at the start."
  type        = number
  default     = 20
}

variable "storage_gb_max" {
  description = "How far RDS may let it grow by itself."
  type        = number
  default     = 500
}

variable "backup_days" {
  description = "Days of which any second can be restored."
  type        = number
  default     = 35

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "RDS keeps 1 to 35 days; 0 would end the restore to a point in time."
  }
}

variable "deletion_protection" {
  description = "Whether RDS refuses to delete it."
  type        = bool
  default     = true
}

variable "rotation_days" {
  description = "Days between two passwords."
  type        = number
  default     = 30
}

variable "log_days" {
  description = "How long the server's log is kept."
  type        = number
  default     = 90
}

variable "rotation_application_id" {
  description = "AWS's function for passwords of PostgreSQL, in the Serverless Application Repository."
  type        = string
  default     = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser"
}

variable "password_image" {
  description = "Image of the container that fetches the password: target `password` of deploy/Dockerfile."
  type        = string
}

variable "password_look_s" {
  description = "Seconds between two looks for a new password that nobody asked for; posars asks when it needs one."
  type        = number
  default     = 300
}
