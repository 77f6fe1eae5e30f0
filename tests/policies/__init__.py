"""Whether the rights that Terraform grants are those that the functions use: no fewer, and no others."""
