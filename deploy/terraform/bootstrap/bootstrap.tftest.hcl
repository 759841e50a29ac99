mock_provider "aws" {}

variables {
  bucket = "posars-test-state"
}

run "the_state_is_kept_encrypted_and_private" {
  command = apply

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_versioning.state.bucket == aws_s3_bucket.state.id
    error_message = "Every older state must be there to go back to."
  }

  assert {
    condition = alltrue(flatten([
      for rule in aws_s3_bucket_server_side_encryption_configuration.state.rule : [
        for default in rule.apply_server_side_encryption_by_default : default.sse_algorithm == "aws:kms" && default.kms_master_key_id == aws_kms_key.state.arn
      ]
    ]))
    error_message = "A state may hold what nobody should read: encrypted with its own key."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.state.restrict_public_buckets && aws_s3_bucket_public_access_block.state.block_public_policy && jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Effect == "Deny"
    error_message = "The state must not be public."
  }

  assert {
    condition     = output.backend.bucket == aws_s3_bucket.state.id && output.backend.kms_key_id == aws_kms_key.state.arn
    error_message = "The environments must be told where it is."
  }
}
