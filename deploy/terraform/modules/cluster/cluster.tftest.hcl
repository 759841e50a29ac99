mock_provider "aws" {}

variables {
  name         = "posars-test"
  data_key_arn = "arn:aws:kms:sa-east-1:123456789012:key/data"
}

run "images_are_immutable_scanned_and_encrypted" {
  command = apply

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "A tag must never change its image, and every image be scanned."
  }

  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].kms_key == var.data_key_arn
    error_message = "Images must be encrypted with our key."
  }

  assert {
    condition = jsonencode([
      for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : [rule.selection.tagPatternList, rule.selection.countNumber] if rule.selection.tagStatus == "tagged"
    ]) == jsonencode([[["password-*"], 30], [["*"], 30]])
    error_message = "Thirty releases must be there to go back to, each with both images."
  }
}

run "tasks_may_use_spot" {
  command = apply

  assert {
    condition     = contains(aws_ecs_cluster_capacity_providers.this.capacity_providers, "FARGATE_SPOT") && aws_ecs_cluster_capacity_providers.this.cluster_name == aws_ecs_cluster.this.name
    error_message = "Workers of small environments run on spot."
  }
}
