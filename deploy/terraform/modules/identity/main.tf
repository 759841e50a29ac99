# Who may call (Cognito): a user pool whose groups are posars' roles, a client for people and one for programs.

locals {
  # posars reads a group as company/role, or company/role/store.
  groups = toset(flatten([
    for company, stores in var.companies : concat(
      [for role in var.roles : "${company}/${role}"],
      [for pair in setproduct(var.store_roles, stores) : "${company}/${pair[0]}/${pair[1]}"],
    )
  ]))
}

resource "aws_cognito_user_pool" "this" {
  name                = var.name
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  mfa_configuration   = var.mfa
  username_attributes = ["email"]
  # With a group for each company and role nobody may register on their own.
  auto_verified_attributes = ["email"]

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  username_configuration {
    case_sensitive = false
  }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = false
    password_history_size            = var.tier == "ESSENTIALS" || var.tier == "PLUS" ? 5 : null
    temporary_password_validity_days = 3
  }

  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa == "OFF" ? [] : [1]

    content {
      enabled = true
    }
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  user_pool_tier = var.tier
}

resource "aws_cognito_user_pool_domain" "this" {
  domain       = var.domain_prefix
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_user_group" "this" {
  for_each     = local.groups
  name         = each.key
  user_pool_id = aws_cognito_user_pool.this.id
  description  = "posars: ${each.key}"
}

# What tokens are for. posars decides by groups; the scope tells a token of this API from others of the same pool.
resource "aws_cognito_resource_server" "api" {
  identifier   = "posars"
  name         = "${var.name} API"
  user_pool_id = aws_cognito_user_pool.this.id

  scope {
    scope_name        = "call"
    scope_description = "Call the API as the person who signed in"
  }
}

# For people: tills and browsers, which cannot keep a secret, so it has none.
resource "aws_cognito_user_pool_client" "people" {
  name         = "${var.name}-people"
  user_pool_id = aws_cognito_user_pool.this.id

  generate_secret                      = false
  explicit_auth_flows                  = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  allowed_oauth_flows_user_pool_client = length(var.callback_urls) > 0
  allowed_oauth_flows                  = length(var.callback_urls) > 0 ? ["code"] : null
  allowed_oauth_scopes                 = length(var.callback_urls) > 0 ? concat(["openid", "email"], aws_cognito_resource_server.api.scope_identifiers) : null
  callback_urls                        = length(var.callback_urls) > 0 ? var.callback_urls : null
  logout_urls                          = length(var.callback_urls) > 0 ? var.callback_urls : null
  supported_identity_providers         = ["COGNITO"]

  # Who is taken out of a group keeps it until the token ends; so tokens are short.
  access_token_validity  = 60
  id_token_validity      = 60
  refresh_token_validity = 12

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }

  enable_token_revocation       = true
  prevent_user_existence_errors = "ENABLED"
}

# For programs that sign in as a user of their own, from a machine that keeps a secret: integrations, scripts.
resource "aws_cognito_user_pool_client" "programs" {
  name         = "${var.name}-programs"
  user_pool_id = aws_cognito_user_pool.this.id

  generate_secret        = true
  explicit_auth_flows    = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  access_token_validity  = 60
  id_token_validity      = 60
  refresh_token_validity = 12

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }

  enable_token_revocation       = true
  prevent_user_existence_errors = "ENABLED"
}
