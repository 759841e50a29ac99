variable "name" {
  description = "Name of the pool and beginning of all names, such as posars-dev."
  type        = string
}

variable "region" {
  description = "The region, as part of the issuer."
  type        = string
}

variable "domain_prefix" {
  description = "Beginning of the sign-in page's address; the region's, so it must be your own."
  type        = string
}

variable "companies" {
  description = "Companies with the stores that have people of their own: { main = [\"centro\"] }."
  type        = map(list(string))
}

variable "roles" {
  description = "posars' roles, each for a whole company."
  type        = list(string)
  default     = ["owner", "manager", "cashier", "stock", "finance", "auditor", "hr", "operator"]
}

variable "store_roles" {
  description = "Roles that are also given for a single store."
  type        = list(string)
  default     = ["manager", "cashier", "stock"]
}

variable "callback_urls" {
  description = "Pages to come back to after signing in; none for no sign-in page."
  type        = list(string)
  default     = []
}

variable "mfa" {
  description = "OFF, OPTIONAL or ON: a second factor by an app."
  type        = string
  default     = "OPTIONAL"

  validation {
    condition     = contains(["OFF", "OPTIONAL", "ON"], var.mfa)
    error_message = "OFF, OPTIONAL or ON."
  }
}

variable "tier" {
  description = "Feature plan of Cognito: LITE, ESSENTIALS or PLUS. It decides the price of a monthly user."
  type        = string
  default     = "ESSENTIALS"
}

variable "deletion_protection" {
  description = "Whether Cognito refuses to delete the pool."
  type        = bool
  default     = true
}
