variable "name" {
  description = "Beginning of all names, such as posars-dev; POSARS_QUEUES ends with it and a hyphen."
  type        = string
}

variable "account_id" {
  description = "The account whose services may send."
  type        = string
}

variable "intake_bucket_arn" {
  description = "The bucket whose dropped files are announced on the queue `imports`."
  type        = string
}

variable "events_rule_arn" {
  description = "The rule of EventBridge that leaves on `imports-dlq` what it could not start a job for."
  type        = string
}
