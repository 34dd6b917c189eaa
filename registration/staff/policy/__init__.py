"""The rules of interpretation: which profile the district follows."""
