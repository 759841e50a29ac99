variable "name" {
  description = "Beginning of all names, such as posars-dev, and the namespace of posars' figures."
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

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "emails" {
  description = "Who is told of alarms."
  type        = list(string)
}

variable "queue_names" {
  description = "Each queue's full name by its name; dead-letter queues end with -dlq."
  type        = map(string)
}

variable "queue_ages_s" {
  description = "For each queue how old its oldest message may be."
  type        = map(number)
}

variable "balancers" {
  description = "The balancers, as metrics name them, by what their alarms' names end with: { \"\" = \"app/…\" }."
  type        = map(string)
}

variable "api_id" {
  description = "The API gateway's API."
  type        = string
}

variable "database" {
  description = "The database's writer, as metrics name it."
  type        = string
}

variable "cluster" {
  description = "The cluster's name."
  type        = string
}

variable "services" {
  description = "Names of the services."
  type        = list(string)
}

variable "failed_jobs_rule" {
  description = "The rule that matches failed jobs."
  type        = string
}

variable "figures_days" {
  description = "How long the figures' raw lines are kept; the metrics made of them stay 15 months."
  type        = number
  default     = 14
}
