mock_provider "aws" {}

variables {
  name = "posars-test"
}

run "keys_rotate_and_end_slowly" {
  command = apply

  assert {
    condition     = aws_kms_key.data.enable_key_rotation && aws_kms_key.people.enable_key_rotation
    error_message = "Both keys must rotate every year."
  }

  assert {
    condition     = aws_kms_key.people.deletion_window_in_days == 30
    error_message = "The master key of personal data must have the longest time before its end."
  }

  assert {
    condition     = aws_kms_alias.people.target_key_id == aws_kms_key.people.key_id && aws_kms_alias.data.target_key_id == aws_kms_key.data.key_id
    error_message = "Each alias must name its own key."
  }
}

run "no_service_of_aws_uses_the_master_key" {
  command = apply

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.people.policy).Statement : !contains(keys(statement.Principal), "Service")
    ])
    error_message = "Only roles of the account may use the master key of personal data."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.data.policy).Statement :
      contains(keys(statement), "Condition") if contains(keys(statement.Principal), "Service")
    ])
    error_message = "A service of AWS may use the data key only for this account."
  }
}
