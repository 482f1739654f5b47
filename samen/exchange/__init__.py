"""The map as others read it by machine: Open Referral HSDS."""
