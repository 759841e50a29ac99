variable "name" {
  description = "Beginning of all names, such as posars-dev."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "account_id" {
  description = "The account."
  type        = string
}

variable "image" {
  description = "The image of posars."
  type        = string
}

variable "cpu_architecture" {
  description = "ARM64 or X86_64, as the image was built."
  type        = string
  default     = "ARM64"
}

variable "repository_arn" {
  description = "The repository of the image."
  type        = string
}

variable "environment" {
  description = "Settings of jobs (POSARS_*)."
  type        = map(string)
}

variable "password_reader" {
  description = "The container that fetches the database's password: the database's output of this name."
  type = object({
    image      = string
    secret_arn = string
    folder     = string
    every_s    = number
  })
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "people_key_arn" {
  description = "The master key of personal data."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnets" {
  description = "Where jobs run."
  type        = list(string)
}

variable "assign_public_ip" {
  description = "Whether jobs need addresses of their own, because there is no NAT gateway."
  type        = bool
  default     = false
}

variable "database_security_group_id" {
  description = "The database's group, which lets jobs in."
  type        = string
}

variable "intake_bucket" {
  description = "The bucket of dropped files."
  type        = string
}

variable "intake_bucket_arn" {
  description = "Its ARN."
  type        = string
}

variable "drop_prefix" {
  description = "Where in it files are dropped, such as intake/."
  type        = string
}

variable "result_prefixes" {
  description = "Where in it results and refused workbooks are put. Nothing there is announced."
  type        = list(string)
  default     = ["results/"]
}

variable "audit_bucket" {
  description = "The bucket of heads of the audit chain."
  type        = string
}

variable "audit_bucket_arn" {
  description = "Its ARN."
  type        = string
}

variable "companies" {
  description = "Companies whose chain is proven every night."
  type        = list(string)
}

variable "sends_queues" {
  description = "ARNs of the queues whose consumers an import wakes."
  type        = list(string)
}

variable "starts_imports" {
  description = "Whether a dropped file starts a job; not where the role `work imports` reads the queue."
  type        = bool
  default     = true
}

variable "dead_letters_arn" {
  description = "The queue for events that could start no job."
  type        = string
}

variable "alarm_topic_arn" {
  description = "Where failed jobs are told."
  type        = string
}

variable "vcpu" {
  description = "Processors of a job. Together with the other container's quarter and half gigabyte it must be a pair that Fargate knows."
  type        = number
  default     = 0.75
}

variable "memory_mib" {
  description = "Memory of a job's posars."
  type        = number
  default     = 1536
}

variable "vcpus_max" {
  description = "Processors of all jobs together."
  type        = number
  default     = 8
}

variable "timeout_s" {
  description = "When a job is ended."
  type        = number
  default     = 7200
}

variable "log_days" {
  description = "How long jobs' logs are kept."
  type        = number
  default     = 90
}

variable "import_options" {
  description = "Further arguments of `posars import`. Without --allow-unrecorded a job with refused rows fails, and is told."
  type        = list(string)
  default     = ["--define-missing"]
}
