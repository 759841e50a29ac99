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

variable "issuer" {
  description = "Who signs the pipeline's tokens."
  type        = string
  default     = "https://token.actions.githubusercontent.com"

  validation {
    condition     = startswith(var.issuer, "https://")
    error_message = "The issuer is an https URL."
  }
}

variable "provider_arn" {
  description = "The account's OpenID Connect provider for this issuer, where it has one already; there can be only one."
  type        = string
  default     = null
}

variable "subjects" {
  description = "Exactly who may sign in, such as repo:owner/posars:environment:dev."
  type        = list(string)

  validation {
    condition     = length(var.subjects) > 0 && alltrue([for subject in var.subjects : !strcontains(subject, "*")])
    error_message = "Name each subject in full; a * would let in pipelines that nobody reviewed."
  }
}

variable "repository_arn" {
  description = "The repository of images."
  type        = string
}

variable "service_arns" {
  description = "The services that it rolls."
  type        = list(string)
}

variable "task_role_arns" {
  description = "The roles that it hands to tasks."
  type        = list(string)
}

variable "job_queue_arn" {
  description = "The queue of jobs."
  type        = string
}

variable "job_definition_arn_prefixes" {
  description = "The jobs, without their versions."
  type        = list(string)
}
