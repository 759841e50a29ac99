# Once for an account: the bucket that keeps Terraform's state, locked while somebody changes it.
#
# Its own state stays in a file beside it: there is nothing to keep it in yet. Should the file be lost, import the bucket
# (README.md, "Bootstrap").

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "posars", part = "bootstrap" }
  }
}

resource "aws_kms_key" "state" {
  description             = "Terraform's state"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  # A key's policy speaks of that key alone: "*" as its resource is this key.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountRulesTheKey"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.here.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "state" {
  name          = "alias/posars-terraform-state"
  target_key_id = aws_kms_key.state.key_id
}

data "aws_caller_identity" "here" {}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_144:The state can be made anew from what is there (terraform import); versions keep every older one.
  #checkov:skip=CKV2_AWS_62:Nobody waits for the state.
  #checkov:skip=CKV_AWS_18:Whoever may read the state is few; CloudTrail tells who did.
  bucket = var.bucket
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.state.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-states-end"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = 365
      newer_noncurrent_versions = 20
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EncryptedConnectionsOnly"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
