mock_provider "aws" {}

variables {
  name          = "posars-test"
  region        = "sa-east-1"
  domain_prefix = "posars-test"
  companies     = { main = ["centro", "norte"], filial = [] }
}

run "groups_are_roles_of_posars" {
  command = apply

  assert {
    condition     = alltrue([for name in ["main/owner", "filial/hr", "main/cashier/centro", "main/stock/norte"] : contains(keys(aws_cognito_user_group.this), name)])
    error_message = "Each company must have its roles, each store its own."
  }

  assert {
    condition     = length(aws_cognito_user_group.this) == 2 * 8 + 3 * 2
    error_message = "Eight roles a company and three a store, nothing else."
  }

  assert {
    condition     = alltrue([for name, group in aws_cognito_user_group.this : group.name == name && can(regex("^[a-z0-9.-]+/[a-z]+(/[a-z0-9.-]+)?$", name))])
    error_message = "A group is company/role or company/role/store, or posars does not read it."
  }
}

run "nobody_registers_alone_and_tokens_are_short" {
  command = apply

  assert {
    condition     = aws_cognito_user_pool.this.admin_create_user_config[0].allow_admin_create_user_only && aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "Only an administrator may make users, and the pool refuses to be deleted."
  }

  assert {
    condition     = !aws_cognito_user_pool_client.people.generate_secret && aws_cognito_user_pool_client.programs.generate_secret
    error_message = "What runs at people's has no secret; what runs at ours has one."
  }

  assert {
    condition = alltrue([
      for client in [aws_cognito_user_pool_client.people, aws_cognito_user_pool_client.programs] :
      client.access_token_validity <= 60 && client.token_validity_units[0].access_token == "minutes" && client.enable_token_revocation && client.prevent_user_existence_errors == "ENABLED"
    ])
    error_message = "Access tokens must end within an hour, and sign-in must not tell who exists."
  }

  assert {
    condition     = !contains(aws_cognito_user_pool_client.people.explicit_auth_flows, "ALLOW_USER_PASSWORD_AUTH")
    error_message = "People's passwords must never leave their machine as they are."
  }

  assert {
    condition     = output.issuer == "https://cognito-idp.sa-east-1.amazonaws.com/${aws_cognito_user_pool.this.id}" && length(output.client_ids) == 2
    error_message = "posars must be told the pool's issuer and both clients."
  }
}

run "a_sign_in_page_uses_codes" {
  command = apply

  variables {
    callback_urls = ["https://office.example/"]
  }

  assert {
    condition     = aws_cognito_user_pool_client.people.allowed_oauth_flows == toset(["code"])
    error_message = "Tokens must never be in an address: the code flow, no implicit one."
  }
}
