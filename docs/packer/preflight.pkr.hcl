# SPDX-License-Identifier: MIT
# Stops a build whose image would not boot where it is meant to.
#
#   packer build -var root=/mnt/image -var target=nitro,xen-hvm docs/packer/preflight.pkr.hcl
#
# The same provisioner goes into a build of your own, behind those that fill the image (amazon-chroot mounts it), or as
# a post-processor of what was exported as an archive.

variable "root" {
  description = "The image: its root directory, or a tar archive of it."
  type        = string
}

variable "target" {
  description = "Where it is to boot; see: virtwhere list targets"
  type        = string
  default     = "nitro"
}

variable "report" {
  description = "JUnit's XML, for the build server."
  type        = string
  default     = "preflight.xml"
}

source "null" "image" {
  communicator = "none"
}

build {
  sources = ["source.null.image"]

  # The first is for people, the second decides: 0 lets the build go on; 1 (it will not boot, or not be driven right) and
  # 3 (that cannot be told) end it.
  provisioner "shell-local" {
    environment_vars = ["ROOT=${var.root}", "TARGET=${var.target}", "REPORT=${var.report}"]
    inline = [
      "virtwhere preflight --root \"$ROOT\" --target \"$TARGET\" || true",
      "virtwhere preflight --root \"$ROOT\" --target \"$TARGET\" --format junit --output \"$REPORT\"",
    ]
  }
}
