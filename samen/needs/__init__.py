"""The taxonomy: situations in a person's own words, kinds of help, groups; in all languages."""
