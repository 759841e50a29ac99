variable "name" {
  description = "Beginning of all names, such as posars-dev."
  type        = string
}

variable "role" {
  description = "Name of the role among the services, such as sales or work-stock."
  type        = string
}

variable "command" {
  description = "posars' arguments, such as [\"serve\", \"sales\"]."
  type        = list(string)
}

variable "image" {
  description = "The image of posars; the same for every role."
  type        = string
}

variable "environment" {
  description = "Settings of this role (POSARS_*). No secrets: they can be read by who may read the task definition."
  type        = map(string)

  validation {
    condition     = alltrue([for value in values(var.environment) : !can(regex("postgres(ql)?://[^/@]*:[^/@]*@", value))])
    error_message = "A URL here holds a password. Name the file that holds it, with passfile=."
  }
}

variable "region" {
  description = "The region."
  type        = string
}

variable "account_id" {
  description = "The account."
  type        = string
}

variable "cluster_arn" {
  description = "The cluster."
  type        = string
}

variable "cluster_name" {
  description = "The cluster's name."
  type        = string
}

variable "repository_arn" {
  description = "The repository of the image."
  type        = string
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "people_key_arn" {
  description = "The master key of personal data; null for a role that sees no people."
  type        = string
  default     = null
}

variable "password_reader" {
  description = "The container that keeps the database's password in a file: the database's output of this name."
  type = object({
    image      = string
    secret_arn = string
    folder     = string
    every_s    = number
    drops      = list(string)
  })
}

variable "collector" {
  description = "The container that sends metrics and traces on: image, configuration, log group of figures. null for none."
  type = object({
    image         = string
    config        = string
    log_group_arn = string
  })
  default = null
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnets" {
  description = "Where the tasks sit."
  type        = list(string)
}

variable "assign_public_ip" {
  description = "Whether tasks need addresses of their own, because there is no NAT gateway."
  type        = bool
  default     = false
}

variable "database_security_group_id" {
  description = "The database's group, which lets this role in."
  type        = string
}

variable "balancer_security_group_ids" {
  description = "Groups of the balancers that call."
  type        = list(string)
  default     = []
}

variable "target_group_arns" {
  description = "Target groups of the balancers; none for a role that only works. ECS takes five at most."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.target_group_arns) <= 5
    error_message = "A service of ECS can be in five target groups at most."
  }
}

variable "request_labels" {
  description = "For scaling on requests and for alarms, by protocol: how metrics name the balancer and the target group."
  type        = map(object({ balancer = string, group = string }))
  default     = {}
}

variable "alarm_topic_arn" {
  description = "Where a task that does not get ready is told; null for nowhere."
  type        = string
  default     = null
}

variable "requests_per_task" {
  description = "Requests a minute that one task should have."
  type        = number
  default     = 6000
}

variable "reads_queues" {
  description = "ARNs of the queues that it reads."
  type        = list(string)
  default     = []
}

variable "sends_queues" {
  description = "ARNs of the queues whose consumers it wakes."
  type        = list(string)
  default     = []
}

variable "scales_on_queues" {
  description = "Full names of the queues whose age asks for more tasks."
  type        = list(string)
  default     = []
}

variable "reads_buckets" {
  description = "Buckets that it reads, below a prefix."
  type        = list(object({ name = string, arn = string, prefix = string }))
  default     = []
}

variable "writes_buckets" {
  description = "Buckets that it writes to, below a prefix, and whether it may also delete there."
  type        = list(object({ name = string, arn = string, prefix = string, deletes = optional(bool, false) }))
  default     = []
}

variable "cpu" {
  description = "Processor of a task, 1024 for one."
  type        = number
  default     = 256
}

variable "memory_mib" {
  description = "Memory of a task. Fargate knows pairs: 256 with 512 to 2048, 512 with 1024 to 4096, 1024 with 2048 to 8192."
  type        = number
  default     = 512
}

variable "cpu_architecture" {
  description = "ARM64 or X86_64, as the image was built."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "ARM64 or X86_64."
  }
}

variable "spot" {
  description = "Whether tasks run on spare capacity: 70 % cheaper, and ended with two minutes' notice."
  type        = bool
  default     = false
}

variable "tasks_min" {
  description = "Tasks at least."
  type        = number
  default     = 1
}

variable "tasks_max" {
  description = "Tasks at most."
  type        = number
  default     = 4

  validation {
    condition     = var.tasks_max >= var.tasks_min
    error_message = "There cannot be fewer tasks at most than at least."
  }
}

variable "log_days" {
  description = "How long its log is kept."
  type        = number
  default     = 90
}
