"""Pages of the desk. Permission, form, one verb or question, answer."""
